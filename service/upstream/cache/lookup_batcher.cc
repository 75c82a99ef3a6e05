// Gathers look-ups by lane.
#include "upstream/cache/lookup_batcher.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "upstream/operation/request_text.h"

namespace falcon::upstream {
namespace {

using Answer = absl::StatusOr<std::shared_ptr<const LookupResult>>;

std::string KeyOf(const BatchKey& lane) {
  return StrCat("lane:", lane.operation->id, BuildUrl("", lane.query));
}

// Tells what concerns `ids`, of what Falcon said beside the records of all.
void TellOf(const LookupResult& found, const std::vector<std::string>& ids, Reading& reading) {
  for (const json::ApiError& error : found.unattributed_errors) reading.Tell(error);
  for (const std::string& id : ids) {
    const auto error = found.errors.find(id);
    if (error != found.errors.end() && !error->second.id.empty()) reading.Tell(error->second);
  }
}

}  // namespace

bool LookupBatcher::KeyState::AnyInLine() const {
  const Priority rank = open->flight->reading().priority;
  return std::any_of(in_flight.begin(), in_flight.end(), [rank](const auto& flight) {
    const Reading& flown = flight->reading();
    const bool before = flown.priority == Priority::kInteractive || flown.priority == rank;
    return before && !flown.as_of.has_value();
  });
}

Task<Answer> LookupBatcher::Fetch(BatchKey lane, std::vector<std::string> ids, Reading& reading) {
  absl::StatusOr<LookupResult> found = co_await FetchInChunks(attempts_, lane, ids, reading);
  if (!found.ok()) co_return found.status();
  if (reading.Leaves()) on_found_(lane, ids, *found);
  co_return std::make_shared<const LookupResult>(*std::move(found));
}

Task<Answer> LookupBatcher::Find(BatchKey lane, std::vector<std::string> ids, Reading& reading) {
  if (ids.size() > options_.max_ids) {
    co_return co_await Fetch(std::move(lane), std::move(ids), reading);
  }
  bool began = false;
  const std::shared_ptr<Batch> batch = Board(KeyOf(lane), lane, ids, reading, began);
  Answer answer = co_await batch->flight->Wait();
  const Reading& flown = batch->flight->reading();
  if (began) reading.upstream_calls += flown.upstream_calls;
  if (!flown.trace_id.empty()) reading.trace_id = flown.trace_id;
  if (answer.ok()) TellOf(**answer, ids, reading);
  co_return answer;
}

std::shared_ptr<LookupBatcher::Batch> LookupBatcher::Board(const std::string& key,
                                                           const BatchKey& lane,
                                                           const std::vector<std::string>& ids,
                                                           Reading& reading, bool& began) {
  KeyState& state = lanes_[key];
  const bool abandoned = state.open != nullptr && !state.open->flight->waited_for();
  if (abandoned) state.open = nullptr;
  began = state.open == nullptr;
  if (began) {
    state.open = std::make_shared<Batch>(
        Batch{.flight = std::make_shared<Flight>(loop_, reading, key), .lane = lane, .ids = {}});
    if (!state.in_flight.empty()) loop_.Spawn(DepartAfterPatience(key, state.open));
  } else {
    ++joined_;
    state.open->flight->Board(reading);
  }
  const std::shared_ptr<Batch> batch = state.open;
  batch->ids.insert(ids.begin(), ids.end());
  const bool full = batch->ids.size() >= static_cast<size_t>(lane.operation->max_ids);
  if (state.in_flight.empty() || full) Depart(key);
  return batch;
}

void LookupBatcher::Depart(const std::string& key) {
  KeyState& state = lanes_[key];
  const std::shared_ptr<Batch> batch = std::exchange(state.open, nullptr);
  state.in_flight.push_back(batch->flight);
  // Not the batch itself, which holds the flight that would hold it.
  batch->flight->Start(
      [this, lane = batch->lane, ids = std::vector(batch->ids.begin(), batch->ids.end())](
          Reading& reading) { return Fetch(lane, ids, reading); },
      alive_, [this, key, flight = batch->flight.get()] { Landed(key, flight); });
}

void LookupBatcher::Landed(const std::string& key, const Flight* flight) {
  KeyState& state = lanes_[key];
  std::erase_if(state.in_flight, [&](const auto& other) { return other.get() == flight; });
  if (state.open != nullptr && state.open->flight->waited_for()) {
    if (state.in_flight.empty()) Depart(key);
  } else if (state.in_flight.empty()) {
    lanes_.erase(key);
  }
}

Task<void> LookupBatcher::DepartAfterPatience(std::string key, std::weak_ptr<Batch> batch) {
  while (true) {
    const SteadyTime until = clock_.Now() + options_.patience;
    co_await timer_.SleepUntil(until);
    const std::shared_ptr<Batch> held = batch.lock();
    const auto state = lanes_.find(key);
    if (held == nullptr || state == lanes_.end() || state->second.open != held) co_return;
    if (!held->flight->waited_for()) co_return;
    if (!state->second.AnyInLine()) co_return Depart(key);
  }
}

}  // namespace falcon::upstream
