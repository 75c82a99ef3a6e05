// A key by file or variable, never by flag.
#include "config/reputation.h"

#include <array>
#include <string>

#include "auth/cloud.h"
#include "config/number.h"

namespace falcon::config {
namespace {

constexpr std::array<std::string_view, 1> kKeyNames = {kVirusTotalKey};
constexpr std::string_view kKeyFlag = "--virustotal-api-key-file";
constexpr std::string_view kBaseUrlFlag = "--virustotal-base-url";
constexpr size_t kMaxPerMinute = 100'000;
constexpr size_t kMaxPerDay = 100'000'000;

// The key goes to this address: never in the clear off loopback.
void ReadBaseUrl(const std::string& text, Config& config, Problems& problems) {
  const auto address = auth::ParseAddress(text);
  const bool bare = address.has_value() && (address->path.empty() || address->path == "/");
  const bool safe =
      bare && (address->origin.scheme == "https" || auth::IsLoopback(address->origin.host));
  if (safe) {
    config.virustotal_base_url = address->origin.Url();
  } else {
    problems.Add(kBaseUrlFlag,
                 "must be like https://www.virustotal.com: no path, http on loopback only");
  }
}

}  // namespace

void ReadReputation(const Flags& flags, const Sources& sources, Config& config,
                    Problems& problems) {
  config.virustotal_api_key =
      sources.FindSecret(kKeyFlag, flags.virustotal_api_key_file, kKeyNames, OneWord, problems)
          .value_or(Secret());
  ReadBaseUrl(flags.virustotal_base_url, config, problems);
  config.virustotal_urls = flags.virustotal_urls;
  const auto take = [&](std::string_view flag, std::string_view text, size_t most) {
    return static_cast<int>(Number(flag, text, 1, most, problems).value_or(1));
  };
  config.virustotal_per_minute =
      take("--virustotal-per-minute", flags.virustotal_per_minute, kMaxPerMinute);
  config.virustotal_per_day = take("--virustotal-per-day", flags.virustotal_per_day, kMaxPerDay);
}

}  // namespace falcon::config
