// Gathers look-ups by key.
#include "upstream/cache/lookup_batcher.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace falcon::upstream {
namespace {

std::string KeyOf(const BatchKey& key) {
  return StrCat("lane:", key.operation->id, BuildUrl("", key.query));
}

// Whether a batch of `batch` waits to be sent, no later than one of `priority` would.
bool InLine(const CallOptions& batch, const CallStats& stats, Priority priority) {
  const bool before = batch.priority == Priority::kInteractive || batch.priority == priority;
  return before && !stats.last_sent.has_value();
}

// Reports what concerns `ids`, of the errors beside the records of all.
void ReportErrors(const LookupResult& result, const std::vector<std::string>& ids,
                  CallStats& stats) {
  for (const json::ApiError& error : result.unattributed_errors) stats.AddError(error);
  for (const std::string& id : ids) {
    const auto error = result.errors.find(id);
    if (error != result.errors.end() && !error->second.id.empty()) stats.AddError(error->second);
  }
}

}  // namespace

bool LookupBatcher::Batch::Takes(const LookupRequest& more) const {
  std::vector<std::string> all = request->ids;
  all.insert(all.end(), more.ids.begin(), more.ids.end());
  return IdsPerCall(request->key, all) == all.size();
}

void LookupBatcher::Batch::Add(const LookupRequest& more) {
  for (const std::string& id : more.ids) {
    if (known.insert(id).second) request->ids.push_back(id);
  }
}

Task<UpstreamClient::Records> LookupBatcher::Join(const LookupRequest& request,
                                                  const CallOptions& options, CallStats& stats) {
  while (true) {
    const std::shared_ptr<Flight> flight = Board(KeyOf(request.key), request, options)->flight;
    Records records = co_await flight->Wait();
    if (flight->TakeCharge()) stats.upstream_calls += flight->stats().upstream_calls;
    if (!flight->stats().trace_id.empty()) stats.trace_id = flight->stats().trace_id;
    if (records.ok()) ReportErrors(**records, request.ids, stats);
    if (!flight->LackedTimeOf(options, records.status(), clock_)) co_return records;
  }
}

std::shared_ptr<LookupBatcher::Batch> LookupBatcher::Board(const std::string& key,
                                                           const LookupRequest& request,
                                                           const CallOptions& options) {
  KeyState& state = keys_[key];
  const auto join = [&](const std::shared_ptr<Batch>& batch) {
    ++batched_;
    batch->flight->ExtendFor(options);
    batch->Add(request);
    return batch;
  };
  for (const std::shared_ptr<Batch>& batch : state.departed) {
    const Flight& flight = *batch->flight;
    const bool waits = InLine(flight.options(), flight.stats(), options.priority);
    if (waits && flight.waited_for() && batch->Takes(request)) return join(batch);
  }
  if (state.open != nullptr && state.open->flight->waited_for()) {
    join(state.open);
  } else {
    state.open = std::make_shared<Batch>(Batch{
        .flight = std::make_shared<Flight>(loop_, options, key),
        .request = std::make_shared<LookupRequest>(LookupRequest{.key = request.key, .ids = {}}),
        .known = {}});
    state.open->Add(request);
    if (!state.departed.empty()) loop_.Spawn(DepartAfterLinger(key, state.open));
  }
  const std::shared_ptr<Batch> batch = state.open;
  const auto max_ids = static_cast<size_t>(request.key.operation->max_ids);
  if (state.departed.empty() || batch->request->ids.size() >= max_ids) Depart(key);
  return batch;
}

void LookupBatcher::Depart(const std::string& key) {
  KeyState& state = keys_[key];
  const std::shared_ptr<Batch> batch = std::exchange(state.open, nullptr);
  state.departed.push_back(batch);
  // Not the batch itself, which holds the flight that would hold it.
  Flight::Work work = [this, request = batch->request](const CallOptions& options,
                                                       CallStats& stats) {
    return next_.Lookup(*request, options, stats);
  };
  batch->flight->Run(std::move(work), alive_,
                     [this, key, flight = batch->flight.get()] { OnDone(key, flight); });
}

void LookupBatcher::OnDone(const std::string& key, const Flight* flight) {
  KeyState& state = keys_[key];
  std::erase_if(state.departed, [&](const auto& batch) { return batch->flight.get() == flight; });
  if (!state.departed.empty()) return;
  if (state.open != nullptr && state.open->flight->waited_for()) {
    Depart(key);
  } else {
    keys_.erase(key);
  }
}

Task<void> LookupBatcher::DepartAfterLinger(std::string key, std::weak_ptr<Batch> batch) {
  while (true) {
    const SteadyTime until = clock_.Now() + options_.linger;
    co_await timer_.SleepUntil(until);
    const std::shared_ptr<Batch> open = batch.lock();
    const auto state = keys_.find(key);
    if (open == nullptr || state == keys_.end() || state->second.open != open) co_return;
    if (!open->flight->waited_for()) co_return;
    const Priority priority = open->flight->options().priority;
    const bool waits = std::ranges::any_of(state->second.departed, [&](const auto& other) {
      return InLine(other->flight->options(), other->flight->stats(), priority);
    });
    if (!waits) co_return Depart(key);
  }
}

}  // namespace falcon::upstream
