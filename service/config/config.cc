// From texts to a Config: each group of settings by a function of its own, all problems into one
// list.
#include "config/config.h"

#include <array>
#include <optional>
#include <utility>

#include "auth/cloud.h"
#include "base/secret_file.h"
#include "base/status.h"
#include "base/text.h"
#include "config/flags.h"
#include "config/listener.h"
#include "config/number.h"
#include "config/proxy.h"
#include "config/redis.h"
#include "config/reputation.h"
#include "config/sources.h"

namespace falcon::config {
namespace {

constexpr std::array<std::string_view, 2> kClientId = {"CROWDSTRIKE_CLIENT_ID", "FALCON_CLIENT_ID"};
constexpr std::array<std::string_view, 2> kClientSecret = {"CROWDSTRIKE_CLIENT_SECRET",
                                                           "FALCON_CLIENT_SECRET"};
constexpr std::array<std::string_view, 2> kMemberCid = {"CROWDSTRIKE_MEMBER_CID",
                                                        "FALCON_MEMBER_CID"};
constexpr std::array<std::string_view, 2> kCloud = {"CROWDSTRIKE_API_REGION", "FALCON_BASE_URL"};
constexpr size_t kMinKeyBytes = 32;

bool IsHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// A customer's id as Falcon's token endpoint takes it: 32 lower case digits. The console shows it
// in capitals, with a checksum of two digits behind a hyphen.
std::optional<Secret> CustomerId(const std::string& where, const Secret& value,
                                 Problems& problems) {
  constexpr size_t kDigits = 32;
  constexpr size_t kChecksum = 3;  // with its hyphen
  const std::optional<Secret> word = OneWord(where, value, problems);
  if (!word.has_value()) return std::nullopt;
  const std::string_view text = word->Reveal();
  const std::string_view id = text.substr(0, kDigits);
  const std::string_view rest = text.substr(id.size());
  const bool checksum = rest.size() == kChecksum && rest[0] == '-' && IsHex(rest.substr(1));
  if (id.size() == kDigits && IsHex(id) && (rest.empty() || checksum)) return Secret(Lower(id));
  problems.Add(where,
               "must be a customer id of 32 hexadecimal digits, with or without the checksum that "
               "Falcon's console shows behind a hyphen");
  return std::nullopt;
}

// A region, or the base URL of a cloud that has none. Either may be written as the other.
std::optional<Secret> CloudName(const std::string& where, const Secret& value, Problems& problems) {
  const std::optional<Secret> name = Tidy(where, value, problems);
  if (!name.has_value()) return std::nullopt;
  const std::string_view text = name->Reveal();
  if (text.find("://") == std::string_view::npos) {
    const auto region = problems.Take(where, auth::ParseRegion(text));
    return region.has_value() ? std::optional(Secret(*region)) : std::nullopt;
  }
  const auto url = problems.Take(where, auth::ParseBaseUrl(text));
  if (!url.has_value()) return std::nullopt;
  const auth::Cloud* cloud = auth::CloudOfUrl(*url);
  return Secret(cloud == nullptr ? std::string_view(*url) : cloud->region);
}

// The flag if it was given, else the variables.
std::optional<Secret> FlagOr(const std::string& flag, const std::string& value,
                             const Sources& sources, Names names, const Canonical& canonical,
                             Problems& problems) {
  if (!value.empty()) return canonical(flag, Secret(value), problems);
  std::optional<Found> found = sources.Find(names, canonical, problems);
  return found.has_value() ? std::optional(std::move(found->value)) : std::nullopt;
}

void ReadClientId(const Flags& flags, const Sources& sources, Config& config,
                  Problems& all_problems) {
  Problems problems;
  const auto id = FlagOr("--client-id", flags.client_id, sources, kClientId, OneWord, problems);
  if (id.has_value()) {
    config.credentials.client_id = id->Reveal();
  } else if (problems.empty()) {
    problems.Add(kClientId[0], "is not set: give the id of a Falcon API client");
  }
  all_problems.AddAll(problems);
}

void ReadClientSecret(const Flags& flags, const Sources& sources, Config& config,
                      Problems& all_problems) {
  Problems problems;
  const std::optional<Secret> secret = sources.FindSecret(
      "--client-secret-file", flags.client_secret_file, kClientSecret, OneWord, problems);
  if (secret.has_value()) {
    config.credentials.client_secret = *secret;
  } else if (problems.empty()) {
    problems.Add(kClientSecret[0],
                 "is not set: give the API client's secret, or name the file that holds it by "
                 "CROWDSTRIKE_CLIENT_SECRET_FILE or --client-secret-file");
  }
  all_problems.AddAll(problems);
}

void ReadCredentials(const Flags& flags, const Sources& sources, Config& config,
                     Problems& problems) {
  ReadClientId(flags, sources, config, problems);
  ReadClientSecret(flags, sources, config, problems);
  const auto cid =
      FlagOr("--member-cid", flags.member_cid, sources, kMemberCid, CustomerId, problems);
  if (cid.has_value()) config.credentials.member_cid = cid->Reveal();
}

void ReadCloud(const Flags& flags, const Sources& sources, Config& config, Problems& problems) {
  const Names names = flags.region.empty() ? Names(kCloud) : Names();
  std::optional<Secret> cloud =
      FlagOr("--base-url", flags.base_url, sources, names, CloudName, problems);
  if (!flags.region.empty()) {
    const auto region = CloudName("--region", Secret(flags.region), problems);
    if (region.has_value() && cloud.has_value() && *region != *cloud) {
      problems.Add("--region", "differs from --base-url: give one of them");
    }
    cloud = region;
  }
  if (!cloud.has_value()) return;
  const std::string name(cloud->Reveal());
  (name.find("://") == std::string::npos ? config.region : config.base_url) = name;
}

void ReadTrust(const Flags& flags, Config& config, Problems& problems) {
  for (const std::string& target : flags.loopback_redirects) {
    const auto address = auth::ParseAddress(StrCat("http://", target));
    if (address.has_value() && address->path.empty() && auth::IsLoopback(address->origin.host)) {
      config.loopback_redirects.push_back(address->origin.HostPort());
    } else {
      problems.Add("--loopback-redirect", "must be HOST:PORT on loopback, like 127.0.0.1:8081");
    }
  }
  if (flags.ca_file.empty()) return;
  problems.Take("--ca-file", ReadPem(flags.ca_file, AllowedReaders::kAnyone));
  config.ca_file = flags.ca_file;
}

void ReadLimits(const Flags& flags, Config& config, Problems& problems) {
  const auto take = [&](std::string_view flag, std::string_view text, size_t least, size_t most) {
    // Not the least: a zero means something, and may be a problem of its own.
    return Number(flag, text, least, most, problems).value_or(most);
  };
  config.max_in_flight = take("--max-in-flight", flags.max_in_flight, 1, 1000);
  config.max_waiting = take("--max-waiting", flags.max_waiting, 0, 1'000'000);
  config.cache_bytes = take("--cache-mib", flags.cache_mib, 0, 65'536) << 20;
  config.batching = !flags.no_batching;
  if (!flags.memory_limit_mib.empty()) {
    config.memory_limit_bytes = take("--memory-limit-mib", flags.memory_limit_mib, 0, 16'777'216)
                                << 20;
  }
  config.circuit_breaker_min_calls = static_cast<int>(
      take("--circuit-breaker-min-calls", flags.circuit_breaker_min_calls, 0, 1'000'000));
  config.upstream_max_body_bytes =
      take("--upstream-max-body-mib", flags.upstream_max_body_mib, 1, 1024) << 20;
  config.upstream_stall =
      seconds(take("--upstream-stall-seconds", flags.upstream_stall_seconds, 1, 3600));
  config.drain = seconds(take("--drain-seconds", flags.drain_seconds, 0, 3600));
  config.drain_delay = seconds(take("--drain-delay-seconds", flags.drain_delay_seconds, 0, 3600));
  config.max_connections =
      static_cast<int>(take("--max-connections", flags.max_connections, 1, 1'000'000));
  config.max_connections_per_address = static_cast<int>(
      take("--max-connections-per-address", flags.max_connections_per_address, 1, 1'000'000));
  if (const auto level = telemetry::ParseLevel(flags.log_level); level.has_value()) {
    config.log_level = *level;
  } else {
    problems.Add("--log-level", "must be debug, info, warning, error or off");
  }
  if (flags.page_token_key_file.empty()) return;
  const auto key =
      problems.Take("--page-token-key-file", ReadSecretFile(flags.page_token_key_file));
  if (!key.has_value()) return;
  config.page_token_key = *key;
  if (key->Reveal().size() < kMinKeyBytes) {
    problems.Add("--page-token-key-file",
                 "must hold 32 bytes or more: `openssl rand -hex 32` makes them");
  }
}

Variables ReadEnvFile(const std::string& path, Problems& problems) {
  if (path.empty()) return {};
  const auto text = problems.Take("--env-file", ReadFile(path, AllowedReaders::kOwnerAndGroup));
  if (!text.has_value()) return {};
  return problems.Take("--env-file", ParseEnvFile(text->Reveal())).value_or(Variables());
}

}  // namespace

absl::StatusOr<Config> LoadConfig(int argc, const char* const* argv, Environment& environment) {
  Config config;
  Problems problems;
  const Flags flags = ParseFlags(argc, argv, problems);
  config.print = flags.print;
  if (config.print.empty()) {
    const Sources sources(environment, ReadEnvFile(flags.env_file, problems));
    ReadCredentials(flags, sources, config, problems);
    ReadCloud(flags, sources, config, problems);
    ReadTrust(flags, config, problems);
    CheckProxies(environment, problems);
    ReadListener(flags, config, problems);
    ReadMetricsListener(flags, config, problems);
    ReadLimits(flags, config, problems);
    ReadRedis(flags, sources, config, problems);
    ReadReputation(flags, sources, config, problems);
  }
  for (const std::string_view name : kClientSecret) environment.Erase(std::string(name));
  environment.Erase(std::string(kRedisPassword));
  environment.Erase(std::string(kVirusTotalKey));
  RETURN_IF_ERROR(problems.status());
  config.warnings.insert(config.warnings.end(), problems.warnings().begin(),
                         problems.warnings().end());
  return config;
}

}  // namespace falcon::config
