// Starts and controls the two programs.
#include "tests/e2e/world.h"

#include <curl/curl.h>
#include <grpcpp/create_channel.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

std::string NewFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "falcon-e2e-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  return pattern;
}

// What follows `mark` in the line by which a program says where it listens.
std::string After(const std::string& line, const std::string& mark) {
  const size_t at = line.find(mark);
  if (at == std::string::npos) throw std::runtime_error("did not start: '" + line + "'");
  return line.substr(at + mark.size());
}

size_t Append(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

}  // namespace

World::World(const WorldOptions& options) : options_(options), folder_(NewFolder()) {
  simulator_url_ = options_.simulator_url;
  if (simulator_url_.empty()) StartSimulator();
  if (options_.start_gateway) StartGateway();
}

World::~World() {
  // A client that is idle answers the server's farewell only every five seconds.
  channel_.reset();
  gateway_program_.reset();
  // Not asked to stop: it has nothing to end well, and its leak check takes longer than most tests.
  if (simulator_ != nullptr) KillSimulator();
  std::filesystem::remove_all(folder_);
}

void World::StartSimulator() {
  std::vector<std::string> arguments = {"--listen", simulator_listen_, "--tls-self-signed",
                                        folder_};
  arguments.insert(arguments.end(), options_.simulator.begin(), options_.simulator.end());
  simulator_ =
      std::make_unique<Program>(SimulatorProgram(), arguments, std::map<std::string, std::string>(),
                                folder_ + "/simulator.log");
  simulator_url_ = After(simulator_->ReadLine(), "listening on ");
  simulator_listen_ = After(simulator_url_, "https://");
}

void World::KillSimulator() {
  simulator_->Signal(SIGKILL);
  simulator_->Wait();
  simulator_.reset();
}

std::map<std::string, std::string> World::GatewayEnvironment() const {
  std::map<std::string, std::string> environment = {{"FALCON_CLIENT_ID", kClientId},
                                                    {"FALCON_CLIENT_SECRET", kClientSecret},
                                                    {"FALCON_BASE_URL", simulator_url_}};
  for (const auto& [name, value] : options_.environment) environment[name] = value;
  return environment;
}

void World::StartGateway(const std::vector<std::string>& further) {
  const std::string ca_file = options_.ca_file.empty() ? folder_ + "/ca.pem" : options_.ca_file;
  const std::string listen = address_.empty() ? "127.0.0.1:0" : address_;
  std::vector<std::string> arguments = {"--listen=" + listen, "--ca-file=" + ca_file,
                                        "--virustotal-base-url=" + simulator_url_};
  arguments.insert(arguments.end(), options_.gateway.begin(), options_.gateway.end());
  arguments.insert(arguments.end(), further.begin(), further.end());
  // Most tests look at what Falcon was asked, and let it fail, again and again. Sanitizers take memory
  // of their own.
  for (const std::string flag : {"--cache-mib=", "--circuit-breaker-min-calls=",
                                 "--drain-delay-seconds=", "--memory-limit-mib="}) {
    const bool said = std::any_of(arguments.begin(), arguments.end(),
                                  [&](const std::string& one) { return one.starts_with(flag); });
    if (!said) arguments.push_back(flag + "0");
  }
  gateway_program_ = std::make_unique<Program>(GatewayProgram(), arguments, GatewayEnvironment(),
                                               folder_ + "/gateway.log");
  address_ = After(gateway_program_->ReadLine(), "listening on ");
  grpc::ChannelArguments channel;
  channel.SetMaxReceiveMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), channel);
}

Json World::Control(const std::string& method, const std::string& path, const std::string& body) {
  return Json::parse(Fetch(method, simulator_url_ + path, body).body, nullptr,
                     /*allow_exceptions=*/false);
}

void World::Fault(const Json& rule) { Control("POST", "/__simulator/faults", rule.dump()); }

void World::ClearFaults() { Control("DELETE", "/__simulator/faults"); }

Json World::Ledger() { return Control("GET", "/__simulator/ledger"); }

void World::ResetLedger() { Control("DELETE", "/__simulator/ledger"); }

int World::Calls(const std::string& what) {
  int calls = 0;
  const Json ledger = Ledger();
  for (const auto& [name, count] : ledger.at("counts").items()) {
    const bool data = name.find("/oauth2/") == std::string::npos;
    if (what.empty() ? data : name == what) calls += count.get<int>();
  }
  return calls;
}

Details::Details(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return;
  for (const auto& detail : details.details()) {
    if (detail.Is<google::rpc::ErrorInfo>()) detail.UnpackTo(&info);
    if (detail.Is<google::rpc::BadRequest>()) detail.UnpackTo(&bad);
    if (detail.Is<google::rpc::RetryInfo>()) has_retry = detail.UnpackTo(&retry);
  }
}

HttpReply Fetch(const std::string& method, const std::string& url, const std::string& body,
                const std::vector<std::string>& headers) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  curl_slist* list = nullptr;
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  HttpReply reply;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list);
  if (!body.empty()) curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  const CURLcode code = curl_easy_perform(curl.get());
  curl_slist_free_all(list);
  if (code != CURLE_OK) throw std::runtime_error(url + ": " + curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

std::string Health(World& world) {
  using grpc::health::v1::HealthCheckResponse;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kGenerous);
  HealthCheckResponse answer;
  const grpc::Status status =
      grpc::health::v1::Health::Stub(world.channel()).Check(&context, {}, &answer);
  return status.ok() ? HealthCheckResponse::ServingStatus_Name(answer.status())
                     : status.error_message();
}

HttpReply GetEndpoint(World& world, const std::string& path) {
  constexpr std::string_view kMark = R"("event":"metrics_served","address":")";
  std::string log;
  WaitUntil([&] {
    log = world.gateway_program().Log();
    return log.find(kMark) != std::string::npos;
  });
  const size_t begin = log.rfind(kMark) + kMark.size();
  return Fetch("GET", "http://" + log.substr(begin, log.find('"', begin) - begin) + path);
}

double Metric(World& world, const std::string& series) {
  const std::string text = GetEndpoint(world, "/metrics").body;
  const size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}

}  // namespace falcon::e2e
