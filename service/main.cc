// falcon-gateway: builds the house from the ground up and serves until told to stop.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "auth/auth_interceptor.h"
#include "auth/cached_token_source.h"
#include "auth/oauth_token_source.h"
#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "config/hardening.h"
#include "falcon/bulkheads.h"
#include "falcon/caller.h"
#include "falcon/counting_transport.h"
#include "falcon/page_token.h"
#include "falcon/rate_budget.h"
#include "obs/log.h"
#include "obs/log_writer.h"
#include "obs/metrics.h"
#include "obs/metrics_server.h"
#include "obs/process_metrics.h"
#include "redis/redis_store.h"
#include "reputation/client.h"
#include "rpc/call_log.h"
#include "rpc/detection_service.h"
#include "rpc/discover_service.h"
#include "rpc/drain.h"
#include "rpc/gateway_metrics.h"
#include "rpc/gateway_service.h"
#include "rpc/host_service.h"
#include "rpc/incident_service.h"
#include "rpc/intel_indicator_service.h"
#include "rpc/ioc_service.h"
#include "rpc/library_logs.h"
#include "rpc/reputation_service.h"
#include "rpc/rtr_session_service.h"
#include "rpc/server.h"
#include "rpc/vulnerability_service.h"
#include "run/admission.h"
#include "run/cpu_pool.h"
#include "run/exit_deadline.h"
#include "run/heartbeat.h"
#include "run/loop.h"
#include "run/memory_guard.h"
#include "run/process_memory.h"
#include "run/timer.h"
#include "wire/curl_transport.h"

// Read by jemalloc, where it is linked: what is free goes back to the system within seconds, by a
// thread of its own.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:5000,muzzy_decay_ms:0";

namespace falcon {
namespace {

constexpr size_t kUsualMemoryLimit = size_t{512} << 20;
// From the end of the grace to the end of the program.
constexpr milliseconds kLastWork{500};

int Complain(const absl::Status& status) {
  const std::vector<FieldViolation> violations = Violations(status);
  for (const FieldViolation& violation : violations) {
    std::cerr << "falcon-gateway: " << violation.field << ": " << violation.description << "\n";
  }
  if (violations.empty()) std::cerr << "falcon-gateway: " << status.message() << "\n";
  return 2;
}

// The signals that end the program are waited for, not handled: every thread inherits the block,
// and process 1 of a container, for which the system ignores signals without a handler, gets them
// too.
sigset_t BlockStopSignals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a log that meets its largest size is a write that fails
  std::signal(SIGHUP, SIG_IGN);
  return stop;
}

// The signal that came. A second one, during the drain, ends the program at once.
int WaitForStop(const sigset_t& stop) {
  int signal = 0;
  sigwait(&stop, &signal);
  for (const int second : {SIGTERM, SIGINT}) {
    std::signal(second, [](int number) { _exit(128 + number); });
  }
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  return signal;
}

std::string Address(const config::Config& config, int port) {
  const size_t colon = config.listen.rfind(':');
  return config.listen.starts_with("unix:") ? config.listen
                                            : Cat(config.listen.substr(0, colon), ":", port);
}

// The tokens of two customers must never fit each other.
std::string Tenant(const config::Config& config) {
  return Cat(config.credentials.client_id, "/", config.credentials.member_cid);
}

wire::WireOptions WireOptions(const config::Config& config) {
  wire::WireOptions options;
  options.ca_file = config.ca_file;
  options.max_body_bytes = config.upstream_max_body_bytes;
  options.stall_time = config.upstream_stall;
  // Whoever was admitted does not wait for a connection; log-ins and look-ups elsewhere need some
  // too.
  options.max_connections =
      std::max(options.max_connections, static_cast<int>(config.max_in_flight) + 16);
  return options;
}

wire::OnRetired TellRetired(obs::Log& log, obs::Metrics& metrics) {
  const obs::CounterFamily retired =
      metrics.AddCounter("falcon_gateway_upstream_connections_retired_total",
                         "Upstream connections that were taken for dead and shut down, by reason.");
  return [&log, retired](const wire::RetiredConnection& connection) {
    retired.Add({{"reason", connection.reason}});
    log.Warning("upstream_connection_retired",
                {{"reason", connection.reason}, {"silence_ms", connection.silence.count()}});
  };
}

auth::LoginOptions LoginOptions(const config::Config& config) {
  auth::LoginOptions options;
  options.region = config.region;
  options.base_url = config.base_url;
  options.loopback_redirects = config.loopback_redirects;
  return options;
}

auth::CacheOptions CacheOptions(const config::Config& config) {
  auth::CacheOptions options;
  options.region = config.region;
  options.base_url = config.base_url;
  return options;
}

reputation::ClientOptions ReputationOptions(const config::Config& config) {
  reputation::ClientOptions options;
  options.base_url = config.virustotal_base_url;
  options.api_key = config.virustotal_api_key;
  options.urls = config.virustotal_urls;
  options.quota = {config.virustotal_per_minute, config.virustotal_per_day};
  return options;
}

run::AdmissionOptions AdmissionOptionsOf(const config::Config& config) {
  return {.places = config.max_in_flight, .max_waiting = config.max_waiting};
}

BulkheadOptions BulkheadOptionsOf(const config::Config& config) {
  BulkheadOptions options;
  options.circuit_breaker.min_calls = config.circuit_breaker_min_calls;
  options.admission = AdmissionOptionsOf(config);
  return options;
}

// One core is the loop's.
int CpuThreads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1); }

// An opened circuit is the first thing to look at in an outage.
Bulkheads::OnChange LogCircuits(obs::Log& log) {
  return [&log](std::string_view area, const CircuitChange& change) {
    if (change.state == CircuitState::kClosed) return log.Info("circuit_closed", {{"area", area}});
    log.Warning("circuit_opened",
                {{"area", area}, {"failures", change.failures}, {"calls", change.calls}});
  };
}

// 0: none.
size_t MemoryLimit(const config::Config& config) {
  if (config.memory_limit_bytes.has_value()) return *config.memory_limit_bytes;
  return run::CgroupMemoryLimit().value_or(kUsualMemoryLimit);
}

redis::RedisOptions RedisOptionsOf(const config::Config& config) {
  redis::RedisOptions options;
  options.access = {config.redis_address, config.redis_user, config.redis_password};
  return options;
}

Secret TokenKey(const config::Config& config) {
  return config.page_token_key.empty() ? TokenKeyFrom(config.credentials.client_secret)
                                       : config.page_token_key;
}

// The answers of two clouds no more than those of two customers.
SharedTierOptions Sharing(const config::Config& config, redis::KeyValueStore* store,
                          obs::Log& log) {
  const std::string& cloud = config.base_url.empty() ? config.region : config.base_url;
  return {.store = store,
          .key = TokenKey(config),
          .owner = Cat(Tenant(config), "\n", cloud),
          .log = &log};
}

CallerOptions CallerOptionsOf(const config::Config& config) {
  CallerOptions options;
  options.cache_bytes = config.cache_bytes;
  // In a small container, what is kept leaves room for what is under way.
  if (const size_t limit = MemoryLimit(config); limit > 0) {
    options.cache_bytes = std::min(options.cache_bytes, limit / 8);
  }
  if (!config.batching) options.batching.most_joining = 0;
  return options;
}

rpc::ServerOptions ServerOptions(const config::Config& config) {
  rpc::ServerOptions options;
  options.listen = config.listen;
  options.certificate = config.tls_certificate;
  options.private_key = config.tls_private_key;
  options.client_ca = config.tls_client_ca;
  options.memory_limit = MemoryLimit(config);
  return options;
}

[[noreturn]] void ExitStuck(obs::Log& log) {
  log.Error("stopped_by_force", {{"reason", "the orderly end took longer than the grace"}});
  std::cerr << std::flush;
  _exit(1);
}

// Serves `metrics` by HTTP, if the operator wants that; null if not.
absl::StatusOr<std::unique_ptr<obs::MetricsServer>> ServeMetrics(const config::Config& config,
                                                                 obs::Metrics& metrics,
                                                                 const rpc::GatewayMetrics& parts) {
  if (config.metrics_listen.empty()) return nullptr;
  obs::MetricsServerOptions options;
  options.listen = config.metrics_listen;
  obs::MetricsPages pages;
  pages.metrics = [&metrics, process = std::make_shared<obs::ProcessMetrics>(metrics)] {
    process->Update();
    return metrics.Text();
  };
  pages.not_ready = [&parts] { return std::string(parts.NotReady()); };
  return obs::MetricsServer::Listen(std::move(options), std::move(pages));
}

// Where the log goes. Ends last.
struct Logs {
  explicit Logs(const config::Config& config)
      : log(config.log_level, clock, [this](std::string line) { writer.Write(std::move(line)); }) {}
  SystemClock clock;
  obs::LogWriter writer{STDERR_FILENO};
  obs::Log log;
  rpc::LibraryLogs libraries{clock, log};
};

int Serve(const config::Config& config, Logs& logs, const sigset_t& stop) {
  obs::Log& log = logs.log;
  obs::Metrics metrics;
  const SystemClock clock;
  run::LoopTimer timer;
  run::Loop loop("loop");  // owns all state below
  wire::CurlTransport wire(WireOptions(config), loop, clock,
                           TellRetired(log, metrics));  // bytes over HTTPS

  auth::OAuthTokenSource oauth(config.credentials, LoginOptions(config), wire, clock, timer,
                               RandomJitter());  // asks Falcon
  auth::CachedTokenSource tokens(oauth, CacheOptions(config), loop, clock, RandomJitter(), log,
                                 metrics);  // asks it seldom
  CountingTransport counted(wire, metrics);
  auth::AuthInterceptor authorized(counted,
                                   tokens);  // bearer on each call; one refresh, one replay

  RateBudget budget(clock, timer);
  run::Admission admission(loop, clock, timer, AdmissionOptionsOf(config));
  Bulkheads bulkheads(loop, clock, timer, RandomJitter(), BulkheadOptionsOf(config),
                      LogCircuits(log));  // what each area has of its own
  run::CpuPool pool(loop, CpuThreads());  // decodes and serialises what would hold the loop up
  Attempts attempts({admission, bulkheads, budget, authorized, clock, timer, &pool}, RetryPolicy(),
                    RandomJitter());
  std::unique_ptr<redis::RedisStore> redis;  // of all replicas
  if (!config.redis_address.empty()) {
    redis = std::make_unique<redis::RedisStore>(RedisOptionsOf(config), loop, clock, timer,
                                                RandomJitter(), log);
  }
  CallerOptions caller_options = CallerOptionsOf(config);
  caller_options.shared = Sharing(config, redis.get(), log);
  Caller caller(attempts, loop, clock, timer, caller_options);  // makes the calls few
  const PageTokens page_tokens(TokenKey(config), Tenant(config));

  // VirusTotal, over the same wire; without a key it asks nothing.
  reputation::Client virustotal(ReputationOptions(config), wire, loop, clock, timer);

  rpc::CallLog calls(clock, log, metrics);
  // At the door of each call: what is in use, and what each call may come to.
  run::MemoryGuard memory(clock, {.limit = MemoryLimit(config)}, run::ResidentBytes,
                          run::ReleaseFreeMemory);
  rpc::CallLimiter limiter(rpc::CallBoundsFor(MemoryLimit(config)), metrics);
  rpc::ConnectionTable connections(rpc::RaiseFileLimit(config.max_connections),
                                   config.max_connections_per_address, metrics);
  rpc::ResetLimiter resets(
      clock, [&](const std::string& peer) { connections.Close(peer); }, metrics);
  rpc::Drain drain;
  const rpc::Edge edge{loop,     clock,   calls,  rpc::CallLimits(), &memory,
                       &limiter, &resets, &drain, &connections,      &pool};
  const rpc::Upstream upstream{caller, page_tokens, clock, timer};
  rpc::DetectionService detections(edge, upstream);
  rpc::HostService hosts(edge, upstream);
  rpc::IncidentService incidents(edge, upstream);
  rpc::IocService iocs(edge, upstream);
  rpc::IntelIndicatorService intel_indicators(edge, upstream);
  rpc::VulnerabilityService vulnerabilities(edge, upstream);
  rpc::RtrSessionService rtr_sessions(edge, upstream);
  rpc::DiscoverService discover(edge, upstream);
  rpc::ReputationService reputations(edge, upstream, virustotal);
  rpc::GatewayService gateway(
      edge, caller, tokens, budget, virustotal,
      {{"curl", wire::CurlVersion()}, {"simdjson", json::SimdjsonVersion()}});

  rpc::GatewayMetrics parts({loop, clock, caller, tokens, budget, memory, virustotal, logs.writer},
                            metrics);
  const auto metrics_server = ServeMetrics(config, metrics, parts);
  if (!metrics_server.ok()) return Complain(metrics_server.status());
  if (*metrics_server != nullptr) {
    log.Info("metrics_served", {{"address", (*metrics_server)->address()}});
  }
  auto server =
      rpc::Server::Start(ServerOptions(config),
                         {&detections, &hosts, &incidents, &iocs, &intel_indicators,
                          &vulnerabilities, &rtr_sessions, &discover, &reputations, &gateway},
                         connections, log, metrics);
  if (!server.ok()) return Complain(server.status());
  const std::string address = Address(config, (*server)->port());
  std::cout << "falcon-gateway listening on " << address << "\n" << std::flush;
  log.Info("serving", {{"address", address}, {"version", FALCON_GATEWAY_VERSION}});
  run::Heartbeat::Callbacks beat;
  beat.on_beat = [&] {
    calls.Flush();
    logs.libraries.Flush();
    if (*metrics_server != nullptr) parts.Update();
  };
  beat.on_change = [&](bool beats) {
    (*server)->SetServing(beats);
    parts.SetLoopBeats(beats);
    beats ? log.Info("loop_recovered") : log.Error("loop_stalled");
  };
  std::optional<run::Heartbeat> heartbeat(std::in_place, loop, run::HeartbeatOptions(), beat);
  const int signal = WaitForStop(stop);
  parts.SetStopping();
  heartbeat.reset();  // health is the drain's from here on
  rpc::DrainPlan plan;
  plan.grace = config.drain;
  plan.delay = signal == SIGTERM ? milliseconds(config.drain_delay) : milliseconds(0);
  plan.on_closed = [&] { loop.Post([&drain] { drain.Begin(); }); };
  log.Info("draining", {{"grace_s", config.drain.count()}});
  const run::ExitDeadline exit_deadline(plan.grace + kLastWork, [&log] { ExitStuck(log); });
  (*server)->Drain(plan);
  loop.Stop();  // a token renewal may still be on its way
  log.Info("stopped");
  return 0;
}

int Main(int argc, char** argv) {
  // Debian's Abseil looks for deadlocks whenever gRPC takes a lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const absl::Status dumps = config::ForbidCoreDumps();
  const sigset_t stop = BlockStopSignals();
  config::ProcessEnvironment environment;
  const absl::StatusOr<config::Config> config = config::LoadConfig(argc, argv, environment);
  if (!config.ok()) return Complain(config.status());
  if (!config->print.empty()) {
    std::cout << config->print;
    return 0;
  }
  Logs logs(*config);
  obs::Log& log = logs.log;
  if (!dumps.ok()) log.Warning("core_dumps_possible", {{"error", ToStd(dumps.message())}});
  for (const std::string& warning : config->warnings) {
    log.Warning("config", {{"message", warning}});
  }
  return Serve(*config, logs, stop);
}

}  // namespace
}  // namespace falcon

int main(int argc, char** argv) { return falcon::Main(argc, argv); }
