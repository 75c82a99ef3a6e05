// Many callers before one budget: bursts, a mixed load, steady look-ups, and callers that compete;
// prints one JSON line.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "tests/bench/bare_client.h"
#include "tests/bench/gateway_client.h"
#include "tests/bench/host_ids.h"
#include "tests/bench/load.h"

namespace falcon::bench {
namespace {

struct Options {
  std::string address;
  std::string falcon_url;
  std::string mode = "identical";
  std::string caller = "bench";
  int callers = 1;
  int calls = 1000;
  int hosts = 1;
  int in_flight = 1000;
  int channels = 8;
  double rate = 2000;
  double seconds = 10;
  int deadline_ms = 2000;
  bool live = false;
};

// So that whoever measures can set the scene.
void WaitForStart() {
  std::puts("ready");
  std::fflush(stdout);
  std::getchar();
}

// All calls at once: `begin` makes the one with a number.
template <class Begin>
nlohmann::json Burst(int calls, Begin begin) {
  Tally tally;
  Latch latch;
  const auto start = Clock::now();
  for (int i = 0; i < calls; ++i) {
    latch.Add();
    begin(i, [&](double took, const std::string& failure) {
      tally.Add(took, failure);
      latch.Done();
    });
  }
  latch.Wait();
  return {{"seconds", Since(start)}, {"calls", tally.Json()}};
}

// Calls at a rate, whatever becomes of them; `begin` makes the one with a number.
template <class Begin>
nlohmann::json Steady(const Options& options, Begin begin) {
  Tally tally;
  Latch latch;
  const int offered = Steadily(options.rate, options.seconds, [&](int i) {
    latch.Add();
    const auto second = static_cast<int>(i / options.rate);
    begin(i, [&, second](double took, const std::string& failure) {
      tally.Add(took, failure, second);
      latch.Done();
    });
  });
  latch.Wait();
  return {{"offered", offered}, {"calls", tally.Json()}};
}

// `in_flight` look-ups of one caller going until the time is up.
class ClosedLoop {
 public:
  ClosedLoop(const Options& options, GatewayClient& client, const std::vector<std::string>& ids)
      : options_(options), client_(client), ids_(ids), next_(std::random_device{}()) {}

  nlohmann::json Run() {
    end_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(options_.seconds));
    for (int i = 0; i < options_.in_flight; ++i) {
      latch_.Add();
      Go();
    }
    latch_.Wait();
    return {{"seconds", options_.seconds}, {"calls", tally_.Json()}};
  }

 private:
  void Go() {
    client_.Host(ids_[next_.fetch_add(1) % ids_.size()],
                 [this](double took, const std::string& failure) {
                   tally_.Add(took, failure);
                   if (Clock::now() < end_) return Go();
                   latch_.Done();
                 });
  }

  const Options& options_;
  GatewayClient& client_;
  const std::vector<std::string>& ids_;
  std::atomic<size_t> next_;
  Clock::time_point end_;
  Tally tally_;
  Latch latch_;
};

nlohmann::json Run(const Options& options) {
  GatewayClient client({options.address, options.caller, options.callers, options.channels,
                        options.deadline_ms, options.live});
  if (options.mode == "identical") {
    return Burst(options.calls, [&](int, const Done& done) { client.Detections(7, done); });
  }
  const int least = options.mode == "distinct" ? options.calls : options.hosts;
  const std::vector<std::string> ids = HostIds(client.hosts(), static_cast<size_t>(least));
  WaitForStart();
  if (options.mode == "distinct") {
    return Burst(options.calls,
                 [&](int i, const Done& done) { client.Host(ids[static_cast<size_t>(i)], done); });
  }
  if (options.mode == "steady") {
    return Steady(options, [&](int i, const Done& done) {
      client.Host(ids[static_cast<size_t>(i) % ids.size()], done);
    });
  }
  if (options.mode == "detections") {
    return Steady(options, [&](int i, const Done& done) { client.Detections(1 + i % 300, done); });
  }
  if (options.mode == "closed") return ClosedLoop(options, client, ids).Run();
  if (options.falcon_url.empty()) return MixedLoad(client, ids, options.rate, options.seconds);
  BareClient bare(options.falcon_url, options.deadline_ms);
  return MixedLoad(bare, ids, options.rate, options.seconds);
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Many callers before one budget.");
  app.add_option("--address", options.address, "the gateway, HOST:PORT")->required();
  app.add_option("--falcon-url", options.falcon_url,
                 "mixed: calls go to Falcon itself; the gateway only names the hosts");
  app.add_option("--mode", options.mode,
                 "identical: that many ListDetections at once; distinct: that many GetHost at "
                 "once; mixed: look-ups, lists and exports at a rate; steady: look-ups at a rate; "
                 "detections: lists at a rate; closed: look-ups, so many in flight")
      ->check(CLI::IsMember({"identical", "distinct", "mixed", "steady", "detections", "closed"}));
  app.add_option("--caller", options.caller, "name in the metadata");
  app.add_option("--callers", options.callers, "of that name and a number, in turn");
  app.add_option("--calls", options.calls, "calls of a burst");
  app.add_option("--hosts", options.hosts, "that there must be at least, for all other look-ups")
      ->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.in_flight, "calls at a time (closed)");
  app.add_option("--channels", options.channels, "connections");
  app.add_option("--rate", options.rate, "calls a second (mixed, steady, detections)");
  app.add_option("--seconds", options.seconds, "how long (mixed, steady, detections, closed)");
  app.add_option("--deadline-ms", options.deadline_ms, "of unary calls");
  app.add_flag("--live", options.live, "look-ups take nothing that was kept");
  CLI11_PARSE(app, argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  std::puts(Run(options).dump().c_str());
  return 0;
}

}  // namespace
}  // namespace falcon::bench

int main(int argc, char** argv) { return falcon::bench::Main(argc, argv); }
