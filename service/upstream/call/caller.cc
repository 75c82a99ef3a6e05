// What the means of the room make together.
#include "upstream/call/caller.h"

#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "upstream/operation/request_text.h"

namespace falcon::upstream {

Caller::Caller(Attempts& attempts, runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
               CallerOptions options)
    : attempts_(attempts),
      clock_(clock),
      cache_(clock, options.cache_bytes),
      tier_(options.shared.store == nullptr
                ? nullptr
                : std::make_unique<RemoteCache>(options.shared, cache_, loop, clock)),
      kept_(cache_, clock, tier_.get()),
      reads_(loop, clock),
      batches_(
          attempts, loop, clock, timer,
          [this](const BatchKey& lane, std::span<const std::string> ids,
                 const LookupResult& found) {
            if (cache_.on()) kept_.KeepFound(lane, ids, found);
          },
          options.batching) {}

Task<absl::StatusOr<json::Document>> Caller::Call(UpstreamCall call, Reading& reading) {
  if (reading.validate_only) co_return Validated();
  std::string key = StrCat(BuildUrl(call.operation->id, call.query), "\n", call.body);
  if (kept_.AllowsCached(reading)) {
    if (kept_.shared()) co_await kept_.LoadAnswer(key, reading);
    std::optional<json::Document> kept = kept_.Answer(key, reading);
    if (kept) co_return *std::move(kept);
  }
  if (reading.staleness == milliseconds(0)) {
    co_return co_await Fetch(std::move(call), std::move(key), reading);
  }
  RequestCoalescer::Read read = [this, call = std::move(call), key](Reading& flight) {
    return Fetch(call, key, flight);
  };
  co_return co_await reads_.Join(key, std::move(read), reading);
}

Task<absl::StatusOr<json::Document>> Caller::Fetch(UpstreamCall call, std::string key,
                                                   Reading& reading) {
  absl::StatusOr<json::Document> answer = co_await attempts_.Call(call, reading);
  if (!answer.ok() || !cache_.on() || !reading.Leaves()) co_return answer;
  std::vector<ResponseCache::Entry> entries;
  const SteadyTime sent = reading.as_of.value_or(clock_.Now());
  std::function<void()> write = [&] { entries = ResponseCache::Write(key, call, *answer, sent); };
  const bool many = answer->envelope().resources >= runtime::kManyRecords;
  co_await runtime::RunHeavy(means().pool, many, std::move(write));
  kept_.Keep(std::move(entries));
  co_return answer;
}

Task<absl::StatusOr<std::shared_ptr<const LookupResult>>> Caller::Find(BatchKey lane,
                                                                       std::vector<std::string> ids,
                                                                       Reading& reading) {
  if (reading.validate_only) co_return Validated();
  if (!kept_.AllowsCached(reading)) {
    co_return co_await batches_.Find(std::move(lane), std::move(ids), reading);
  }
  if (kept_.shared()) co_await kept_.LoadRecords(lane, ids, reading);
  std::vector<std::string> rest;
  LookupResult found = kept_.Records(lane, ids, reading, rest);
  if (!rest.empty()) {
    ASSIGN_OR_CO_RETURN(const std::shared_ptr<const LookupResult> others,
                        co_await batches_.Find(std::move(lane), rest, reading));
    if (rest.size() == ids.size()) co_return others;
    found.MergeSubset(*others, rest);
  }
  co_return std::make_shared<const LookupResult>(std::move(found));
}

CallerStats Caller::stats() const {
  return {.calls = attempts_.stats().calls,
          .retries = attempts_.stats().retries,
          .bisections = attempts_.stats().bisections,
          .joined = reads_.joined(),
          .batched = batches_.joined(),
          .kept = cache_.hits(),
          .cache_bytes = cache_.bytes(),
          .shared = tier_ == nullptr ? std::nullopt : std::optional(tier_->stats())};
}

}  // namespace falcon::upstream
