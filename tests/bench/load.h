// The parts of a load: choice of the next call, results of the calls, and waiting for the end.
#ifndef FALCON_TESTS_BENCH_LOAD_H_
#define FALCON_TESTS_BENCH_LOAD_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace falcon::bench {

using Clock = std::chrono::steady_clock;

inline double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Called with the duration of a call in milliseconds and its failure, or "".
using Done = std::function<void(double took, const std::string& failure)>;

// Results of the calls of one kind. Thread-safe.
class Tally {
 public:
  // `second`: the second of the load in which the call was due.
  void Add(double took, const std::string& failure, int second = 0) {
    const std::lock_guard lock(mutex_);
    if (failure.empty()) {
      millis_.push_back(took);
      ++by_second_[second];
    } else {
      ++failures_[failure];
    }
  }
  nlohmann::json Json() {
    const std::lock_guard lock(mutex_);
    std::sort(millis_.begin(), millis_.end());
    const auto at = [&](double share) {
      return millis_.empty() ? 0.0 : millis_[static_cast<size_t>(share * (millis_.size() - 1))];
    };
    std::vector<int> by_second;
    for (const auto& [second, count] : by_second_) {
      by_second.resize(static_cast<size_t>(second) + 1);
      by_second.back() = count;
    }
    return {{"ok", millis_.size()},
            {"failures", failures_},
            {"p50_ms", at(0.5)},
            {"p99_ms", at(0.99)},
            {"ok_by_second", by_second}};
  }

 private:
  std::mutex mutex_;
  std::vector<double> millis_;
  std::map<int, int> by_second_;
  std::map<std::string, int> failures_;
};

// Waits for the end of all calls.
class Latch {
 public:
  void Add() {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  void Done() {
    const std::lock_guard lock(mutex_);
    if (--open_ == 0) none_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int open_ = 0;
};

enum class Kind { kLookup, kList, kExport };
constexpr const char* kKindNames[] = {"lookups", "lists", "exports"};

struct Task {
  Kind kind = Kind::kLookup;
  size_t which = 0;
};

// 80 % look-ups with a Zipf distribution over the hosts, 15 % lists with 200 filters, 5 % exports
// with 20.
class Mix {
 public:
  explicit Mix(size_t hosts) : cumulative_(hosts) {
    double sum = 0;
    for (size_t i = 0; i < hosts; ++i) cumulative_[i] = sum += 1.0 / static_cast<double>(i + 1);
  }
  Task Next() {
    const double dice = unit_(random_);
    if (dice >= 0.95) return {Kind::kExport, random_() % 20};
    if (dice >= 0.80) return {Kind::kList, random_() % 200};
    const auto at = std::lower_bound(cumulative_.begin(), cumulative_.end(),
                                     unit_(random_) * cumulative_.back());
    return {Kind::kLookup, static_cast<size_t>(at - cumulative_.begin())};
  }

 private:
  std::vector<double> cumulative_;
  std::mt19937_64 random_{42};
  std::uniform_real_distribution<double> unit_{0, 1};
};

// The pattern of host names of list or export number `which`: a little over a hundred hosts.
inline std::string ListedHosts(size_t which) {
  const std::string number = std::to_string(1000 + which);
  return "WKS-0" + number.substr(1) + "*";
}
inline std::string ExportedHosts(size_t which) {
  const std::string number = std::to_string(100 + which);
  return "SRV-APP-" + number.substr(1) + "*";
}

// Calls `begin` with the numbers below rate * seconds at that rate, independent of their results.
template <class Begin>
int Steadily(double rate, double seconds, Begin begin) {
  const auto start = Clock::now();
  const auto total = static_cast<int>(rate * seconds);
  for (int i = 0; i < total; ++i) {
    std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(i / rate)));
    begin(i);
  }
  return total;
}

// The mixed load on a client that has Host(id), List(which) and Export(which), each with Done.
template <class Client>
nlohmann::json MixedLoad(Client& client, const std::vector<std::string>& ids, double rate,
                         double seconds) {
  Tally tallies[3];
  Latch latch;
  Mix mix(ids.size());
  const int offered = Steadily(rate, seconds, [&](int) {
    const Task task = mix.Next();
    latch.Add();
    const Done done = [&, kind = task.kind](double took, const std::string& failure) {
      tallies[static_cast<int>(kind)].Add(took, failure);
      latch.Done();
    };
    switch (task.kind) {
      case Kind::kLookup:
        return client.Host(ids[task.which], done);
      case Kind::kList:
        return client.List(task.which, done);
      case Kind::kExport:
        return client.Export(task.which, done);
    }
  });
  latch.Wait();
  nlohmann::json result = {{"offered", offered}};
  for (int kind = 0; kind < 3; ++kind) result[kKindNames[kind]] = tallies[kind].Json();
  return result;
}

}  // namespace falcon::bench

#endif  // FALCON_TESTS_BENCH_LOAD_H_
