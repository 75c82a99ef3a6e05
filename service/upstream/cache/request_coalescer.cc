// Calls by key: those sent, and those that wait, one a client.
#include "upstream/cache/request_coalescer.h"

#include <algorithm>
#include <utility>

namespace falcon::upstream {
namespace {

// A client's line may be served from its end: who joins what came before waits longer than it must.
constexpr milliseconds kJoinedInLine{1'000};

}  // namespace

Task<UpstreamClient::Response> RequestCoalescer::Join(const UpstreamRequest& request,
                                                      const CallOptions& options,
                                                      CallStats& stats) {
  const std::string key = CoalescingKey(request);
  while (true) {
    const SteadyTime asked = clock_.Now();
    std::shared_ptr<Flight> flight = FindJoinable(key, options);
    if (flight == nullptr) {
      flight = Start(key, request, options);
    } else {
      ++coalesced_;
      flight->ExtendFor(options);
    }
    Response response = co_await flight->Wait();
    if (IsSuperseded(response.status())) continue;
    Flight& sent = flight->final();
    stats.Merge(sent.stats(), sent.TakeCharge());
    if (response.ok()) stats.AddAge(std::chrono::ceil<milliseconds>(asked - response->as_of));
    if (!sent.LackedTimeOf(options, response.status(), clock_)) co_return response;
  }
}

std::shared_ptr<RequestCoalescer::Flight> RequestCoalescer::FindJoinable(
    const std::string& key, const CallOptions& options) const {
  const auto of_key = flights_.find(key);
  if (of_key == flights_.end()) return nullptr;
  const SteadyTime now = clock_.Now();
  for (const Entry& entry : of_key->second) {
    const CallOptions& its = entry.flight->options();
    const std::optional<SteadyTime> sent = entry.flight->stats().last_sent;
    const bool in_line = its.client_id == options.client_id && its.priority == options.priority &&
                         now - entry.began < kJoinedInLine;
    const bool young =
        sent.has_value() && (!options.max_staleness || now - *sent <= *options.max_staleness);
    if (sent.has_value() ? young : in_line) return entry.flight;
  }
  return nullptr;
}

std::shared_ptr<RequestCoalescer::Flight> RequestCoalescer::Start(const std::string& key,
                                                                  const UpstreamRequest& request,
                                                                  const CallOptions& options) {
  const auto flight = std::make_shared<Flight>(loop_, options, options.client_id);
  flight->mutable_options().send_claim = ShareClaim(key);
  flights_[key].push_back({flight, clock_.Now()});
  Flight::Work work = [this, request](const CallOptions& its, CallStats& stats) {
    return next_.Call(request, its, stats);
  };
  flight->Run(std::move(work), alive_, [this, key, of = flight.get()] { Forget(key, of); });
  return flight;
}

std::shared_ptr<SendClaim> RequestCoalescer::ShareClaim(const std::string& key) {
  std::shared_ptr<SendClaim> claim;
  const auto of_key = flights_.find(key);
  if (of_key == flights_.end()) return claim;
  for (const Entry& entry : of_key->second) {
    if (entry.flight->sent()) continue;
    std::shared_ptr<SendClaim>& its = entry.flight->mutable_options().send_claim;
    if (its != nullptr && its->winner() != nullptr) continue;  // about to be superseded
    if (its == nullptr) {
      its = std::make_shared<SendClaim>(loop_.executor());
      loop_.Spawn(AwaitClaim(key, its));
    }
    claim = its;
  }
  return claim;
}

Task<void> RequestCoalescer::AwaitClaim(std::string key, std::shared_ptr<SendClaim> claim) {
  co_await claim->Settled();
  const auto of_key = flights_.find(key);
  if (of_key == flights_.end()) co_return;
  Entries& entries = of_key->second;
  const auto winner = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return &entry.flight->options() == claim->winner();
  });
  const std::shared_ptr<Flight> sent = winner == entries.end() ? nullptr : winner->flight;
  std::erase_if(entries, [&](const Entry& entry) {
    if (entry.flight == sent || entry.flight->options().send_claim != claim) return false;
    // All that waited for the winner are gone: the others go on.
    if (sent == nullptr) {
      entry.flight->mutable_options().send_claim = nullptr;
      return false;
    }
    ++coalesced_;
    entry.flight->SupersedeBy(sent);
    return true;
  });
}

void RequestCoalescer::Forget(const std::string& key, const Flight* flight) {
  const auto of_key = flights_.find(key);
  if (of_key == flights_.end()) return;
  Entries& entries = of_key->second;
  const std::shared_ptr<SendClaim> claim = flight->options().send_claim;
  std::erase_if(entries, [&](const Entry& entry) { return entry.flight.get() == flight; });
  const bool shared = std::ranges::any_of(entries, [&](const Entry& entry) {
    return claim != nullptr && entry.flight->options().send_claim == claim;
  });
  if (claim != nullptr && !shared) claim->Release();
  if (entries.empty()) flights_.erase(of_key);
}

}  // namespace falcon::upstream
