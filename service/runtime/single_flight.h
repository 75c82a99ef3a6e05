// SingleFlight<T>: identical work in flight runs once, and all callers get its result.
#ifndef FALCON_RUNTIME_SINGLE_FLIGHT_H_
#define FALCON_RUNTIME_SINGLE_FLIGHT_H_

#include <boost/asio/this_coro.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "runtime/thread_affinity.h"

namespace falcon::runtime {

// Loop thread only. T is copied to each waiter. The work runs as a task of its own: it runs to its
// end even when all waiters are cancelled. It must not throw. Results are not cached.
template <class T>
class SingleFlight {
 public:
  explicit SingleFlight(Loop& loop) : loop_thread_(loop.executor()), loop_(loop) {}

  // Joins the flight of `key`, or starts one with `work`, which is called on the loop at once.
  Task<T> Join(std::string key, std::function<Task<T>()> work) {
    const std::shared_ptr<Flight> flight = GetOrStart(std::move(key), std::move(work));
    co_await flight->done.Wait();
    co_return *flight->result;
  }

  // As Join, but returns at `at` at the latest. Nullopt: the work was not done by then; it
  // continues. `timer` outlives the wait.
  Task<std::optional<T>> JoinUntil(std::string key, std::function<Task<T>()> work, SteadyTime at,
                                   Timer& timer) {
    const std::shared_ptr<Flight> flight = GetOrStart(std::move(key), std::move(work));
    const bool done = co_await flight->done.WaitUntil(at, timer);
    if (!done) co_return std::nullopt;
    co_return flight->result;
  }

  bool InFlight(const std::string& key) const { return flights_->contains(key); }

 private:
  struct Flight {
    explicit Flight(Executor executor) : done(executor) {}
    OneShotEvent done;
    std::optional<T> result;
  };
  using Flights = std::map<std::string, std::shared_ptr<Flight>>;

  std::shared_ptr<Flight> Find(const std::string& key) const {
    const auto found = flights_->find(key);
    return found == flights_->end() ? nullptr : found->second;
  }

  std::shared_ptr<Flight> GetOrStart(std::string key, std::function<Task<T>()> work) {
    loop_thread_.Check();
    std::shared_ptr<Flight> flight = Find(key);
    if (flight != nullptr) return flight;
    flight = std::make_shared<Flight>(loop_.executor());
    flights_->emplace(key, flight);
    loop_.Spawn(Run(flights_, std::move(key), flight, std::move(work)));
    return flight;
  }

  static Task<void> Run(std::shared_ptr<Flights> flights, std::string key,
                        std::shared_ptr<Flight> flight, std::function<Task<T>()> work) {
    flight->result.emplace(co_await work());
    flights->erase(key);
    flight->done.Set();
  }

  [[no_unique_address]] ThreadAffinity loop_thread_;
  Loop& loop_;
  std::shared_ptr<Flights> flights_ = std::make_shared<Flights>();
};

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_SINGLE_FLIGHT_H_
