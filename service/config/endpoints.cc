// One function for each endpoint. A secret comes from a file or a variable, never from a flag.
#include "config/endpoints.h"

#include <optional>

#include "auth/cloud.h"
#include "base/status.h"

namespace falcon::config {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr size_t kMaxSocketPathBytes = 107;  // of Linux

// The host of HOST:PORT; nullopt: another form. Port 0 is allowed.
std::optional<std::string> Host(std::string_view listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const bool any_port = listen.substr(colon + 1) == "0";
  const auto address = auth::ParseAddress(
      StrCat("http://", any_port ? StrCat(listen.substr(0, colon), ":1") : listen));
  const bool only_host = address.has_value() && address->path.empty();
  return only_host ? std::optional(address->origin.host) : std::nullopt;
}

void ReadTls(const Flags& flags, Config& config, Problems& problems) {
  if (flags.tls_cert.empty() != flags.tls_key.empty()) {
    problems.Add(flags.tls_cert.empty() ? "--tls-cert" : "--tls-key",
                 "is missing: certificate and key go together");
  }
  if (!flags.tls_client_ca.empty() && flags.tls_cert.empty()) {
    problems.Add("--tls-client-ca", "needs --tls-cert and --tls-key");
  }
  const auto read = [&](std::string_view flag, const std::string& path, AllowedReaders readers) {
    if (path.empty()) return Secret();
    return problems.ValueOrAdd(flag, ReadPem(path, readers)).value_or(Secret());
  };
  config.tls_certificate = read("--tls-cert", flags.tls_cert, AllowedReaders::kAnyone).Reveal();
  config.tls_private_key = read("--tls-key", flags.tls_key, AllowedReaders::kOwner);
  config.tls_client_ca =
      read("--tls-client-ca", flags.tls_client_ca, AllowedReaders::kAnyone).Reveal();
}

void ReadRedisAddress(const Flags& flags, Config& config, Problems& problems) {
  const std::string& text = flags.redis;
  if (text.starts_with(kUnix)) {
    const size_t path = text.size() - kUnix.size();
    if (path > 0 && path <= kMaxSocketPathBytes) {
      config.redis.access.address = text;
    } else {
      problems.Add("--redis", StrCat("must name a path of 1 to ", kMaxSocketPathBytes, " bytes"));
    }
    return;
  }
  const auto address = auth::ParseAddress(StrCat("http://", text));
  const bool bare = address.has_value() && address->path.empty() &&
                    text.ends_with(StrCat(":", address->origin.port));
  if (!bare) {
    problems.Add("--redis", "must be HOST:PORT, like 127.0.0.1:6379, or unix:/path");
    return;
  }
  config.redis.access.address = address->origin.HostPort();
  if (auth::IsLoopback(address->origin.host)) return;
  if (flags.allow_insecure_redis) {
    problems.Warn("the connection to Redis is plaintext and off loopback");
  } else {
    problems.Add("--redis",
                 "is off loopback, where the network can read the password, and drop or replay "
                 "what is shared: give a loopback address, such as a TLS tunnel's, or "
                 "--allow-insecure-redis");
  }
}

void ReadRedisCredentials(const Flags& flags, const Sources& sources, Config& config,
                          Problems& all_problems) {
  constexpr std::string_view kNames[] = {kRedisPassword};
  Problems problems;
  redis::Access& access = config.redis.access;
  access.user = flags.redis_user;
  access.password =
      sources
          .FindSecret("--redis-password-file", flags.redis_password_file,
                      flags.redis.empty() ? VariableNames() : kNames, Password, problems)
          .value_or(Secret());
  const bool with_user = !flags.redis.empty() && !access.user.empty();
  if (with_user && access.password.empty() && problems.empty()) {
    problems.Add("--redis-user", "needs a password: REDIS_PASSWORD or --redis-password-file");
  }
  all_problems.AddAll(problems);
}

}  // namespace

absl::StatusOr<Secret> ReadPem(const std::string& path, AllowedReaders readers) {
  ASSIGN_OR_RETURN(Secret text, ReadFile(path, readers));
  if (text.Reveal().find("-----BEGIN ") == std::string_view::npos) {
    return absl::InvalidArgumentError(
        ToAbsl(StrCat("file ", EscapeUnsafe(path, 256), " holds no PEM text (-----BEGIN ...)")));
  }
  return text;
}

void ReadListener(const Flags& flags, Config& config, Problems& problems) {
  config.listen = flags.listen;
  ReadTls(flags, config, problems);
  if (flags.listen.starts_with(kUnix) && flags.listen.size() > kUnix.size()) return;
  const std::optional<std::string> host = Host(flags.listen);
  if (!host.has_value()) {
    problems.Add("--listen", "must be HOST:PORT, like 127.0.0.1:50051, or unix:/path");
    return;
  }
  if (auth::IsLoopback(*host)) return;
  problems.Warn(
      "the listener is off loopback: put HAProxy in front of it, since this gRPC has faults that "
      "let one client stop the gateway (CVE-2023-33953)");
  if (flags.tls_cert.empty() && !flags.allow_insecure_listen) {
    problems.Add("--listen",
                 "is off loopback, where anybody on the network could read what the gateway can: "
                 "give --tls-cert, --tls-key and --tls-client-ca, or --allow-insecure-listen");
  } else if (flags.tls_cert.empty()) {
    problems.Warn("the listener is plaintext and off loopback");
  } else if (flags.tls_client_ca.empty()) {
    problems.Warn("the listener accepts clients without a certificate (--tls-client-ca)");
  }
}

void ReadMetricsListener(const Flags& flags, Config& config, Problems& problems) {
  if (flags.metrics_listen.empty()) return;
  const bool only_port = flags.metrics_listen.find(':') == std::string::npos;
  const std::string listen =
      only_port ? StrCat("127.0.0.1:", flags.metrics_listen) : flags.metrics_listen;
  const std::optional<std::string> host = Host(listen);
  if (!host.has_value()) {
    problems.Add("--metrics-listen", "must be PORT or HOST:PORT, like 9464 or 127.0.0.1:9464");
    return;
  }
  config.metrics.listen = listen;
  if (auth::IsLoopback(*host)) return;
  problems.Warn(
      "the metrics are plaintext and off loopback, open to everybody who reaches that address "
      "(--metrics-listen)");
}

void ReadRedis(const Flags& flags, const Sources& sources, Config& config, Problems& problems) {
  ReadRedisCredentials(flags, sources, config, problems);
  if (flags.redis.empty()) return;
  ReadRedisAddress(flags, config, problems);
  if (config.cache_bytes == 0) {
    problems.Add("--redis", "shares cached responses, and --cache-mib 0 caches none");
  }
}

void ReadReputation(const Flags& flags, const Sources& sources, Config& config,
                    Problems& problems) {
  constexpr std::string_view kNames[] = {kVirusTotalKey};
  reputation::ClientOptions& options = config.reputation;
  options.api_key = sources
                        .FindSecret("--virustotal-api-key-file", flags.virustotal_api_key_file,
                                    kNames, OneWord, problems)
                        .value_or(Secret());
  options.urls = flags.virustotal_urls;
  // The key goes to this address: never in plaintext off loopback.
  const auto address = auth::ParseAddress(flags.virustotal_base_url);
  const bool bare = address.has_value() && (address->path.empty() || address->path == "/");
  if (bare && (address->origin.scheme == "https" || auth::IsLoopback(address->origin.host))) {
    options.base_url = address->origin.Url();
  } else {
    problems.Add("--virustotal-base-url",
                 "must be like https://www.virustotal.com: no path, http on loopback only");
  }
}

}  // namespace falcon::config
