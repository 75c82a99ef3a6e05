// Keeps parts, and puts them together within a budget.
#include "mcp/prompts/dossier.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "mcp/prompts/report_rules.h"
#include "mcp/prompts/values_at.h"
#include "mcp/tools/result.h"
#include "text.h"

namespace falcon::mcp {
namespace {

// Outlines, and the least of each part, must fit.
constexpr size_t kLeastPromptBytes = size_t{32} * 1024;
// Enough to measure any part by.
constexpr size_t kWholePartBytes = kMostResultBytes;
// Line of a part that was answered.
constexpr size_t kLineBytes = 400;

// Paragraphs of a list item.
std::string Indented(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out.append("  ");
  }
  return out;
}

PromptMessage Said(std::string text) { return {"user", Content::Text(std::move(text))}; }

}  // namespace

size_t PromptBytes(const Bridge& bridge) {
  return std::max(2 * bridge.result_bytes, kLeastPromptBytes);
}

Dossier::Dossier(std::string prompt, const Inquiry& inquiry)
    : prompt_(std::move(prompt)), inquiry_(inquiry) {}

void Dossier::Gather(std::vector<Wanted> wanted) {
  std::vector<Question> questions;
  questions.reserve(wanted.size());
  for (const Wanted& one : wanted) questions.push_back(one.question);
  std::vector<Reply> replies = inquiry_.Ask(questions);
  for (size_t i = 0; i < wanted.size(); ++i) {
    Part part{std::move(wanted[i]), std::move(replies[i]), {}};
    if (part.wanted.uri.empty()) {
      part.wanted.uri = StrCat("falcon://prompts/", prompt_, "/", part.wanted.key);
    }
    parts_.push_back(std::move(part));
  }
}

void Dossier::Leave(std::string title, std::string reason) {
  Wanted wanted;
  wanted.title = std::move(title);
  parts_.push_back({std::move(wanted), std::nullopt, std::move(reason)});
}

const Dossier::Part* Dossier::Find(std::string_view key) const {
  const auto found = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
    return part.reply && part.wanted.key == key;
  });
  return found == parts_.end() ? nullptr : &*found;
}

const google::protobuf::Message* Dossier::AnswerOf(std::string_view key) const {
  const Part* part = Find(key);
  return part == nullptr ? nullptr : part->reply->answer.message.get();
}

const client::Failure* Dossier::FailureOf(std::string_view key) const {
  const Part* part = Find(key);
  if (part == nullptr || !part->reply->answer.failure) return nullptr;
  return &*part->reply->answer.failure;
}

void Dossier::Drop(std::string_view key, std::string_view list, std::string_view id_field,
                   const std::vector<std::string>& ids) {
  for (Part& part : parts_) {
    if (!part.reply || part.wanted.key != key || part.reply->answer.message == nullptr) continue;
    DropFrom(*part.reply->answer.message, list, id_field, ids);
  }
}

std::string Dossier::WhyNot(const client::Failure& failure) const {
  return FailureSentences(failure, inquiry_.bridge(),
                          [](const std::string& field) { return field; });
}

absl::Status Dossier::Gathered() const {
  const client::Failure* first = nullptr;
  for (const Part& part : parts_) {
    if (!part.reply) continue;
    if (!part.reply->answer.failure) return absl::OkStatus();
    if (first == nullptr) first = &*part.reply->answer.failure;
  }
  if (first == nullptr) return absl::OkStatus();
  // That the bridge asked what Falcon refuses is not the client's error.
  const bool refused = first->code == grpc::StatusCode::INVALID_ARGUMENT;
  return absl::Status(
      refused ? absl::StatusCode::kInternal : static_cast<absl::StatusCode>(first->code),
      WhyNot(*first));
}

Dossier::Item Dossier::ItemOf(Part& part, std::string& last_reason) const {
  Item item{part.wanted.title, part.wanted.uri, {}, nullptr};
  if (!part.reply || part.reply->answer.failure) {
    std::string reason = part.reply ? WhyNot(*part.reply->answer.failure) : part.left_out;
    item.line = reason == last_reason ? "not looked up: for the same reason."
                                      : StrCat("not looked up: ", Indented(reason));
    last_reason = std::move(reason);
    return item;
  }
  item.shown = std::make_unique<ShownPart>(
      *part.reply->method, std::move(part.reply->answer.message), part.wanted.hidden);
  if (item.shown->empty()) {
    item.line = "Falcon answered: none.";
    item.shown.reset();
  } else {
    item.shown->ShowWithin(kWholePartBytes);
    item.weight = part.wanted.weight;
  }
  return item;
}

void Dossier::Fit(std::vector<Item>& items, size_t room) {
  std::vector<size_t> sizes;
  std::vector<int> weights;
  for (const Item& item : items) {
    sizes.push_back(item.shown == nullptr ? 0 : item.shown->json().size());
    weights.push_back(item.weight);
    const size_t words = item.title.size() + item.line.size();
    room -= std::min(room, item.shown == nullptr ? words : kLineBytes);
  }
  const std::vector<size_t> shares = Shares(sizes, weights, room);
  for (size_t i = 0; i < items.size(); ++i) {
    if (shares[i] < sizes[i]) items[i].shown->ShowWithin(shares[i]);
  }
}

absl::StatusOr<PromptResult> Dossier::Finish(const PromptText& text) {
  if (inquiry_.stopped()) return absl::CancelledError();
  if (absl::Status status = Gathered(); !status.ok()) return status;
  const Bridge& bridge = inquiry_.bridge();
  std::vector<Item> items;
  items.reserve(parts_.size());
  std::string last_reason;
  for (Part& part : parts_) items.push_back(ItemOf(part, last_reason));
  const size_t words =
      text.task.size() + kAboutData.size() + text.outline.size() + kReportRules.size() + kLineBytes;
  Fit(items, PromptBytes(bridge) - std::min(PromptBytes(bridge), words));

  PromptResult result;
  result.description = text.description;
  result.messages.emplace_back();
  std::string state;
  for (const Item& item : items) {
    const std::string line = item.shown == nullptr ? item.line : item.shown->Line(item.uri);
    state.append(StrCat("- ", item.title, ": ", line, "\n"));
    if (item.shown == nullptr) continue;
    result.messages.push_back(
        {"user", Content::Resource({item.uri, "application/json", item.shown->json(), {}})});
  }
  result.messages.front() =
      Said(StrCat(text.task, "\n\nRead at ",
                  absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", bridge.now(), absl::UTCTimeZone()),
                  ":\n", state, "\n", kAboutData));
  result.messages.push_back(Said(StrCat(text.outline, kReportRules)));
  return result;
}

}  // namespace falcon::mcp
