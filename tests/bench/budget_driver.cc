// Many callers before one budget: bursts of identical reads, a mixed load at a steady rate, and
// callers that compete; prints one JSON line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/gateway_client.h"

namespace falcon::bench {
namespace {

struct Options {
  std::string address;
  std::string mode = "identical";
  std::string caller = "bench";
  int calls = 1000;
  int in_flight = 1000;
  int channels = 8;
  double rate = 2000;
  double seconds = 10;
  int deadline_ms = 2000;
  bool live = false;
};

// What became of the calls of one kind.
struct Tally {
  std::mutex mutex;
  std::vector<double> millis;
  std::map<std::string, int> failures;

  void Add(double took, const std::string& failure) {
    const std::lock_guard lock(mutex);
    if (failure.empty()) {
      millis.push_back(took);
    } else {
      ++failures[failure];
    }
  }
  nlohmann::json Json() {
    const std::lock_guard lock(mutex);
    std::sort(millis.begin(), millis.end());
    const auto at = [&](double share) {
      return millis.empty() ? 0.0 : millis[static_cast<size_t>(share * (millis.size() - 1))];
    };
    return {
        {"ok", millis.size()}, {"failures", failures}, {"p50_ms", at(0.5)}, {"p99_ms", at(0.99)}};
  }
};

enum class Kind { kLookup, kList, kExport };
constexpr const char* kNames[] = {"lookups", "lists", "exports"};

struct Task {
  Kind kind = Kind::kLookup;
  size_t which = 0;
};

// 80 % look-ups of few popular and many rare hosts, 15 % lists of 200 kinds, 5 % exports of 5.
class Mix {
 public:
  explicit Mix(size_t hosts) : cumulative_(hosts) {
    double sum = 0;
    for (size_t i = 0; i < hosts; ++i) cumulative_[i] = sum += 1.0 / static_cast<double>(i + 1);
  }
  Task Next() {
    const double dice = unit_(random_);
    if (dice >= 0.95) return {Kind::kExport, random_() % 5};
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

// Counts down to the end of all calls.
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

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// All calls at once.
nlohmann::json Burst(const Options& options, GatewayClient& client, Tally& tally) {
  const std::vector<std::string> ids =
      options.mode == "distinct" ? client.HostIds() : std::vector<std::string>();
  if (options.mode == "distinct") {
    std::puts("ready");
    std::fflush(stdout);
    std::getchar();
  }
  Latch latch;
  const auto start = Clock::now();
  for (int i = 0; i < options.calls; ++i) {
    latch.Add();
    const auto done = [&](double took, const std::string& failure) {
      tally.Add(took, failure);
      latch.Done();
    };
    if (options.mode == "distinct") {
      client.Host(ids[static_cast<size_t>(i) % ids.size()], done);
    } else {
      client.Detections(7, done);
    }
  }
  latch.Wait();
  return {{"seconds", Since(start)}, {"calls", tally.Json()}};
}

// `options.rate` calls a second, whatever becomes of them; `run` makes one.
template <class Run>
nlohmann::json Steady(const Options& options, size_t hosts, Tally* tallies, Run run) {
  Mix mix(hosts);
  const auto start = Clock::now();
  const auto total = static_cast<int>(options.rate * options.seconds);
  for (int i = 0; i < total; ++i) {
    std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(i / options.rate)));
    run(mix.Next());
  }
  nlohmann::json result = {{"offered", total}};
  for (int kind = 0; kind < 3; ++kind) result[kNames[kind]] = tallies[kind].Json();
  return result;
}

nlohmann::json MixedLoad(const Options& options, GatewayClient& client) {
  const std::vector<std::string> ids = client.HostIds();
  std::puts("ready");
  std::fflush(stdout);
  std::getchar();
  Tally tallies[3];
  Latch latch;
  nlohmann::json result = Steady(options, ids.size(), tallies, [&](const Task& task) {
    latch.Add();
    const auto done = [&, kind = task.kind](double took, const std::string& failure) {
      tallies[static_cast<int>(kind)].Add(took, failure);
      latch.Done();
    };
    switch (task.kind) {
      case Kind::kLookup:
        return client.Host(ids[task.which], done);
      case Kind::kList:
        return client.Detections(static_cast<int>(task.which) + 1, done);
      case Kind::kExport:
        return client.Export(task.which, done);
    }
  });
  latch.Wait();
  for (int kind = 0; kind < 3; ++kind) result[kNames[kind]] = tallies[kind].Json();
  return result;
}

// `in_flight` look-ups of one caller going until the time is up.
nlohmann::json ClosedLoop(const Options& options, GatewayClient& client, Tally& tally) {
  const std::vector<std::string> ids = client.HostIds();
  std::puts("ready");
  std::fflush(stdout);
  std::getchar();
  Latch latch;
  std::atomic<size_t> next = std::random_device{}();
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(options.seconds));
  struct Loop {
    const std::vector<std::string>& ids;
    GatewayClient& client;
    Tally& tally;
    Latch& latch;
    std::atomic<size_t>& next;
    Clock::time_point end;
    void Go() {
      client.Host(ids[next.fetch_add(1) % ids.size()],
                  [this](double took, const std::string& failure) {
                    tally.Add(took, failure);
                    if (Clock::now() < end) {
                      Go();
                    } else {
                      latch.Done();
                    }
                  });
    }
  } loop{ids, client, tally, latch, next, end};
  for (int i = 0; i < options.in_flight; ++i) {
    latch.Add();
    loop.Go();
  }
  latch.Wait();
  return {{"seconds", options.seconds}, {"calls", tally.Json()}};
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Many callers before one budget.");
  app.add_option("--address", options.address, "the gateway, host:port")->required();
  app.add_option(
         "--mode", options.mode,
         "identical: that many ListDetections at once; distinct: that many GetHost at once; "
         "mixed: look-ups, lists and exports at a rate; closed: look-ups, so many in flight")
      ->check(CLI::IsMember({"identical", "distinct", "mixed", "closed"}));
  app.add_option("--caller", options.caller, "name in the metadata");
  app.add_option("--calls", options.calls, "calls of a burst");
  app.add_option("--in-flight", options.in_flight, "calls at a time (closed)");
  app.add_option("--channels", options.channels, "connections");
  app.add_option("--rate", options.rate, "calls a second (mixed)");
  app.add_option("--seconds", options.seconds, "how long (mixed, closed)");
  app.add_option("--deadline-ms", options.deadline_ms, "of unary calls");
  app.add_flag("--live", options.live, "look-ups take nothing that was kept");
  CLI11_PARSE(app, argc, argv);
  GatewayClient client(
      {options.address, options.caller, options.channels, options.deadline_ms, options.live});
  Tally tally;
  const nlohmann::json result = options.mode == "mixed"    ? MixedLoad(options, client)
                                : options.mode == "closed" ? ClosedLoop(options, client, tally)
                                                           : Burst(options, client, tally);
  std::puts(result.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace falcon::bench

int main(int argc, char** argv) { return falcon::bench::Main(argc, argv); }
