// One function for each endpoint. A secret comes from a file or a variable, never from a flag.
// Proxies are read by libcurl's own parser, so that what passes here works there.
#include "config/endpoints.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "auth/cloud.h"
#include "base/error.h"

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

// The first that is set counts, by the scheme of the URL that is fetched.
constexpr std::array<const char*, 4> kForHttps = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                                  "ALL_PROXY"};
constexpr std::array<const char*, 3> kForHttp = {"http_proxy", "all_proxy", "ALL_PROXY"};
constexpr std::array<std::string_view, 7> kSchemes = {"http",    "https",  "socks",  "socks4",
                                                      "socks4a", "socks5", "socks5h"};

class ProxyUrl {
 public:
  // False: it does not parse.
  bool Parse(const std::string& text) {
    constexpr unsigned kFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME;
    return curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), kFlags) == CURLUE_OK;
  }
  // Nullopt: it has no such part. Undecodable parts count as missing, and set `broken`.
  std::optional<Secret> Part(CURLUPart part, bool& broken) const {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(url_.get(), part, &text, CURLU_URLDECODE);
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    broken = broken || code == CURLUE_URLDECODE;
    if (code != CURLUE_OK) return std::nullopt;
    return Secret(text);
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_{curl_url(), &curl_url_cleanup};
};

// What is wrong with `value`; empty: nothing.
std::string_view FaultOf(const Secret& value) {
  constexpr std::string_view kForm =
      "must be like http://USER:PASSWORD@HOST:PORT, with percent-encoding for any of @:/?# in USER "
      "and PASSWORD";
  ProxyUrl url;
  if (!url.Parse(std::string(value.Reveal()))) return kForm;
  bool broken = false;
  const std::optional<Secret> path = url.Part(CURLUPART_PATH, broken);
  const bool bare = (!path.has_value() || path->Reveal() == "/") &&
                    !url.Part(CURLUPART_QUERY, broken).has_value() &&
                    !url.Part(CURLUPART_FRAGMENT, broken).has_value();
  const bool host = url.Part(CURLUPART_HOST, broken).has_value();
  url.Part(CURLUPART_USER, broken);
  url.Part(CURLUPART_PASSWORD, broken);
  if (!bare || !host || broken) return kForm;
  const std::optional<Secret> scheme = url.Part(CURLUPART_SCHEME, broken);
  const bool known =
      scheme.has_value() && std::ranges::find(kSchemes, scheme->Reveal()) != kSchemes.end();
  return known ? ""
               : "must begin with http://, https://, socks4://, socks4a://, socks5:// or "
                 "socks5h://";
}

template <size_t kCount>
std::optional<std::string> FirstSet(const Environment& environment,
                                    const std::array<const char*, kCount>& names) {
  for (const char* const name : names) {
    if (!environment.Get(name).empty()) return name;
  }
  return std::nullopt;
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

void CheckProxies(const Environment& environment, Problems& problems) {
  std::set<std::string> taken;
  for (const auto& name : {FirstSet(environment, kForHttps), FirstSet(environment, kForHttp)}) {
    if (name.has_value()) taken.insert(*name);
  }
  for (const std::string& name : taken) {
    const std::string_view fault = FaultOf(environment.Get(name));
    if (!fault.empty()) problems.Add(name, fault);
  }
}

}  // namespace falcon::config
