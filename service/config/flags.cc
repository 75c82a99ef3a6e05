// One table of flags for CLI11, in the order of --help.
#include "config/flags.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace falcon::config {
namespace {

constexpr const char* kFooter =
    "Environment (a secret never goes on the command line):\n"
    "  CROWDSTRIKE_CLIENT_ID, CROWDSTRIKE_CLIENT_SECRET, CROWDSTRIKE_API_REGION,\n"
    "  CROWDSTRIKE_MEMBER_CID; or FALCON_CLIENT_ID, FALCON_CLIENT_SECRET, FALCON_BASE_URL,\n"
    "  FALCON_MEMBER_CID; VIRUSTOTAL_API_KEY; REDIS_PASSWORD. Each with _FILE at its end names\n"
    "  a file that holds the value.\n"
    "Flags come before the environment, and the environment before --env-file.";

constexpr const char* kListener = "Listener";
constexpr const char* kFalcon = "Falcon";
constexpr const char* kLimits = "Limits and logs";
constexpr const char* kRedis = "Sharing cached responses (Redis)";
constexpr const char* kReputation = "Reputation (VirusTotal)";

void Assign(size_t& to, size_t number) { to = number; }
void Assign(int& to, size_t number) { to = static_cast<int>(number); }
void Assign(seconds& to, size_t number) { to = seconds(number); }
void Assign(std::optional<size_t>& to, size_t number) { to = number; }

std::string DefaultText(size_t number, int shift) { return StrCat(number >> shift); }
std::string DefaultText(int number, int /*shift*/) { return StrCat(number); }
std::string DefaultText(seconds span, int /*shift*/) { return StrCat(span.count()); }
std::string DefaultText(const std::optional<size_t>& /*number*/, int /*shift*/) { return ""; }

// A whole number from `min` to `max`.
struct Number {
  template <class Field>
  Number(size_t min_value, size_t max_value, Field field, int shift = 0)
      : min(min_value),
        max(max_value),
        set([=](Config& config, size_t number) { Assign(field(config), number << shift); }),
        text([=](Config config) { return DefaultText(field(config), shift); }(Config())) {}

  size_t min;
  size_t max;
  std::function<void(Config&, size_t)> set;
  std::string text;  // the default, then what was given; empty: neither
};

struct Flag {
  const char* name;
  const char* group;
  const char* help;
  std::variant<Number, std::string Flags::*, bool Flags::*, std::vector<std::string> Flags::*> to;
};

constexpr int kMib = 20;

std::vector<Flag> FlagTable() {
  const auto number = [](size_t min, size_t max, auto field, int shift = 0) {
    return Number(min, max, field, shift);
  };
  return {
      {"--listen", kListener, "Address of the gRPC server; port 0: any free one", &Flags::listen},
      {"--allow-insecure-listen", kListener, "Allow plaintext on an address off loopback",
       &Flags::allow_insecure_listen},
      {"--tls-cert", kListener, "PEM file of the server's certificate chain", &Flags::tls_cert},
      {"--tls-key", kListener, "PEM file of its private key (mode 600)", &Flags::tls_key},
      {"--tls-client-ca", kListener,
       "PEM file of the authority whose certificate each client must show", &Flags::tls_client_ca},
      {"--metrics-listen", kListener,
       "PORT on loopback, or HOST:PORT, of /metrics, /healthz and /readyz over HTTP; default: none",
       &Flags::metrics_listen},
      {"--max-connections", kListener, "Client connections at a time",
       number(1, 1'000'000, [](Config& c) -> auto& { return c.max_connections; })},
      {"--max-connections-per-address", kListener,
       "Those of one client address; a proxy in front counts as one",
       number(1, 1'000'000, [](Config& c) -> auto& { return c.max_connections_per_address; })},

      {"--client-id", kFalcon, "Id of the Falcon API client", &Flags::client_id},
      {"--client-secret-file", kFalcon, "File that holds its secret (mode 600)",
       &Flags::client_secret_file},
      {"--member-cid", kFalcon, "Flight Control: the child customer to act for",
       &Flags::member_cid},
      {"--region", kFalcon, "us-1 (the default), us-2, us-3, eu-1, us-gov-1, us-gov-2 or auto",
       &Flags::region},
      {"--base-url", kFalcon, "Address of the cloud, instead of --region", &Flags::base_url},
      {"--ca-file", kFalcon,
       "PEM file of the authorities to trust for Falcon; default: the system's", &Flags::ca_file},
      {"--env-file", kFalcon, "File with KEY=VALUE lines (mode 640 or less)", &Flags::env_file},
      {"--loopback-redirect", kFalcon,
       "For simulators: HOST:PORT on loopback that a token request may be redirected to",
       &Flags::loopback_redirects},

      {"--max-in-flight", kLimits, "Calls to Falcon at a time",
       number(1, 1000, [](Config& c) -> auto& { return c.admission.permits; })},
      {"--max-waiting", kLimits, "Calls that may wait for their turn",
       number(0, 1'000'000, [](Config& c) -> auto& { return c.admission.max_waiting; })},
      {"--cache-mib", kLimits, "Memory for cached responses, in MiB; 0: none is cached",
       number(
           0, 65'536, [](Config& c) -> auto& { return c.cache_bytes; }, kMib)},
      {"--no-batching", kLimits, "Look-ups by id never wait to travel together in one call",
       &Flags::no_batching},
      {"--memory-limit-mib", kLimits,
       "Memory near which calls are refused, in MiB; 0: never; default: the control group's limit, "
       "or 512 without one",
       number(
           0, 16'777'216, [](Config& c) -> auto& { return c.memory_limit_bytes; }, kMib)},
      {"--circuit-breaker-min-calls", kLimits,
       "Calls to an area of Falcon's in ten seconds, half of them failed, at which calls to it are "
       "stopped but for one a second; 0: never",
       number(0, 1'000'000, [](Config& c) -> auto& { return c.circuit_breaker_min_calls; })},
      {"--upstream-max-body-mib", kLimits, "Largest response of Falcon's that is accepted, in MiB",
       number(
           1, 1024, [](Config& c) -> auto& { return c.http.max_body_bytes; }, kMib)},
      {"--upstream-stall-seconds", kLimits,
       "How long a response of Falcon's that has begun may arrive at under 1 KiB/s before it is "
       "given up; the wait for its first byte is bounded by the deadline alone",
       number(1, 3600, [](Config& c) -> auto& { return c.http.stall_time; })},
      {"--page-token-key-file", kLimits,
       "File with 32 bytes or more that seal page tokens (mode 600), the same on every replica; "
       "default: derived from the client's secret",
       &Flags::page_token_key_file},
      {"--drain-seconds", kLimits, "Time for calls in flight when the gateway is told to stop",
       number(0, 3600, [](Config& c) -> auto& { return c.drain; })},
      {"--drain-delay-seconds", kLimits,
       "Part of it in which health says NOT_SERVING and new calls are still accepted; SIGINT skips "
       "it",
       number(0, 3600, [](Config& c) -> auto& { return c.drain_delay; })},
      {"--log-level", kLimits, "debug, info, warning, error or off", &Flags::log_level},

      {"--redis", kRedis,
       "HOST:PORT or unix:PATH of a Redis by which replicas share them; default: none",
       &Flags::redis},
      {"--redis-user", kRedis, "Redis user to authenticate as", &Flags::redis_user},
      {"--redis-password-file", kRedis, "File that holds its password (mode 600)",
       &Flags::redis_password_file},
      {"--allow-insecure-redis", kRedis,
       "Allow a Redis off loopback: the connection to it is plaintext",
       &Flags::allow_insecure_redis},

      {"--virustotal-api-key-file", kReputation,
       "File that holds the API key (mode 600); without a key nothing is looked up",
       &Flags::virustotal_api_key_file},
      {"--virustotal-per-minute", kReputation, "Look-ups a minute that the key allows",
       number(1, 100'000, [](Config& c) -> auto& { return c.reputation.quota.per_minute; })},
      {"--virustotal-per-day", kReputation, "Look-ups a day (UTC) that the key allows",
       number(1, 100'000'000, [](Config& c) -> auto& { return c.reputation.quota.per_day; })},
      {"--virustotal-urls", kReputation,
       "Look URLs up too: whole URLs, which may hold secrets, go to VirusTotal",
       &Flags::virustotal_urls},
      {"--virustotal-base-url", kReputation, "Address of VirusTotal; http on loopback only",
       &Flags::virustotal_base_url},
  };
}

CLI::Option* AddText(CLI::App& app, const Flag& flag, std::string& text) {
  CLI::Option* option = app.add_option(flag.name, text, flag.help);
  return text.empty() ? option : option->capture_default_str();
}

void AddFlag(CLI::App& app, Flag& flag, Flags& flags) {
  CLI::Option* option = nullptr;
  if (auto* number = std::get_if<Number>(&flag.to)) {
    option = AddText(app, flag, number->text);
  } else if (auto* text = std::get_if<std::string Flags::*>(&flag.to)) {
    option = AddText(app, flag, flags.**text);
  } else if (auto* given = std::get_if<bool Flags::*>(&flag.to)) {
    option = app.add_flag(flag.name, flags.**given, flag.help);
  } else {
    auto& list = flags.*std::get<std::vector<std::string> Flags::*>(flag.to);
    option = app.add_option(flag.name, list, flag.help)->expected(1)->take_all();
  }
  option->group(flag.group);
}

void SetNumber(const Flag& flag, Config& config, Problems& problems) {
  const Number* number = std::get_if<Number>(&flag.to);
  if (number == nullptr || number->text.empty()) return;
  const std::optional<size_t> value = ParseNumber<size_t>(number->text);
  const bool fits = value.has_value() && *value >= number->min && *value <= number->max;
  if (fits) return number->set(config, *value);
  problems.Add(flag.name, StrCat("must be a whole number from ", number->min, " to ", number->max));
  // Not the minimum: a zero has a meaning, and may be a problem of its own.
  number->set(config, number->max);
}

void ReportUnknown(const CLI::App& app, Problems& problems) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) known.push_back(option->get_name());
  bool stray = false;
  for (const std::string& argument : app.remaining()) {
    if (!argument.starts_with("--")) {
      stray = true;
      continue;
    }
    const std::string name = argument.substr(0, argument.find('='));
    const bool secret =
        name == "--client-secret" || name == "--virustotal-api-key" || name == "--redis-password";
    const std::string file_flag = name + "-file";
    const std::string_view nearest = secret ? file_flag : Nearest(name, known);
    problems.Add(
        EscapeUnsafe(name, 64),
        StrCat("is not a flag", nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?"),
               secret ? " Every user of the machine can read a secret on the command line" : ""));
  }
  if (stray) problems.Add("command line", "holds an argument that belongs to no flag");
}

}  // namespace

Flags ParseFlags(int argc, const char* const* argv, Config& config, Problems& problems) {
  Flags flags;
  CLI::App app("A read-only gRPC gateway to the CrowdStrike Falcon API.", "falcon-gateway");
  app.set_version_flag("--version", "falcon-gateway " FALCON_GATEWAY_VERSION);
  app.footer(kFooter);
  app.allow_extras();
  std::vector<Flag> table = FlagTable();
  for (Flag& flag : table) AddFlag(app, flag, flags);
  try {
    app.parse(argc, argv);
    ReportUnknown(app, problems);
  } catch (const CLI::CallForHelp&) {
    config.print = app.help();
  } catch (const CLI::CallForVersion& version) {
    config.print = StrCat(version.what(), "\n");
  } catch (const CLI::ParseError& error) {
    problems.Add("command line", error.what());
  }
  for (const Flag& flag : table) SetNumber(flag, config, problems);
  return flags;
}

}  // namespace falcon::config
