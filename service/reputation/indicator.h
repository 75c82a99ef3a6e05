// Indicator: a value that VirusTotal can be asked about, in its one normal form.
#ifndef FALCON_REPUTATION_INDICATOR_H_
#define FALCON_REPUTATION_INDICATOR_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace falcon::reputation {

enum class Kind { kMd5, kSha1, kSha256, kDomain, kIpv4, kIpv6, kUrl };

// Longer values are refused.
inline constexpr size_t kMaxValueBytes = 2048;

// "sha256", "ipv4": the words of Falcon's IOC management, plus "sha1" and "url".
std::string_view KindName(Kind kind);

struct Indicator {
  Kind kind = Kind::kSha256;
  // Hashes and domains in lower case, domains without the dot at the end, addresses as the system
  // writes them, URLs as given.
  std::string value;

  friend bool operator==(const Indicator&, const Indicator&) = default;
};

// Parses `text` as `kind`, or by its form. Defanged text ("evil[.]example", "hxxp://") is refanged.
// INVALID_ARGUMENT (INDICATOR_INVALID) says what is wrong, also for private addresses and local
// names, which have no public reputation, and for URLs with a user name or password, or a backslash
// after the host.
absl::StatusOr<Indicator> ParseIndicator(std::string_view text,
                                         std::optional<Kind> kind = std::nullopt);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_INDICATOR_H_
