// Between documents and the text that is kept of them.
#include "falcon/kept_answers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/text.h"
#include "falcon/request_text.h"

namespace falcon {
namespace {

// Writing out more would hold the loop up for longer than the calls that it may save.
constexpr size_t kMostResources = 1000;

std::string KeyOf(const Lane& lane, std::string_view id) {
  return Cat(UrlFor(lane.operation->id, lane.query), "\n", id);
}

std::string ErrorText(const json::ApiError& error) {
  return JsonText({{"code", error.code}, {"message", error.message}, {"id", error.id}});
}

Kept RecordOf(std::string text, SteadyTime sent) {
  return {.kind = Kept::Kind::kRecord, .text = std::move(text), .next = {}, .at = sent};
}

size_t ResourcesOf(const Found& found) {
  size_t count = 0;
  for (const json::Document& document : found.documents) count += document.envelope().resources;
  return count;
}

}  // namespace

bool KeptAnswers::Serves(const Reading& reading) const {
  return cache_.on() && reading.staleness.value_or(milliseconds(0)) > milliseconds(0);
}

Task<void> KeptAnswers::LoadAnswer(std::string key, const Reading& reading) {
  std::vector<std::string> keys;
  keys.push_back(std::move(key));
  return Load(std::move(keys), *reading.staleness);
}

Task<void> KeptAnswers::LoadRecords(const Lane& lane, std::span<const std::string> ids,
                                    const Reading& reading) {
  std::vector<std::string> keys;
  keys.reserve(ids.size());
  for (const std::string& id : ids) keys.push_back(KeyOf(lane, id));
  return Load(std::move(keys), *reading.staleness);
}

Task<void> KeptAnswers::Load(std::vector<std::string> keys, milliseconds staleness) {
  std::erase_if(keys, [&](const std::string& key) { return cache_.Holds(key, staleness); });
  if (!keys.empty()) co_await tier_->Load(std::move(keys));
}

const Kept* KeptAnswers::Find(std::string_view key, const Reading& reading, SteadyTime listed_at) {
  const Kept* kept = cache_.Find(key, *reading.staleness);
  const bool absent = kept != nullptr && kept->kind == Kept::Kind::kMissing;
  return absent && kept->at < listed_at ? nullptr : kept;
}

milliseconds KeptAnswers::AgeOf(SteadyTime at) const {
  return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(clock_.Now() - at));
}

std::optional<json::Document> KeptAnswers::Answer(const std::string& key, Reading& reading) {
  const Kept* kept = Find(key, reading, SteadyTime::min());
  if (kept == nullptr) return std::nullopt;
  absl::StatusOr<json::Document> document = json::Document::Parse(kept->text);
  if (!document.ok()) return std::nullopt;
  document->SetNext(kept->next);
  reading.age = std::max(reading.age, AgeOf(kept->at));
  reading.as_of = kept->at;
  return *std::move(document);
}

void KeptAnswers::Keep(std::string key, Kept kept) {
  if (tier_ == nullptr) {
    cache_.Keep(std::move(key), std::move(kept));
  } else if (cache_.Keep(key, kept)) {
    tier_->Put(key, kept);
  }
}

void KeptAnswers::Keep(std::vector<Entry> entries) {
  for (auto& [key, kept] : entries) Keep(std::move(key), std::move(kept));
}

std::vector<KeptAnswers::Entry> KeptAnswers::Write(const std::string& key, const UpstreamCall& call,
                                                   const json::Document& answer, SteadyTime sent) {
  const json::Envelope& envelope = answer.envelope();
  std::vector<Entry> entries;
  if (envelope.resources > kMostResources || !envelope.errors.empty()) return entries;
  entries.emplace_back(key, Kept{.kind = Kept::Kind::kAnswer,
                                 .text = answer.Text(),
                                 .next = envelope.pagination.next,
                                 .at = sent});
  if (!call.brings) return entries;
  for (size_t i = 0; i < envelope.resources; ++i) {
    const std::string id = answer.TextOf(i, call.brings->id_key);
    if (id.empty()) continue;
    entries.emplace_back(KeyOf(*call.brings, id), RecordOf(answer.ResourceText(i), sent));
  }
  return entries;
}

Found KeptAnswers::Records(const Lane& lane, std::span<const std::string> ids, Reading& reading,
                           std::vector<std::string>& rest) {
  std::vector<std::string> records;
  std::vector<std::string> errors;
  for (const std::string& id : ids) {
    const Kept* kept = Find(KeyOf(lane, id), reading, lane.listed_at);
    if (kept == nullptr) {
      rest.push_back(id);
      continue;
    }
    reading.age = std::max(reading.age, AgeOf(kept->at));
    if (kept->kind == Kept::Kind::kRecord) {
      records.push_back(kept->text);
    } else if (!kept->text.empty()) {
      errors.push_back(kept->text);
    }
  }
  Found found;
  if (records.empty() && errors.empty()) return found;
  absl::StatusOr<json::Document> document =
      json::Document::Parse(Cat(R"({"resources":[)", absl::StrJoin(records, ","), R"(],"errors":[)",
                                absl::StrJoin(errors, ","), "]}"));
  if (document.ok()) {
    const std::vector<json::ApiError> told = document->envelope().errors;
    if (found.Take(*std::move(document), lane.id_key, ids).ok()) {
      for (const json::ApiError& error : told) reading.Tell(error);
      return found;
    }
  }
  rest.assign(ids.begin(), ids.end());
  return Found();
}

void KeptAnswers::KeepFound(const Lane& lane, std::span<const std::string> ids,
                            const Found& found) {
  if (ResourcesOf(found) > kMostResources) return;
  for (const auto& [id, place] : found.places) {
    Keep(KeyOf(lane, id),
         RecordOf(found.documents[place.document].ResourceText(place.resource), found.as_of));
  }
  for (const std::string& id : ids) {
    const auto error = found.errors.find(id);
    const bool silent = error == found.errors.end();
    if (found.places.contains(id) || (!silent && error->second.code != 404)) continue;
    Keep(KeyOf(lane, id), {.kind = Kept::Kind::kMissing,
                           .text = silent ? "" : ErrorText(error->second),
                           .next = {},
                           .at = found.as_of});
  }
}

}  // namespace falcon
