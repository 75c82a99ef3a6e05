// Shows parts.
#include "mcp/prompts/shown_part.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "mcp/prompts/values_at.h"
#include "mcp/tools/record_json.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

constexpr size_t kEnvelopeBytes = kLeastPartBytes - kMinRecordBytes;

AnswerParts Apart(const client::Method& method, std::unique_ptr<google::protobuf::Message> answer,
                  const std::string& hidden) {
  if (!hidden.empty()) ClearAt(*answer, hidden);
  return PartsOf(method, std::move(answer));
}

}  // namespace

ShownPart::ShownPart(const client::Method& method,
                     std::unique_ptr<google::protobuf::Message> answer, const std::string& hidden)
    : method_(method),
      parts_(Apart(method, std::move(answer), hidden)),
      field_(RecordsField(method)) {}

int ShownPart::size() const {
  return parts_.records->GetReflection()->FieldSize(*parts_.records, field_);
}

int ShownPart::missing() const {
  const google::protobuf::FieldDescriptor* field = method_.shape.missing;
  return field == nullptr ? 0 : parts_.rest->GetReflection()->FieldSize(*parts_.rest, field);
}

bool ShownPart::empty() const {
  return list() && size() == 0 && !parts_.has_rest() && !parts_.notes.partial;
}

void ShownPart::ShowWithin(size_t bytes) {
  size_t room = bytes - std::min(bytes, kEnvelopeBytes + parts_.notes.bytes());
  OrderedJson object = OrderedJson::object();
  RecordCuts cuts;
  cut_ = false;
  const auto note = [&](const ShownRecords& shown) {
    cut_ |= shown.cut;
    for (const std::string& path : shown.cuts.paths) cuts.Add(path);
  };
  ShownRecords rest;
  if (field_ == nullptr || parts_.has_rest()) {
    rest = TruncateRecord(*parts_.rest, Format::kJson, field_ == nullptr ? room : room / 4);
    room -= std::min(room, Text(rest.json).size());
    note(rest);
  }
  if (list()) {
    const ShownRecords shown = TruncateList(*parts_.records, *field_, 0,
                                            std::numeric_limits<int>::max(), Format::kJson, room);
    shown_ = shown.count;
    object[field_->name()] = shown.json;
    object["returned"] = shown_;
    if (method_.shape.total_size != nullptr) {
      object["total"] = parts_.total ? OrderedJson(*parts_.total) : OrderedJson();
    }
    note(shown);
  } else if (field_ != nullptr) {
    const ShownRecords shown =
        TruncateRecord(client::MessageAt(*parts_.records, *field_, -1), Format::kJson, room);
    object[field_->name()] = shown.json;
    note(shown);
  }
  if (!rest.json.is_null()) object.update(rest.json);
  AddNotes(object, cut_, parts_.notes, CutsSentence(cuts));
  json_ = Text(object);
}

std::string ShownPart::Line(const std::string& uri) const {
  std::string line;
  if (list()) {
    const int64_t all = std::max<int64_t>(parts_.total.value_or(size()), shown_);
    const bool more = !parts_.total && !parts_.next_page_token.empty();
    line = StrCat(client::Grouped(shown_),
                  shown_ < all ? StrCat(" of ", client::Grouped(all)) : std::string(),
                  more ? " of more" : "", " in ", uri, ".");
  } else {
    line = StrCat("in ", uri, ".");
  }
  if (missing() > 0) line.append(StrCat(" Not answered for: ", missing(), ", see `missing`."));
  for (const std::string& sentence : parts_.notes.sentences) line.append(StrCat(" ", sentence));
  if (cut_) line.append(" Cut to fit.");
  return line;
}

std::vector<size_t> Shares(const std::vector<size_t>& sizes, const std::vector<int>& weights,
                           size_t room) {
  std::vector<size_t> shares(sizes.size(), 0);
  std::vector<bool> settled(sizes.size(), false);
  const auto share = [&](size_t i) {
    size_t all = 0;
    for (size_t j = 0; j < sizes.size(); ++j) {
      all += settled[j] ? 0 : static_cast<size_t>(weights[j]);
    }
    return room * static_cast<size_t>(weights[i]) / std::max<size_t>(all, 1);
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (settled[i] || sizes[i] > share(i)) continue;
      shares[i] = sizes[i];
      room -= sizes[i];
      settled[i] = true;
      changed = true;
    }
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (!settled[i]) shares[i] = share(i);
  }
  return shares;
}

}  // namespace falcon::mcp
