// Between documents and the text that is cached of them.
#include "upstream/cache/response_cache.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

using Entry = std::pair<std::string, CacheEntry>;

// Writing out more would hold the loop up for longer than the calls that it may save.
constexpr size_t kMaxResources = 1000;

std::string ErrorText(const json::ApiError& error) {
  return JsonText({{"code", error.code}, {"message", error.message}, {"id", error.id}});
}

CacheEntry Record(std::string text, SteadyTime at) {
  return {.kind = CacheEntry::Kind::kRecord, .text = std::move(text), .next = {}, .at = at};
}

// What is cached of a response, and of the records that it holds. Any thread.
std::vector<Entry> EntriesOf(const std::string& key, const UpstreamRequest& request,
                             const UpstreamResponse& response) {
  const json::Document& document = response.document;
  const json::Envelope& envelope = document.envelope();
  std::vector<Entry> entries;
  if (envelope.resources > kMaxResources || !envelope.errors.empty()) return entries;
  entries.emplace_back(key, CacheEntry{.kind = CacheEntry::Kind::kResponse,
                                       .text = document.ToJson(),
                                       .next = envelope.pagination.next,
                                       .at = response.as_of});
  if (!request.cache_records_as) return entries;
  const BatchKey& records = *request.cache_records_as;
  for (size_t i = 0; i < envelope.resources; ++i) {
    const std::string id = document.TextOf(i, records.id_key);
    if (id.empty()) continue;
    entries.emplace_back(RecordKey(records, id), Record(document.ResourceText(i), response.as_of));
  }
  return entries;
}

// The records of a look-up of `ids`, and which of them are absent.
std::vector<Entry> EntriesOf(const BatchKey& key, std::span<const std::string> ids,
                             const LookupResult& result) {
  std::vector<Entry> entries;
  for (const std::string& id : ids) {
    const auto record = result.records.find(id);
    if (record != result.records.end()) {
      const auto [document, resource] = record->second;
      entries.emplace_back(RecordKey(key, id),
                           Record(result.documents[document].ResourceText(resource), result.as_of));
      continue;
    }
    const auto error = result.errors.find(id);
    const bool silent = error == result.errors.end();
    if (!silent && error->second.code != 404) continue;
    entries.emplace_back(RecordKey(key, id),
                         CacheEntry{.kind = CacheEntry::Kind::kNegative,
                                    .text = silent ? "" : ErrorText(error->second),
                                    .next = {},
                                    .at = result.as_of});
  }
  return entries;
}

}  // namespace

Task<UpstreamClient::Response> ResponseCache::Call(const UpstreamRequest& request,
                                                   const CallOptions& options, CallStats& stats) {
  affinity_.Check();
  if (options.validate_only) co_return ValidatedStatus();
  if (!cache_.on()) co_return co_await next_.Call(request, options, stats);
  const std::string key = CoalescingKey(request);
  if (options.AllowsCached()) {
    std::vector<std::string> keys(1, key);
    if (remote_ != nullptr) co_await LoadRemote(std::move(keys), *options.max_staleness);
    std::optional<UpstreamResponse> cached = FindResponse(key, options, stats);
    if (cached.has_value()) co_return *std::move(cached);
  }
  const int calls = stats.upstream_calls;
  Response response = co_await next_.Call(request, options, stats);
  // Of those who shared a call, the one that is charged for it caches the response.
  const bool fills = options.FillsCache() && stats.upstream_calls > calls;
  if (!response.ok() || !fills) co_return response;
  std::vector<Entry> entries;
  std::function<void()> write = [&] { entries = EntriesOf(key, request, *response); };
  const bool many = response->document.envelope().resources >= runtime::kManyRecords;
  co_await runtime::RunHeavy(pool_, many, std::move(write));
  Put(std::move(entries));
  co_return response;
}

Task<UpstreamClient::Records> ResponseCache::Lookup(const LookupRequest& request,
                                                    const CallOptions& options, CallStats& stats) {
  affinity_.Check();
  if (options.validate_only) co_return ValidatedStatus();
  if (!cache_.on()) co_return co_await next_.Lookup(request, options, stats);
  LookupRequest rest{.key = request.key, .ids = {}, .listed_at = request.listed_at};
  LookupResult cached;
  if (options.AllowsCached()) {
    std::vector<std::string> keys;
    if (remote_ != nullptr) {
      for (const std::string& id : request.ids) keys.push_back(RecordKey(request.key, id));
      co_await LoadRemote(std::move(keys), *options.max_staleness);
    }
    cached = FindRecords(request, options, stats, rest.ids);
    if (rest.ids.empty()) co_return std::make_shared<const LookupResult>(std::move(cached));
  } else {
    rest.ids = request.ids;
  }
  ASSIGN_OR_CO_RETURN(const std::shared_ptr<const LookupResult> others,
                      co_await next_.Lookup(rest, options, stats));
  if (options.FillsCache() && rest.ids.size() <= kMaxResources) {
    Put(EntriesOf(rest.key, rest.ids, *others));
  }
  if (rest.ids.size() == request.ids.size()) co_return others;
  cached.MergeSubset(*others, rest.ids);
  co_return std::make_shared<const LookupResult>(std::move(cached));
}

Task<void> ResponseCache::LoadRemote(std::vector<std::string> keys, milliseconds max_age) {
  std::erase_if(keys, [&](const std::string& key) { return cache_.Contains(key, max_age); });
  if (!keys.empty()) co_await remote_->Load(std::move(keys));
}

milliseconds ResponseCache::AgeOf(SteadyTime at) const {
  return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(clock_.Now() - at));
}

std::optional<UpstreamResponse> ResponseCache::FindResponse(const std::string& key,
                                                            const CallOptions& options,
                                                            CallStats& stats) {
  const CacheEntry* entry = cache_.Find(key, *options.max_staleness);
  if (entry == nullptr) return std::nullopt;
  absl::StatusOr<json::Document> document = json::Document::Parse(entry->text);
  if (!document.ok()) return std::nullopt;
  document->SetNext(entry->next);
  stats.AddAge(AgeOf(entry->at));
  return UpstreamResponse{*std::move(document), entry->at};
}

LookupResult ResponseCache::FindRecords(const LookupRequest& request, const CallOptions& options,
                                        CallStats& stats, std::vector<std::string>& rest) {
  std::vector<std::string> records;
  std::vector<std::string> errors;
  for (const std::string& id : request.ids) {
    const CacheEntry* entry = cache_.Find(RecordKey(request.key, id), *options.max_staleness);
    const bool negative = entry != nullptr && entry->kind == CacheEntry::Kind::kNegative;
    if (entry == nullptr || (negative && entry->at < request.listed_at)) {
      rest.push_back(id);
      continue;
    }
    stats.AddAge(AgeOf(entry->at));
    if (!negative) {
      records.push_back(entry->text);
    } else if (!entry->text.empty()) {
      errors.push_back(entry->text);
    }
  }
  LookupResult result;
  if (records.empty() && errors.empty()) return result;
  absl::StatusOr<json::Document> document =
      json::Document::Parse(StrCat(R"({"resources":[)", absl::StrJoin(records, ","),
                                   R"(],"errors":[)", absl::StrJoin(errors, ","), "]}"));
  if (document.ok()) {
    const std::vector<json::ApiError> told = document->envelope().errors;
    if (result.Add(*std::move(document), request.key.id_key, request.ids).ok()) {
      for (const json::ApiError& error : told) stats.AddError(error);
      return result;
    }
  }
  rest = request.ids;
  return LookupResult();
}

void ResponseCache::Put(std::vector<Entry> entries) {
  for (auto& [key, entry] : entries) {
    if (remote_ == nullptr) {
      cache_.Put(std::move(key), std::move(entry));
    } else if (cache_.Put(key, entry)) {
      remote_->Put(key, entry);
    }
  }
}

}  // namespace falcon::upstream
