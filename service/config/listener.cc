// Plaintext stays on loopback; certificate and key come together.
#include "config/listener.h"

#include <optional>

#include "auth/cloud.h"
#include "base/status.h"

namespace falcon::config {
namespace {

constexpr std::string_view kUnix = "unix:";

// The host of HOST:PORT; nullopt when it is not of that form. Port 0 is fine here.
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
    return problems.Take(flag, ReadPem(path, readers)).value_or(Secret());
  };
  config.tls_certificate = read("--tls-cert", flags.tls_cert, AllowedReaders::kAnyone).Reveal();
  config.tls_private_key = read("--tls-key", flags.tls_key, AllowedReaders::kOwner);
  config.tls_client_ca =
      read("--tls-client-ca", flags.tls_client_ca, AllowedReaders::kAnyone).Reveal();
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
  config.warnings.push_back(
      "the listener is off loopback: put HAProxy before it, since this gRPC has faults that one "
      "client can stop the gateway with (CVE-2023-33953)");
  if (flags.tls_cert.empty() && !flags.allow_insecure_listen) {
    problems.Add("--listen",
                 "is off loopback, so that anybody on the network could read what the gateway can: "
                 "give --tls-cert, --tls-key and --tls-client-ca, or --allow-insecure-listen");
  } else if (flags.tls_cert.empty()) {
    config.warnings.push_back("the listener is plaintext and off loopback");
  } else if (flags.tls_client_ca.empty()) {
    config.warnings.push_back("the listener takes clients without a certificate (--tls-client-ca)");
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
  config.metrics_listen = listen;
  if (auth::IsLoopback(*host)) return;
  config.warnings.push_back(
      "the metrics are plaintext and off loopback, open to everybody who reaches that address "
      "(--metrics-listen)");
}

}  // namespace falcon::config
