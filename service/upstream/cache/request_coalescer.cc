// Flights by key: one on its way, or one a caller that waits to go out.
#include "upstream/cache/request_coalescer.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>

#include "base/error.h"

namespace falcon::upstream {
namespace {

// A caller's line may be served from its end: who joins what came before waits longer than it must.
constexpr milliseconds kJoinedInLine{1'000};

// Whether it failed for want of time that there is until `deadline`.
bool WantedTime(const absl::Status& status, Deadline deadline, const Clock& clock) {
  if (status.code() == absl::StatusCode::kDeadlineExceeded) return !deadline.Passed(clock);
  if (Reason(status) != "RATE_LIMITED") return false;
  return deadline.Allows(clock, RetryAfter(status).value_or(milliseconds(0)));
}

}  // namespace

std::shared_ptr<RequestCoalescer::Flight> RequestCoalescer::FlightFor(
    const std::string& key, const Reading& reading) const {
  const auto of_key = flights_.find(key);
  if (of_key == flights_.end()) return nullptr;
  const SteadyTime now = clock_.Now();
  for (const Entry& entry : of_key->second) {
    const Reading& flown = entry.flight->reading();
    const bool in_line = flown.caller == reading.caller && flown.priority == reading.priority &&
                         now - entry.began < kJoinedInLine;
    const bool young =
        flown.as_of.has_value() && (!reading.staleness || now - *flown.as_of <= *reading.staleness);
    if (flown.as_of.has_value() ? young : in_line) return entry.flight;
  }
  return nullptr;
}

std::shared_ptr<RequestCoalescer::Flight> RequestCoalescer::Start(const std::string& key,
                                                                  const Read& read,
                                                                  const Reading& reading) {
  const auto flight = std::make_shared<Flight>(loop_, reading, reading.caller);
  const auto overtaking =
      std::make_shared<Overtaking>(Overtaking{.event = runtime::OneShotEvent(loop_.executor())});
  flights_[key].push_back({flight, overtaking, clock_.Now()});
  flight->Start(
      [this, key, read, overtaking](Reading& flown) { return Fly(key, read, overtaking, flown); },
      alive_, [this, key, of = flight.get()] { Forget(key, of); });
  return flight;
}

Task<absl::StatusOr<json::Document>> RequestCoalescer::Fly(std::string key, Read read,
                                                           std::shared_ptr<Overtaking> overtaking,
                                                           Reading& flight) {
  using boost::asio::experimental::awaitable_operators::operator||;
  flight.on_sent = [this, key, &flight] { WentOut(key, flight); };
  auto first = co_await (read(flight) || overtaking->event.Wait());
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  absl::StatusOr<json::Document> answer = co_await overtaking->by->Wait();
  if (WantedTime(answer.status(), flight.deadline, clock_)) co_return co_await read(flight);
  flight.Take(overtaking->by->reading(), false);
  co_return answer;
}

void RequestCoalescer::WentOut(const std::string& key, const Reading& reading) {
  const auto of_key = flights_.find(key);
  if (of_key == flights_.end()) return;
  std::vector<Entry>& entries = of_key->second;
  const auto sent = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return &entry.flight->reading() == &reading;
  });
  if (sent == entries.end()) return;
  const std::shared_ptr<Flight> flight = sent->flight;
  std::erase_if(entries, [&](const Entry& entry) {
    if (entry.flight->reading().as_of.has_value()) return false;
    ++joined_;
    flight->Board(entry.flight->reading());
    entry.overtaking->by = flight;
    entry.overtaking->event.Set();
    return true;
  });
}

void RequestCoalescer::Forget(const std::string& key, const Flight* flight) {
  const auto of_key = flights_.find(key);
  if (of_key == flights_.end()) return;
  std::erase_if(of_key->second, [&](const Entry& entry) { return entry.flight.get() == flight; });
  if (of_key->second.empty()) flights_.erase(of_key);
}

Task<absl::StatusOr<json::Document>> RequestCoalescer::Join(std::string key, Read read,
                                                            Reading& reading) {
  while (true) {
    const SteadyTime asked = clock_.Now();
    std::shared_ptr<Flight> flight = FlightFor(key, reading);
    const bool starts = flight == nullptr;
    if (starts) {
      flight = Start(key, read, reading);
    } else {
      ++joined_;
      flight->Board(reading);
    }
    const bool hasty = flight->first_deadline().at() < reading.deadline.at();
    absl::StatusOr<json::Document> answer = co_await flight->Wait();
    const Reading& flown = flight->reading();
    reading.Take(flown, starts);
    const auto age = std::chrono::ceil<milliseconds>(asked - flown.as_of.value_or(asked));
    reading.age = std::max(reading.age, age);
    if (!hasty || !WantedTime(answer.status(), reading.deadline, clock_)) co_return answer;
  }
}

}  // namespace falcon::upstream
