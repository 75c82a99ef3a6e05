// Load on a gateway, or on Falcon itself by a libcurl loop. Prints one JSON line.
#include <curl/curl.h>
#include <grpcpp/create_channel.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "tests/bench/h2_load.h"
#include "tests/bench/host_ids.h"

namespace falcon::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string address;     // of the gateway
  std::string falcon_url;  // of Falcon, for the bare loop
  std::string ca_file;
  std::string mode = "unary";
  int calls = 20000;
  int in_flight = 64;
  int channels = 2;
  bool hold = false;
  bool live = false;
};

struct Tally {
  std::vector<double> micros;
  int failed = 0;
  double seconds = 0;

  nlohmann::json Json() {
    std::sort(micros.begin(), micros.end());
    const auto at = [&](double share) {
      return micros.empty() ? 0.0 : micros[static_cast<size_t>(share * (micros.size() - 1))];
    };
    return {{"calls", micros.size()}, {"failed", failed},
            {"seconds", seconds},     {"per_second", seconds > 0 ? micros.size() / seconds : 0},
            {"p50_us", at(0.5)},      {"p99_us", at(0.99)}};
  }
};

std::unique_ptr<v1::HostService::Stub> Stub(const Options& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  return v1::HostService::NewStub(
      grpc::CreateCustomChannel(options.address, grpc::InsecureChannelCredentials(), arguments));
}

v1::GetHostRequest HostRequest(const Options& options, const std::vector<std::string>& ids,
                               int number) {
  v1::GetHostRequest request;
  request.set_device_id(ids[static_cast<size_t>(number) % ids.size()]);
  if (options.live) request.mutable_read_options()->mutable_max_staleness();
  return request;
}

// Keeps `in_flight` GetHost calls with distinct ids in flight until `calls` are done.
Tally UnaryLoad(const Options& options, const std::vector<std::string>& ids) {
  const H2LoadOptions load{.address = options.address,
                           .path = "/falcon_gateway.v1.HostService/GetHost",
                           .calls = options.calls,
                           .in_flight = options.in_flight,
                           .connections = options.channels};
  H2LoadResult result = RunH2Load(
      load, [&](int number) { return HostRequest(options, ids, number).SerializeAsString(); });
  return {std::move(result.micros), result.failed, result.seconds};
}

size_t Take(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

// One client that waits for each response.
Tally OneCaller(const Options& options, const std::vector<std::string>& ids) {
  const auto stub = Stub(options);
  Tally tally;
  const auto start = Clock::now();
  for (int i = 0; i < options.calls; ++i) {
    grpc::ClientContext context;
    const v1::GetHostRequest request = HostRequest(options, ids, i);
    v1::GetHostResponse response;
    const auto sent = Clock::now();
    tally.failed += stub->GetHost(&context, request, &response).ok() ? 0 : 1;
    tally.micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - sent).count());
  }
  tally.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return tally;
}

// One request after the other on one connection: the minimum that a client does.
Tally BareLoop(const Options& options, const std::vector<std::string>& ids) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  std::string answer;
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_CAINFO, options.ca_file.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_URL, (options.falcon_url + "/oauth2/token").c_str());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS,
                   "client_id=simulator-client&client_secret=simulator-secret");
  curl_easy_perform(curl.get());
  const std::string token = nlohmann::json::parse(answer).at("access_token");
  curl_slist* headers = curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str());
  headers = curl_slist_append(headers, "Content-Type: application/json");
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl.get(), CURLOPT_URL,
                   (options.falcon_url + "/devices/entities/devices/v2").c_str());
  Tally tally;
  const auto start = Clock::now();
  for (int i = 0; i < options.calls; ++i) {
    const std::string body = R"({"ids":[")" + ids[static_cast<size_t>(i) % ids.size()] + R"("]})";
    answer.clear();
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    const auto sent = Clock::now();
    tally.failed += curl_easy_perform(curl.get()) == CURLE_OK ? 0 : 1;
    tally.micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - sent).count());
  }
  tally.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  curl_slist_free_all(headers);
  return tally;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Load on a gateway, or on Falcon itself.");
  app.add_option("--address", options.address, "the gateway, host:port");
  app.add_option("--falcon-url", options.falcon_url, "Falcon, for --mode bare");
  app.add_option("--ca-file", options.ca_file, "PEM bundle for --falcon-url");
  app.add_option(
         "--mode", options.mode,
         "unary: GetHost with distinct ids; caller: one after the other; bare: libcurl loop")
      ->check(CLI::IsMember({"unary", "caller", "bare"}));
  app.add_option("--calls", options.calls, "calls in all");
  app.add_option("--in-flight", options.in_flight, "calls at a time (unary)");
  app.add_option("--channels", options.channels, "connections (unary)");
  app.add_flag("--hold", options.hold, "say \"ready\" when the ids are known, and wait for a line");
  app.add_flag("--live", options.live, "accept no cached response: max_staleness is 0");
  CLI11_PARSE(app, argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::vector<std::string> ids = HostIds(*Stub(options), 1);
  if (options.hold) {
    std::puts("ready");
    std::fflush(stdout);
    std::getchar();
  }
  Tally tally = options.mode == "bare"     ? BareLoop(options, ids)
                : options.mode == "caller" ? OneCaller(options, ids)
                                           : UnaryLoad(options, ids);
  std::puts(tally.Json().dump().c_str());
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace falcon::bench

int main(int argc, char** argv) { return falcon::bench::Main(argc, argv); }
