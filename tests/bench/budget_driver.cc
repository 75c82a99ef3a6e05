// Loads of many clients that share one budget: bursts, a mixed load, steady look-ups, and clients
// that compete. Prints one JSON line.
#include <grpcpp/create_channel.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "tests/bench/bare_client.h"
#include "tests/bench/host_ids.h"
#include "tests/bench/load.h"

namespace falcon::bench {
namespace {

struct ClientOptions {
  std::string address;
  std::string caller;  // name in the metadata; followed by a number if there are several
  int callers = 1;     // names that take turns
  int channels = 8;
  int deadline_ms = 2000;  // of unary calls
  bool live = false;       // look-ups accept no cached response
};

// The number of the code; empty for OK.
std::string CodeOf(const grpc::Status& status) {
  return status.ok() ? "" : std::to_string(status.error_code());
}

class GatewayClient {
 public:
  explicit GatewayClient(ClientOptions options) : options_(std::move(options)) {
    for (int i = 0; i < options_.channels; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("falcon.bench.channel", i);  // channels alike would share one connection
      arguments.SetMaxReceiveMessageSize(-1);
      const auto channel = grpc::CreateCustomChannel(options_.address,
                                                     grpc::InsecureChannelCredentials(), arguments);
      hosts_.push_back(v1::HostService::NewStub(channel));
      detections_.push_back(v1::DetectionService::NewStub(channel));
    }
  }

  v1::HostService::StubInterface& hosts() { return *hosts_[0]; }

  // A failure is the number of its status code.
  void Host(const std::string& id, Done done) {
    auto* call = new Call<v1::GetHostRequest, v1::GetHostResponse>(options_, CallerName());
    call->request.set_device_id(id);
    if (options_.live) call->request.mutable_read_options()->mutable_max_staleness();
    Stub(hosts_).async()->GetHost(&call->context, &call->request, &call->response,
                                  [call, done](const grpc::Status& status) {
                                    done(call->Took(), CodeOf(status));
                                    delete call;
                                  });
  }
  void Detections(int days, Done done) {
    auto* call =
        new Call<v1::ListDetectionsRequest, v1::ListDetectionsResponse>(options_, CallerName());
    call->request.mutable_filter()->set_days(days);
    Stub(detections_)
        .async()
        ->ListDetections(&call->context, &call->request, &call->response,
                         [call, done](const grpc::Status& status) {
                           done(call->Took(), CodeOf(status));
                           delete call;
                         });
  }
  void List(size_t which, Done done) {
    auto* call = new Call<v1::ListHostsRequest, v1::ListHostsResponse>(options_, CallerName());
    call->request.mutable_filter()->set_hostname(ListedHosts(which));
    Stub(hosts_).async()->ListHosts(&call->context, &call->request, &call->response,
                                    [call, done](const grpc::Status& status) {
                                      done(call->Took(), CodeOf(status));
                                      delete call;
                                    });
  }
  void Export(size_t which, Done done) {
    new Exporter(options_, CallerName(), *Stub(hosts_).async(), which, std::move(done));
  }

 private:
  template <class Request, class Response>
  struct Call {
    Call(const ClientOptions& options, const std::string& caller) : start(Clock::now()) {
      context.set_deadline(std::chrono::system_clock::now() +
                           std::chrono::milliseconds(options.deadline_ms));
      context.AddMetadata("falcon-caller", caller);
    }
    double Took() const {
      return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    }
    grpc::ClientContext context;
    Request request;
    Response response;
    Clock::time_point start;
  };

  // Deletes itself when the stream has ended.
  class Exporter final : public grpc::ClientReadReactor<v1::ExportHostsResponse> {
   public:
    Exporter(const ClientOptions& options, const std::string& caller,
             v1::HostService::StubInterface::async_interface& stub, size_t which, Done done)
        : call_(options, caller), done_(std::move(done)) {
      call_.context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
      call_.request.mutable_filter()->set_hostname(ExportedHosts(which));
      call_.request.mutable_read_options()->mutable_max_staleness()->set_seconds(30);
      stub.ExportHosts(&call_.context, &call_.request, this);
      StartRead(&call_.response);
      StartCall();
    }
    void OnReadDone(bool ok) override {
      if (ok) StartRead(&call_.response);
    }
    void OnDone(const grpc::Status& status) override {
      done_(call_.Took(), CodeOf(status));
      delete this;
    }

   private:
    Call<v1::ExportHostsRequest, v1::ExportHostsResponse> call_;
    Done done_;
  };

  std::string CallerName() {
    if (options_.callers == 1) return options_.caller;
    return options_.caller + std::to_string(next_caller_.fetch_add(1) % options_.callers);
  }
  template <class Stubs>
  typename Stubs::value_type::element_type& Stub(Stubs& stubs) {
    return *stubs[next_.fetch_add(1) % stubs.size()];
  }

  const ClientOptions options_;
  std::vector<std::unique_ptr<v1::HostService::Stub>> hosts_;
  std::vector<std::unique_ptr<v1::DetectionService::Stub>> detections_;
  std::atomic<size_t> next_ = 0;
  std::atomic<int> next_caller_ = 0;
};

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

// Lets the measuring script prepare the next step.
void WaitForStart() {
  std::puts("ready");
  std::fflush(stdout);
  std::getchar();
}

// All calls at once. `begin` starts the call with a number.
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

// Calls at a fixed rate, independent of their results. `begin` starts the call with a number.
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

// Keeps `in_flight` look-ups of one client in flight until the time is up.
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
  app.add_flag("--live", options.live, "look-ups accept no cached response");
  CLI11_PARSE(app, argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  std::puts(Run(options).dump().c_str());
  return 0;
}

}  // namespace
}  // namespace falcon::bench

int main(int argc, char** argv) { return falcon::bench::Main(argc, argv); }
