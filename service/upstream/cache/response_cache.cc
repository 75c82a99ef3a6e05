// Between documents and the text that is kept of them.
#include "upstream/cache/response_cache.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/text.h"
#include "upstream/operation/request_text.h"

namespace falcon::upstream {
namespace {

// Writing out more would hold the loop up for longer than the calls that it may save.
constexpr size_t kMaxResources = 1000;

std::string KeyOf(const BatchKey& lane, std::string_view id) {
  return StrCat(BuildUrl(lane.operation->id, lane.query), "\n", id);
}

std::string ErrorText(const json::ApiError& error) {
  return JsonText({{"code", error.code}, {"message", error.message}, {"id", error.id}});
}

CacheEntry RecordOf(std::string text, SteadyTime sent) {
  return {.kind = CacheEntry::Kind::kRecord, .text = std::move(text), .next = {}, .at = sent};
}

size_t ResourcesOf(const LookupResult& found) {
  size_t count = 0;
  for (const json::Document& document : found.documents) count += document.envelope().resources;
  return count;
}

}  // namespace

bool ResponseCache::AllowsCached(const Reading& reading) const {
  return cache_.on() && reading.staleness.value_or(milliseconds(0)) > milliseconds(0);
}

Task<void> ResponseCache::LoadAnswer(std::string key, const Reading& reading) {
  std::vector<std::string> keys;
  keys.push_back(std::move(key));
  return Load(std::move(keys), *reading.staleness);
}

Task<void> ResponseCache::LoadRecords(const BatchKey& lane, std::span<const std::string> ids,
                                      const Reading& reading) {
  std::vector<std::string> keys;
  keys.reserve(ids.size());
  for (const std::string& id : ids) keys.push_back(KeyOf(lane, id));
  return Load(std::move(keys), *reading.staleness);
}

Task<void> ResponseCache::Load(std::vector<std::string> keys, milliseconds staleness) {
  std::erase_if(keys, [&](const std::string& key) { return cache_.Contains(key, staleness); });
  if (!keys.empty()) co_await tier_->Load(std::move(keys));
}

const CacheEntry* ResponseCache::Find(std::string_view key, const Reading& reading,
                                      SteadyTime listed_at) {
  const CacheEntry* kept = cache_.Find(key, *reading.staleness);
  const bool absent = kept != nullptr && kept->kind == CacheEntry::Kind::kNegative;
  return absent && kept->at < listed_at ? nullptr : kept;
}

milliseconds ResponseCache::AgeOf(SteadyTime at) const {
  return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(clock_.Now() - at));
}

std::optional<json::Document> ResponseCache::Answer(const std::string& key, Reading& reading) {
  const CacheEntry* kept = Find(key, reading, SteadyTime::min());
  if (kept == nullptr) return std::nullopt;
  absl::StatusOr<json::Document> document = json::Document::Parse(kept->text);
  if (!document.ok()) return std::nullopt;
  document->SetNext(kept->next);
  reading.age = std::max(reading.age, AgeOf(kept->at));
  reading.as_of = kept->at;
  return *std::move(document);
}

void ResponseCache::Keep(std::string key, CacheEntry kept) {
  if (tier_ == nullptr) {
    cache_.Keep(std::move(key), std::move(kept));
  } else if (cache_.Keep(key, kept)) {
    tier_->Put(key, kept);
  }
}

void ResponseCache::Keep(std::vector<Entry> entries) {
  for (auto& [key, kept] : entries) Keep(std::move(key), std::move(kept));
}

std::vector<ResponseCache::Entry> ResponseCache::Write(const std::string& key,
                                                       const UpstreamCall& call,
                                                       const json::Document& answer,
                                                       SteadyTime sent) {
  const json::Envelope& envelope = answer.envelope();
  std::vector<Entry> entries;
  if (envelope.resources > kMaxResources || !envelope.errors.empty()) return entries;
  entries.emplace_back(key, CacheEntry{.kind = CacheEntry::Kind::kAnswer,
                                       .text = answer.ToJson(),
                                       .next = envelope.pagination.next,
                                       .at = sent});
  if (!call.cache_records_as) return entries;
  for (size_t i = 0; i < envelope.resources; ++i) {
    const std::string id = answer.TextOf(i, call.cache_records_as->id_key);
    if (id.empty()) continue;
    entries.emplace_back(KeyOf(*call.cache_records_as, id), RecordOf(answer.ResourceText(i), sent));
  }
  return entries;
}

LookupResult ResponseCache::Records(const BatchKey& lane, std::span<const std::string> ids,
                                    Reading& reading, std::vector<std::string>& rest) {
  std::vector<std::string> records;
  std::vector<std::string> errors;
  for (const std::string& id : ids) {
    const CacheEntry* kept = Find(KeyOf(lane, id), reading, lane.listed_at);
    if (kept == nullptr) {
      rest.push_back(id);
      continue;
    }
    reading.age = std::max(reading.age, AgeOf(kept->at));
    if (kept->kind == CacheEntry::Kind::kRecord) {
      records.push_back(kept->text);
    } else if (!kept->text.empty()) {
      errors.push_back(kept->text);
    }
  }
  LookupResult found;
  if (records.empty() && errors.empty()) return found;
  absl::StatusOr<json::Document> document =
      json::Document::Parse(StrCat(R"({"resources":[)", absl::StrJoin(records, ","),
                                   R"(],"errors":[)", absl::StrJoin(errors, ","), "]}"));
  if (document.ok()) {
    const std::vector<json::ApiError> told = document->envelope().errors;
    if (found.Take(*std::move(document), lane.id_key, ids).ok()) {
      for (const json::ApiError& error : told) reading.Tell(error);
      return found;
    }
  }
  rest.assign(ids.begin(), ids.end());
  return LookupResult();
}

void ResponseCache::KeepFound(const BatchKey& lane, std::span<const std::string> ids,
                              const LookupResult& found) {
  if (ResourcesOf(found) > kMaxResources) return;
  for (const auto& [id, place] : found.places) {
    Keep(KeyOf(lane, id),
         RecordOf(found.documents[place.document].ResourceText(place.resource), found.as_of));
  }
  for (const std::string& id : ids) {
    const auto error = found.errors.find(id);
    const bool silent = error == found.errors.end();
    if (found.places.contains(id) || (!silent && error->second.code != 404)) continue;
    Keep(KeyOf(lane, id), {.kind = CacheEntry::Kind::kNegative,
                           .text = silent ? "" : ErrorText(error->second),
                           .next = {},
                           .at = found.as_of});
  }
}

}  // namespace falcon::upstream
