// From texts to a Config: one function for each group of settings, all problems in one list.
#include "config/config.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "auth/cloud.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "config/endpoints.h"
#include "config/flags.h"
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

// A customer's id as Falcon's token endpoint expects it: 32 lower case digits. The console shows it
// in capitals, with a hyphen and a checksum of two digits behind it.
std::optional<Secret> CustomerId(const std::string& where, const Secret& value,
                                 Problems& problems) {
  constexpr size_t kDigits = 32;
  constexpr size_t kChecksumDigits = 2;
  const std::optional<Secret> word = OneWord(where, value, problems);
  if (!word.has_value()) return std::nullopt;
  const std::string_view text = word->Reveal();
  const std::string_view id = text.substr(0, kDigits);
  const std::string_view rest = text.substr(id.size());
  const bool checksum = rest.starts_with('-') && IsHex(rest.substr(1), kChecksumDigits);
  if (IsHex(id, kDigits) && (rest.empty() || checksum)) return Secret(Lower(id));
  problems.Add(where,
               "must be a customer id of 32 hexadecimal digits, with or without the checksum that "
               "Falcon's console shows behind a hyphen");
  return std::nullopt;
}

// A region, or the base URL of a cloud without one. The base URL of a known cloud is its region.
std::optional<Secret> CloudName(const std::string& where, const Secret& value, Problems& problems) {
  const std::optional<Secret> name = Tidy(where, value, problems);
  if (!name.has_value()) return std::nullopt;
  const std::string_view text = name->Reveal();
  if (text.find("://") == std::string_view::npos) {
    const auto region = problems.ValueOrAdd(where, auth::ParseRegion(text));
    return region.has_value() ? std::optional(Secret(*region)) : std::nullopt;
  }
  const auto url = problems.ValueOrAdd(where, auth::ParseBaseUrl(text));
  if (!url.has_value()) return std::nullopt;
  const auth::Cloud* cloud = auth::CloudOfUrl(*url);
  return Secret(cloud == nullptr ? std::string_view(*url) : cloud->region);
}

// The flag if it was given, else the variables.
std::optional<Secret> FromFlagOr(const std::string& flag, const std::string& value,
                                 const Sources& sources, VariableNames names,
                                 const Normalizer& normalize, Problems& problems) {
  if (!value.empty()) return normalize(flag, Secret(value), problems);
  std::optional<ResolvedValue> found = sources.Find(names, normalize, problems);
  return found.has_value() ? std::optional(std::move(found->value)) : std::nullopt;
}

// Adds `problems` of a required setting to `all`; one that it is missing, if there is no other.
void Require(const std::optional<Secret>& value, std::string_view where, std::string_view missing,
             Problems& problems, Problems& all) {
  if (!value.has_value() && problems.empty()) problems.Add(where, missing);
  all.AddAll(problems);
}

void ReadCredentials(const Flags& flags, const Sources& sources, Config& config,
                     Problems& problems) {
  auth::Credentials& credentials = config.credentials;
  Problems of_id;
  const auto id = FromFlagOr("--client-id", flags.client_id, sources, kClientId, OneWord, of_id);
  if (id.has_value()) credentials.client_id = id->Reveal();
  Require(id, kClientId[0], "is not set: give the id of a Falcon API client", of_id, problems);
  Problems of_secret;
  const auto secret = sources.FindSecret("--client-secret-file", flags.client_secret_file,
                                         kClientSecret, OneWord, of_secret);
  credentials.client_secret = secret.value_or(Secret());
  Require(secret, kClientSecret[0],
          "is not set: give the API client's secret, or name the file that holds it by "
          "CROWDSTRIKE_CLIENT_SECRET_FILE or --client-secret-file",
          of_secret, problems);
  const auto cid =
      FromFlagOr("--member-cid", flags.member_cid, sources, kMemberCid, CustomerId, problems);
  if (cid.has_value()) credentials.member_cid = cid->Reveal();
}

void ReadCloud(const Flags& flags, const Sources& sources, Config& config, Problems& problems) {
  const VariableNames names = flags.region.empty() ? VariableNames(kCloud) : VariableNames();
  std::optional<Secret> cloud =
      FromFlagOr("--base-url", flags.base_url, sources, names, CloudName, problems);
  if (!flags.region.empty()) {
    const auto region = CloudName("--region", Secret(flags.region), problems);
    if (region.has_value() && cloud.has_value() && *region != *cloud) {
      problems.Add("--region", "differs from --base-url: give one of them");
    }
    cloud = region;
  }
  if (!cloud.has_value()) return;
  const std::string name(cloud->Reveal());
  (name.find("://") == std::string::npos ? config.oauth.region : config.oauth.base_url) = name;
}

void ReadTrust(const Flags& flags, Config& config, Problems& problems) {
  for (const std::string& target : flags.loopback_redirects) {
    const auto address = auth::ParseAddress(StrCat("http://", target));
    if (address.has_value() && address->path.empty() && auth::IsLoopback(address->origin.host)) {
      config.oauth.loopback_redirects.push_back(address->origin.HostPort());
    } else {
      problems.Add("--loopback-redirect", "must be HOST:PORT on loopback, like 127.0.0.1:8081");
    }
  }
  if (flags.ca_file.empty()) return;
  problems.ValueOrAdd("--ca-file", ReadPem(flags.ca_file, AllowedReaders::kAnyone));
  config.http.ca_file = flags.ca_file;
}

void ReadPageTokenKey(const Flags& flags, Config& config, Problems& problems) {
  if (flags.page_token_key_file.empty()) return;
  const auto key =
      problems.ValueOrAdd("--page-token-key-file", ReadSecretFile(flags.page_token_key_file));
  if (!key.has_value()) return;
  config.page_token_key = *key;
  if (key->Reveal().size() < kMinKeyBytes) {
    problems.Add("--page-token-key-file",
                 "must hold 32 bytes or more: `openssl rand -hex 32` makes them");
  }
}

void ReadLogLevel(const Flags& flags, Config& config, Problems& problems) {
  const auto level = telemetry::ParseLevel(flags.log_level);
  if (!level.has_value()) problems.Add("--log-level", "must be debug, info, warning, error or off");
  config.log_level = level.value_or(config.log_level);
}

Variables ReadEnvFile(const std::string& path, Problems& problems) {
  if (path.empty()) return {};
  const auto text =
      problems.ValueOrAdd("--env-file", ReadFile(path, AllowedReaders::kOwnerAndGroup));
  if (!text.has_value()) return {};
  return problems.ValueOrAdd("--env-file", ParseEnvFile(text->Reveal())).value_or(Variables());
}

}  // namespace

absl::StatusOr<Config> LoadConfig(int argc, const char* const* argv, Environment& environment) {
  Config config;
  Problems problems;
  const Flags flags = ParseFlags(argc, argv, config, problems);
  if (config.print.empty()) {
    const Sources sources(environment, ReadEnvFile(flags.env_file, problems));
    ReadCredentials(flags, sources, config, problems);
    ReadCloud(flags, sources, config, problems);
    ReadTrust(flags, config, problems);
    CheckProxies(environment, problems);
    ReadListener(flags, config, problems);
    ReadMetricsListener(flags, config, problems);
    ReadLogLevel(flags, config, problems);
    ReadPageTokenKey(flags, config, problems);
    ReadRedis(flags, sources, config, problems);
    ReadReputation(flags, sources, config, problems);
    config.batching = !flags.no_batching;
    // An admitted call does not wait for a connection; token requests and look-ups elsewhere need
    // some, too.
    config.http.max_connections =
        std::max(config.http.max_connections, static_cast<int>(config.admission.permits) + 16);
  }
  for (const std::string_view name : kClientSecret) environment.Erase(std::string(name));
  environment.Erase(std::string(kRedisPassword));
  environment.Erase(std::string(kVirusTotalKey));
  RETURN_IF_ERROR(problems.status());
  config.warnings = problems.warnings();
  return config;
}

}  // namespace falcon::config
