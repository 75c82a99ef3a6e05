// falcon-simulator: reads the command line and serves until SIGTERM or SIGINT.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "simulator/areas/area.h"
#include "simulator/net/certificates.h"
#include "simulator/net/server.h"

namespace falcon::simulator {
namespace {

// Either options to run with, or the exit code to leave with at once (help was shown, or something
// was wrong).
struct Flags {
  Options options;
  int exit_code = -1;  // negative: run
};

struct Raw {
  std::string listen = "127.0.0.1:8443";
  std::string now;
  std::string self_signed;
  CertificateFlaw flaw = CertificateFlaw::kNone;
  std::string retry_unit = "s";
};

std::string ParseListen(const std::string& listen, Options* options) {
  const size_t colon = listen.rfind(':');
  const std::string port = colon == std::string::npos ? "" : listen.substr(colon + 1);
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535) {
    return "--listen must be ADDRESS:PORT, for example 127.0.0.1:0";
  }
  options->listen_address = listen.substr(0, colon);
  options->port = static_cast<uint16_t>(std::stoi(port));
  return "";
}

// What is wrong with the flags; empty when nothing is.
std::string Finish(const Raw& raw, Options* options) {
  if (std::string bad = ParseListen(raw.listen, options); !bad.empty()) return bad;
  if (!raw.now.empty()) {
    const std::optional<Nanos> now = ParseTime(raw.now);
    if (!now) return "--now must be an RFC 3339 time, for example 2026-01-31T10:00:00Z";
    options->now = *now;
  }
  options->retry_after_in_ms = raw.retry_unit == "ms";
  if (raw.self_signed.empty()) {
    return options->tls_cert.empty() == options->tls_key.empty()
               ? ""
               : "--tls-cert and --tls-key go together";
  }
  if (!options->tls_cert.empty() || !options->tls_key.empty())
    return "--tls-self-signed excludes --tls-cert and --tls-key";
  CertificateFiles files;
  if (std::string bad = WriteCertificates(raw.self_signed, raw.flaw, &files); !bad.empty())
    return bad;
  options->tls_cert = files.cert;
  options->tls_key = files.key;
  return "";
}

// A whole number between `min` and `max`.
template <class Number>
void AddNumber(CLI::App* app, const std::string& name, Number* value, const std::string& help,
               std::pair<int, int> range) {
  app->add_option(name, *value, help)
      ->check(CLI::Range(range.first, range.second))
      ->capture_default_str();
}

void AddNetworkFlags(CLI::App* app, Options* options, Raw* raw) {
  const std::map<std::string, CertificateFlaw> flaws = {
      {"none", CertificateFlaw::kNone},
      {"expired", CertificateFlaw::kExpired},
      {"wrong-host", CertificateFlaw::kWrongHost}};
  app->add_option("--listen", raw->listen, "ADDRESS:PORT; port 0 takes any free one")
      ->capture_default_str();
  AddNumber(app, "--threads", &options->threads, "Network threads", {1, 64});
  app->add_option("--tls-cert", options->tls_cert, "PEM file with the certificate chain")
      ->check(CLI::ExistingFile);
  app->add_option("--tls-key", options->tls_key, "PEM file with the key")->check(CLI::ExistingFile);
  app->add_option("--tls-self-signed", raw->self_signed,
                  "Directory for ca.pem, cert.pem and key.pem, made if absent");
  app->add_option("--tls-flaw", raw->flaw,
                  "What is wrong with the self-signed certificate: none, expired, wrong-host")
      ->transform(CLI::CheckedTransformer(flaws, CLI::ignore_case));
  app->add_option("--client-id", options->client_id, "The one client that may log in")
      ->capture_default_str();
  app->add_option("--client-secret", options->client_secret, "Its secret")->capture_default_str();
  app->add_option(
         "--region", options->region,
         "Value of X-Cs-Region; FalconPy leaves for the public cloud on a known one: give it sim-1")
      ->capture_default_str();
  app->add_option("--redirect-token-url", options->redirect_token_url,
                  "Answer token calls with 308 to this base URL");
  app->add_option("--redirect-region", options->redirect_region, "X-Cs-Region of that answer");
  app->add_option("--member-cid", options->member_cids,
                  "Child customers; none given: any is served");
  app->add_option("--deny-scope", options->denied_scopes,
                  "Scopes the client lacks, for example Alerts:read");
  app->add_option("--virustotal-key", options->virustotal_key, "The one key for /api/v3")
      ->capture_default_str();
  AddNumber(app, "--token-lifetime", &options->token_lifetime_seconds, "Seconds", {1, 86'400});
}

void AddDataFlags(CLI::App* app, Options* options, Raw* raw) {
  const std::map<std::string, UnknownIds> unknown = {
      {"drop", UnknownIds::kDrop}, {"errors", UnknownIds::kErrors}, {"404", UnknownIds::kNotFound}};
  app->add_option("--seed", options->seed, "Chooses the data set")->capture_default_str();
  for (const AreaType* area : AreaTypes()) {
    for (const SizeFlag& size : area->sizes) {
      uint32_t& value = options->sizes[std::string(size.name)] = size.default_value;
      AddNumber(app, "--" + std::string(size.name), &value, std::string(size.help),
                {static_cast<int>(size.min), static_cast<int>(size.max)});
    }
  }
  app->add_option("--now", raw->now, "RFC 3339 instant the data ends at; default: the start");
  app->add_option("--corrupt-every", options->corrupt_every,
                  "Every n-th record has fields of a wrong type; 0: none")
      ->capture_default_str();
  app->add_option("--unknown-host-ids", options->unknown_host_ids, "drop, errors or 404")
      ->transform(CLI::CheckedTransformer(unknown));
  app->add_option("--record-cache-mb", options->record_cache_bytes,
                  "Memory for rendered records, per kind")
      ->transform([](std::string text) { return std::to_string(std::stoull(text) << 20); }, "MB");
}

void AddBehaviourFlags(CLI::App* app, Options* options, Raw* raw) {
  const std::pair<int, int> positive(0, 1'000'000'000);
  AddNumber(app, "--rate-limit", &options->rate_limit,
            "Calls a minute for the customer; 0 never refuses", positive);
  AddNumber(app, "--token-rate-limit", &options->token_rate_limit,
            "Token calls a minute; 0 never refuses", positive);
  AddNumber(app, "--virustotal-rate-limit", &options->virustotal_rate_limit,
            "VirusTotal look-ups a minute (4 with a free key); 0 never refuses", positive);
  AddNumber(app, "--stale-token-limit", &options->stale_token_limit,
            "401 answers a minute before 429; 0: only 401", positive);
  app->add_option("--retry-after-unit", raw->retry_unit, "Unit of X-Ratelimit-Retryafter")
      ->check(CLI::IsMember({"s", "ms"}))
      ->capture_default_str();
  AddNumber(app, "--cursor-lifetime", &options->cursor_lifetime_seconds, "Seconds", positive);
  AddNumber(app, "--cursor-uses", &options->cursor_uses,
            "Pages after which cursors die; 0: by age only", positive);
  AddNumber(app, "--latency", &options->latency_ms, "Milliseconds before each answer", positive);
  app->add_flag("--lenient-unknown-fields", options->lenient_unknown_fields,
                "Unknown FQL fields find nothing instead of 400");
  app->add_option("--fault", options->faults,
                  "A fault rule, for example: status path=/alerts code=503 times=2")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// Prints help and errors itself. Each error says what would be right.
Flags ParseFlags(int argc, char** argv) {
  Flags flags;
  Raw raw;
  CLI::App app("falcon-simulator: a local Falcon cloud for tests and benchmarks");
  AddNetworkFlags(&app, &flags.options, &raw);
  AddDataFlags(&app, &flags.options, &raw);
  AddBehaviourFlags(&app, &flags.options, &raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    flags.exit_code = app.exit(error);
    return flags;
  } catch (const std::exception& error) {
    std::cerr << "falcon-simulator: " << error.what() << "\n";
    flags.exit_code = 2;
    return flags;
  }
  if (std::string bad = Finish(raw, &flags.options); !bad.empty()) {
    std::cerr << "falcon-simulator: " << bad << "\n";
    flags.exit_code = 2;
  }
  return flags;
}

}  // namespace

int Main(int argc, char** argv) {
  // Blocked before any thread starts, so that only sigwait below sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const Flags flags = ParseFlags(argc, argv);
  if (flags.exit_code >= 0) return flags.exit_code;
  std::string error;
  const std::unique_ptr<Server> server = Server::Start(flags.options, &error);
  if (server == nullptr) {
    std::cerr << "falcon-simulator: " << error << "\n";
    return 1;
  }
  std::cout << "falcon-simulator listening on " << server->url() << std::endl;
  int received = 0;
  sigwait(&ends, &received);
  server->Stop();
  return 0;
}

}  // namespace falcon::simulator

int main(int argc, char** argv) { return falcon::simulator::Main(argc, argv); }
