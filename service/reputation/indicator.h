// Indicator: a value that VirusTotal can be asked about, in the one form that it is asked in.
#ifndef FALCON_REPUTATION_INDICATOR_H_
#define FALCON_REPUTATION_INDICATOR_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace falcon::reputation {

enum class Kind { kMd5, kSha1, kSha256, kDomain, kIpv4, kIpv6, kUrl };

// Longest value that is looked at.
inline constexpr size_t kMaxValueBytes = 2048;

// "sha256", "ipv4": the words of Falcon's IOC management, and "sha1" and "url" beside them.
std::string_view KindName(Kind kind);
std::optional<Kind> KindNamed(std::string_view word);

struct Indicator {
  Kind kind = Kind::kSha256;
  // Hashes and domains in lower case, domains without the dot at the end, addresses as the system
  // writes them, URLs as given.
  std::string value;

  friend bool operator==(const Indicator&, const Indicator&) = default;
};

// What `text` stands for: as `kind`, or as its form tells. Defanged text ("evil[.]example",
// "hxxp://") is read as what it stands for. INVALID_ARGUMENT (INDICATOR_INVALID) says what is
// wrong: also for private addresses and local names, which nobody outside can judge, and for URLs
// with a user name or password, or a backslash after the host.
absl::StatusOr<Indicator> ParseIndicator(std::string_view text,
                                         std::optional<Kind> kind = std::nullopt);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_INDICATOR_H_
