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
#include "http/curl/curl_transport.h"
#include "redis/redis_store.h"
#include "reputation/client.h"
#include "rpc/server/call_log.h"
#include "rpc/server/cancellation.h"
#include "rpc/server/gateway_metrics.h"
#include "rpc/server/server.h"
#include "rpc/services/services.h"
#include "runtime/cpu_pool.h"
#include "runtime/loop.h"
#include "runtime/memory.h"
#include "runtime/watchdog.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/metrics_server.h"
#include "upstream/cache/response_cache.h"
#include "upstream/call/admission_queue.h"
#include "upstream/call/bulkheads.h"
#include "upstream/call/counting_transport.h"
#include "upstream/call/rate_budget.h"
#include "upstream/paging/page_token.h"
#include "upstream/upstream_layers.h"

// Read by jemalloc, where it is linked: what is free goes back to the system within seconds, by a
// thread of its own.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:5000,muzzy_decay_ms:0";

namespace falcon {
namespace {

constexpr size_t kUsualMemoryLimit = size_t{512} << 20;
// From the end of the grace to the end of the program.
constexpr milliseconds kLastWork{500};

int PrintError(const absl::Status& status) {
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
                                            : StrCat(config.listen.substr(0, colon), ":", port);
}

// The tokens of two customers must never fit each other.
std::string Tenant(const config::Config& config) {
  return StrCat(config.credentials.client_id, "/", config.credentials.member_cid);
}

http::OnRetired TellRetired(telemetry::Log& log, telemetry::Metrics& metrics) {
  const telemetry::CounterFamily retired =
      metrics.AddCounter("falcon_gateway_upstream_connections_retired_total",
                         "Upstream connections that were taken for dead and shut down, by reason.");
  return [&log, retired](const http::RetiredConnection& connection) {
    retired.Add({{"reason", connection.reason}});
    log.Warning("upstream_connection_retired",
                {{"reason", connection.reason}, {"silence_ms", connection.silence.count()}});
  };
}

upstream::BulkheadOptions BulkheadOptionsOf(const config::Config& config) {
  upstream::BulkheadOptions options;
  options.circuit_breaker.min_calls = config.circuit_breaker_min_calls;
  options.admission = config.admission;
  return options;
}

// One core is the loop's.
int CpuThreads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1); }

// An opened circuit is the first thing to look at in an outage.
upstream::Bulkheads::OnChange LogCircuits(telemetry::Log& log) {
  return [&log](std::string_view area, const upstream::CircuitChange& change) {
    if (change.state == upstream::CircuitState::kClosed) {
      return log.Info("circuit_closed", {{"area", area}});
    }
    log.Warning("circuit_opened",
                {{"area", area}, {"failures", change.failures}, {"calls", change.calls}});
  };
}

// 0: none.
size_t MemoryLimit(const config::Config& config) {
  if (config.memory_limit_bytes.has_value()) return *config.memory_limit_bytes;
  return runtime::CgroupMemoryLimit().value_or(kUsualMemoryLimit);
}

Secret TokenKey(const config::Config& config) {
  return config.page_token_key.empty()
             ? upstream::DerivePageTokenKey(config.credentials.client_secret)
             : config.page_token_key;
}

// The answers of two clouds no more than those of two customers.
upstream::RemoteCacheOptions Sharing(const config::Config& config, redis::KeyValueStore* store,
                                     telemetry::Log& log) {
  const std::string& cloud =
      config.oauth.base_url.empty() ? config.oauth.region : config.oauth.base_url;
  return {.store = store,
          .key = TokenKey(config),
          .owner = StrCat(Tenant(config), "\n", cloud),
          .log = &log};
}

// In a small container, what is cached leaves room for what is under way.
size_t CacheBytes(const config::Config& config) {
  const size_t limit = MemoryLimit(config);
  return limit > 0 ? std::min(config.cache_bytes, limit / 8) : config.cache_bytes;
}

upstream::LookupBatcherOptions BatcherOptionsOf(const config::Config& config) {
  upstream::LookupBatcherOptions options;
  if (!config.batching) options.max_ids = 0;
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

[[noreturn]] void ExitStuck(telemetry::Log& log) {
  log.Error("stopped_by_force", {{"reason", "the orderly end took longer than the grace"}});
  std::cerr << std::flush;
  _exit(1);
}

// Serves `metrics` by HTTP, if the operator wants that; null if not.
absl::StatusOr<std::unique_ptr<telemetry::MetricsServer>> ServeMetrics(
    const config::Config& config, telemetry::Metrics& metrics, const rpc::GatewayMetrics& parts) {
  if (config.metrics.listen.empty()) return nullptr;
  telemetry::MetricsPages pages;
  pages.metrics = [&metrics] {
    telemetry::UpdateProcessMetrics(metrics);
    return metrics.Text();
  };
  pages.not_ready = [&parts] { return std::string(parts.NotReady()); };
  return telemetry::MetricsServer::Listen(config.metrics, std::move(pages));
}

// Where the log goes. Ends last.
struct Logs {
  explicit Logs(const config::Config& config)
      : log(config.log_level, clock, [this](std::string line) { writer.Write(std::move(line)); }) {}
  SystemClock clock;
  telemetry::LogWriter writer{STDERR_FILENO};
  telemetry::Log log;
  rpc::LibraryLogs libraries{clock, log};
};

// What everything runs on.
struct Runtime {
  telemetry::Metrics metrics;
  SystemClock clock;
  runtime::LoopTimer timer;
  runtime::Loop loop{"loop"};  // owns all state below
};

std::unique_ptr<redis::RedisStore> NewRedis(const config::Config& config, Runtime& on,
                                            telemetry::Log& log) {
  if (config.redis.access.address.empty()) return nullptr;
  return std::make_unique<redis::RedisStore>(config.redis, on.loop, on.clock, on.timer,
                                             RandomJitter(), log);
}

// The way to Falcon.
struct UpstreamStack {
  UpstreamStack(const config::Config& config, Runtime& on, telemetry::Log& log)
      : transport(config.http, on.loop, on.clock, TellRetired(log, on.metrics)),
        oauth(config.credentials, config.oauth, transport, on.clock, on.timer, RandomJitter()),
        tokens({oauth, on.loop, on.clock, RandomJitter(), log, on.metrics}, config.oauth),
        redis(NewRedis(config, on, log)),
        cache(on.clock, CacheBytes(config)),
        budget(on.clock, on.timer),
        admission(on.loop, on.clock, on.timer, config.admission),
        bulkheads(on.loop, on.clock, on.timer, RandomJitter(), BulkheadOptionsOf(config),
                  LogCircuits(log)),
        pool(on.loop, CpuThreads()),
        counted(transport, on.metrics),
        authenticated(counted, tokens),
        guarded(admission, bulkheads, budget, authenticated, on.clock, on.timer, &pool),
        retrying(upstream::RetryPolicy(), RandomJitter(), bulkheads, on.clock, on.timer, guarded),
        batched(BatcherOptionsOf(config), on.loop, on.clock, on.timer, retrying),
        coalesced(on.loop, on.clock, batched) {
    if (redis != nullptr) {
      remote.emplace(Sharing(config, redis.get(), log), cache, on.loop, on.clock);
    }
    upstream::RemoteCache* shared = remote ? &*remote : nullptr;
    cached.emplace(cache, shared, on.clock, &pool, coalesced);
    layers.emplace(upstream::UpstreamLayers{cache, shared, coalesced, batched, retrying, guarded});
  }

  http::CurlTransport transport;                // bytes over HTTPS
  auth::OAuthTokenSource oauth;                 // asks Falcon for a token
  auth::CachedTokenSource tokens;               // keeps it, and asks again before it expires
  std::unique_ptr<redis::RedisStore> redis;     // of all replicas; null: none
  upstream::FreshnessCache cache;               // responses and records, bounded in bytes
  std::optional<upstream::RemoteCache> remote;  // what the other replicas cache
  upstream::RateBudget budget;                  // Falcon's requests a minute
  upstream::AdmissionQueue admission;           // calls in flight, in all
  upstream::Bulkheads bulkheads;                // what each area has of its own
  runtime::CpuPool pool;                        // decodes and serialises big pages

  // The chain, innermost first: a request passes from the last to the first.
  upstream::CountingTransport counted;   // counts calls for the metrics
  auth::AuthInterceptor authenticated;   // bearer token; after a refusal, refresh and replay
  upstream::CallGuard guarded;           // each attempt: who may go, and when
  upstream::RetryingClient retrying;     // within the deadline and the retry budget
  upstream::LookupBatcher batched;       // look-ups by id travel together
  upstream::RequestCoalescer coalesced;  // identical requests, one call
  std::optional<upstream::ResponseCache> cached;   // responses young enough
  std::optional<upstream::UpstreamLayers> layers;  // for metrics and status
};

// What bounds the calls that clients make.
struct Protection {
  Protection(const config::Config& config, Runtime& on)
      : memory(on.clock, {.limit = MemoryLimit(config)}, runtime::ResidentBytes,
               runtime::ReleaseFreeMemory),
        limiter(rpc::CallBoundsFor(MemoryLimit(config)), on.metrics),
        connections(rpc::RaiseFileLimit(config.max_connections), config.max_connections_per_address,
                    on.metrics),
        resets(
            on.clock, [this](const std::string& peer) { connections.Close(peer); }, on.metrics) {}

  runtime::MemoryLoadShedder memory;
  rpc::CallLimiter limiter;
  rpc::ConnectionTable connections;
  rpc::ResetLimiter resets;
  rpc::Drain drain;
};

// The services, and what they answer from.
struct Services {
  Services(const config::Config& config, Runtime& on, UpstreamStack& upstream,
           Protection& protection, telemetry::Log& log)
      : page_tokens(TokenKey(config), Tenant(config)),
        virustotal(config.reputation, upstream.transport, on.loop, on.clock, on.timer),
        calls(on.clock, log, on.metrics),
        environment{.loop = on.loop,
                    .clock = on.clock,
                    .observer = calls,
                    .limits = rpc::CallLimits(),
                    .memory = &protection.memory,
                    .limiter = &protection.limiter,
                    .resets = &protection.resets,
                    .drain = &protection.drain,
                    .connections = &protection.connections,
                    .pool = &upstream.pool},
        deps{.client = *upstream.cached,
             .tokens = page_tokens,
             .clock = on.clock,
             .timer = on.timer,
             .pool = &upstream.pool,
             .virustotal = &virustotal,
             .access_tokens = &upstream.tokens,
             .layers = &*upstream.layers,
             .libraries = {{"curl", http::CurlVersion()}, {"simdjson", json::SimdjsonVersion()}}},
        owned(rpc::NewServices(environment, deps)) {
    for (const auto& service : owned) all.push_back(service.get());
  }

  const upstream::PageTokens page_tokens;
  reputation::Client virustotal;  // over the same wire; without a key it asks nothing
  rpc::CallLog calls;
  const rpc::RpcEnvironment environment;
  const rpc::ServiceDeps deps;
  const std::vector<std::unique_ptr<grpc::Service>> owned;
  std::vector<grpc::Service*> all;
};

// The gateway, from the ground up. Destroyed from the top down.
struct Gateway {
  Gateway(const config::Config& config, Logs& logs)
      : upstream(config, runtime, logs.log),
        protection(config, runtime),
        services(config, runtime, upstream, protection, logs.log),
        parts({runtime.loop, runtime.clock, *upstream.layers, upstream.tokens, protection.memory,
               services.virustotal, logs.writer},
              runtime.metrics) {}

  Runtime runtime;
  UpstreamStack upstream;
  Protection protection;
  Services services;
  rpc::GatewayMetrics parts;
};

// Flushes logs and metrics once a second, and tells health and the log when the loop stalls.
runtime::Heartbeat::Callbacks Beat(Gateway& gateway, Logs& logs, rpc::Server& server,
                                   bool serves_metrics) {
  runtime::Heartbeat::Callbacks beat;
  beat.on_beat = [&gateway, &logs, serves_metrics] {
    gateway.services.calls.Flush();
    logs.libraries.Flush();
    if (serves_metrics) gateway.parts.Update();
  };
  beat.on_change = [&gateway, &logs, &server](bool beats) {
    server.SetServing(beats);
    gateway.parts.SetLoopBeats(beats);
    beats ? logs.log.Info("loop_recovered") : logs.log.Error("loop_stalled");
  };
  return beat;
}

// Ends what is under way within the grace.
void DrainAndStop(const config::Config& config, int signal, Gateway& gateway, rpc::Server& server,
                  telemetry::Log& log) {
  rpc::DrainPlan plan;
  plan.grace = config.drain;
  plan.delay = signal == SIGTERM ? milliseconds(config.drain_delay) : milliseconds(0);
  plan.on_closed = [&gateway] {
    gateway.runtime.loop.Post([&gateway] { gateway.protection.drain.Begin(); });
  };
  log.Info("draining", {{"grace_s", config.drain.count()}});
  const runtime::ExitDeadline exit_deadline(plan.grace + kLastWork, [&log] { ExitStuck(log); });
  server.Drain(plan);
  gateway.runtime.loop.Stop();   // a token renewal may still be on its way
  gateway.upstream.pool.Stop();  // its work decodes into what services own
  log.Info("stopped");
}

int Serve(const config::Config& config, Logs& logs, const sigset_t& stop) {
  telemetry::Log& log = logs.log;
  Gateway gateway(config, logs);
  telemetry::Metrics& metrics = gateway.runtime.metrics;
  const auto metrics_server = ServeMetrics(config, metrics, gateway.parts);
  if (!metrics_server.ok()) return PrintError(metrics_server.status());
  const bool serves_metrics = *metrics_server != nullptr;
  if (serves_metrics) log.Info("metrics_served", {{"address", (*metrics_server)->address()}});
  const auto server = rpc::Server::Start(ServerOptions(config), gateway.services.all,
                                         gateway.protection.connections, log, metrics);
  if (!server.ok()) return PrintError(server.status());
  const std::string address = Address(config, (*server)->port());
  std::cout << "falcon-gateway listening on " << address << "\n" << std::flush;
  log.Info("serving", {{"address", address}, {"version", FALCON_GATEWAY_VERSION}});
  std::optional<runtime::Heartbeat> heartbeat(std::in_place, gateway.runtime.loop,
                                              runtime::HeartbeatOptions(),
                                              Beat(gateway, logs, **server, serves_metrics));
  const int signal = WaitForStop(stop);
  gateway.parts.SetStopping();
  heartbeat.reset();  // health is the drain's from here on
  DrainAndStop(config, signal, gateway, **server, log);
  return 0;
}

int Main(int argc, char** argv) {
  // Debian's Abseil looks for deadlocks whenever gRPC takes a lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const absl::Status dumps = config::ForbidCoreDumps();
  const sigset_t stop = BlockStopSignals();
  config::ProcessEnvironment environment;
  const absl::StatusOr<config::Config> config = config::LoadConfig(argc, argv, environment);
  if (!config.ok()) return PrintError(config.status());
  if (!config->print.empty()) {
    std::cout << config->print;
    return 0;
  }
  Logs logs(*config);
  telemetry::Log& log = logs.log;
  if (!dumps.ok()) log.Warning("core_dumps_possible", {{"error", ToStd(dumps.message())}});
  for (const std::string& warning : config->warnings) {
    log.Warning("config", {{"message", warning}});
  }
  return Serve(*config, logs, stop);
}

}  // namespace
}  // namespace falcon

int main(int argc, char** argv) { return falcon::Main(argc, argv); }
