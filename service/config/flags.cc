// Flags by CLI11; values are judged elsewhere, together with those of the environment.
#include "config/flags.h"

#include <CLI/CLI.hpp>

namespace falcon::config {
namespace {

constexpr const char* kFooter =
    "Environment (a secret never goes on the command line):\n"
    "  CROWDSTRIKE_CLIENT_ID, CROWDSTRIKE_CLIENT_SECRET, CROWDSTRIKE_API_REGION,\n"
    "  CROWDSTRIKE_MEMBER_CID; or FALCON_CLIENT_ID, FALCON_CLIENT_SECRET, FALCON_BASE_URL,\n"
    "  FALCON_MEMBER_CID; VIRUSTOTAL_API_KEY; REDIS_PASSWORD. Each with _FILE at its end names\n"
    "  a file that holds the value.\n"
    "Flags come before the environment, and the environment before --env-file.";

void AddListener(CLI::App& app, Flags& flags) {
  constexpr const char* kGroup = "Listener";
  app.add_option("--listen", flags.listen, "Address of the gRPC server; port 0: any free one")
      ->group(kGroup)
      ->capture_default_str();
  app.add_flag("--allow-insecure-listen", flags.allow_insecure_listen,
               "Allow plaintext on an address off loopback")
      ->group(kGroup);
  app.add_option("--tls-cert", flags.tls_cert, "PEM file of the server's certificate chain")
      ->group(kGroup);
  app.add_option("--tls-key", flags.tls_key, "PEM file of its private key (mode 600)")
      ->group(kGroup);
  app.add_option("--tls-client-ca", flags.tls_client_ca,
                 "PEM file of the authority whose certificate each client must show")
      ->group(kGroup);
  app.add_option("--metrics-listen", flags.metrics_listen,
                 "PORT on loopback, or HOST:PORT, of /metrics, /healthz and /readyz over HTTP; "
                 "default: none")
      ->group(kGroup);
  app.add_option("--max-connections", flags.max_connections, "Client connections at a time")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--max-connections-per-address", flags.max_connections_per_address,
                 "Those of one client address; a proxy in front counts as one")
      ->group(kGroup)
      ->capture_default_str();
}

void AddFalcon(CLI::App& app, Flags& flags) {
  constexpr const char* kGroup = "Falcon";
  app.add_option("--client-id", flags.client_id, "Id of the Falcon API client")->group(kGroup);
  app.add_option("--client-secret-file", flags.client_secret_file,
                 "File that holds its secret (mode 600)")
      ->group(kGroup);
  app.add_option("--member-cid", flags.member_cid, "Flight Control: the child customer to act for")
      ->group(kGroup);
  app.add_option("--region", flags.region,
                 "us-1 (the default), us-2, us-3, eu-1, us-gov-1, us-gov-2 or auto")
      ->group(kGroup);
  app.add_option("--base-url", flags.base_url, "Address of the cloud, instead of --region")
      ->group(kGroup);
  app.add_option("--ca-file", flags.ca_file,
                 "PEM file of the authorities to trust for Falcon; default: the system's")
      ->group(kGroup);
  app.add_option("--env-file", flags.env_file, "File with KEY=VALUE lines (mode 640 or less)")
      ->group(kGroup);
  app.add_option("--loopback-redirect", flags.loopback_redirects,
                 "For simulators: HOST:PORT on loopback that a log-in may be redirected to")
      ->group(kGroup)
      ->expected(1)
      ->take_all();
}

void AddLimits(CLI::App& app, Flags& flags) {
  constexpr const char* kGroup = "Limits and logs";
  app.add_option("--max-in-flight", flags.max_in_flight, "Calls to Falcon at a time")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--max-waiting", flags.max_waiting, "Calls that may wait for their turn")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--cache-mib", flags.cache_mib,
                 "Memory for answers that are kept for a while, in MiB; 0: none is kept")
      ->group(kGroup)
      ->capture_default_str();
  app.add_flag("--no-batching", flags.no_batching,
               "Look-ups by id never wait to travel together in one call")
      ->group(kGroup);
  app.add_option("--memory-limit-mib", flags.memory_limit_mib,
                 "Memory near which calls are refused, in MiB; 0: never; default: the control "
                 "group's limit, or 512 without one")
      ->group(kGroup);
  app.add_option("--circuit-breaker-min-calls", flags.circuit_breaker_min_calls,
                 "Calls to an area of Falcon's in ten seconds, half of them failed, at which calls "
                 "to it are stopped but for one a second; 0: never")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--upstream-max-body-mib", flags.upstream_max_body_mib,
                 "Largest answer of Falcon's that is taken, in MiB")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--upstream-stall-seconds", flags.upstream_stall_seconds,
                 "How long an answer of Falcon's that has begun may come at under 1 KiB/s before "
                 "it is given up; the wait for its first byte is bounded by the deadline alone")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--page-token-key-file", flags.page_token_key_file,
                 "File with 32 bytes or more that seal page tokens (mode 600), the same on every "
                 "replica; default: derived from the client's secret")
      ->group(kGroup);
  app.add_option("--drain-seconds", flags.drain_seconds,
                 "Time for calls in flight when the gateway is told to stop")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--drain-delay-seconds", flags.drain_delay_seconds,
                 "Part of it in which health says NOT_SERVING and new calls are still taken; "
                 "SIGINT skips it")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--log-level", flags.log_level, "debug, info, warning, error or off")
      ->group(kGroup)
      ->capture_default_str();
}

void AddRedis(CLI::App& app, Flags& flags) {
  constexpr const char* kGroup = "Sharing kept answers (Redis)";
  app.add_option("--redis", flags.redis,
                 "HOST:PORT or unix:PATH of a Redis by which replicas share them; default: none")
      ->group(kGroup);
  app.add_option("--redis-user", flags.redis_user, "User to log in to it as")->group(kGroup);
  app.add_option("--redis-password-file", flags.redis_password_file,
                 "File that holds its password (mode 600)")
      ->group(kGroup);
  app.add_flag("--allow-insecure-redis", flags.allow_insecure_redis,
               "Allow a Redis off loopback: the way to it is plaintext")
      ->group(kGroup);
}

void AddReputation(CLI::App& app, Flags& flags) {
  constexpr const char* kGroup = "Reputation (VirusTotal)";
  app.add_option("--virustotal-api-key-file", flags.virustotal_api_key_file,
                 "File that holds the API key (mode 600); without a key nothing is looked up")
      ->group(kGroup);
  app.add_option("--virustotal-per-minute", flags.virustotal_per_minute,
                 "Look-ups a minute that the key allows")
      ->group(kGroup)
      ->capture_default_str();
  app.add_option("--virustotal-per-day", flags.virustotal_per_day,
                 "Look-ups a day (UTC) that the key allows")
      ->group(kGroup)
      ->capture_default_str();
  app.add_flag("--virustotal-urls", flags.virustotal_urls,
               "Look URLs up too: whole URLs, which may hold secrets, go to VirusTotal")
      ->group(kGroup);
  app.add_option("--virustotal-base-url", flags.virustotal_base_url,
                 "Address of VirusTotal; http on loopback only")
      ->group(kGroup)
      ->capture_default_str();
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
        StrCat("is no flag", nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?"),
               secret ? " A secret on the command line is open to everybody on the machine" : ""));
  }
  if (stray) problems.Add("command line", "holds an argument that belongs to no flag");
}

}  // namespace

Flags ParseFlags(int argc, const char* const* argv, Problems& problems) {
  Flags flags;
  CLI::App app("A read-only gRPC gateway to the CrowdStrike Falcon API.", "falcon-gateway");
  app.set_version_flag("--version", "falcon-gateway " FALCON_GATEWAY_VERSION);
  app.footer(kFooter);
  app.allow_extras();
  AddListener(app, flags);
  AddFalcon(app, flags);
  AddLimits(app, flags);
  AddRedis(app, flags);
  AddReputation(app, flags);
  try {
    app.parse(argc, argv);
    ReportUnknown(app, problems);
  } catch (const CLI::CallForHelp&) {
    flags.print = app.help();
  } catch (const CLI::CallForVersion& version) {
    flags.print = StrCat(version.what(), "\n");
  } catch (const CLI::ParseError& error) {
    problems.Add("command line", error.what());
  }
  return flags;
}

}  // namespace falcon::config
