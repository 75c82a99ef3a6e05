// Falcon's clouds and their addresses, and strict parsing of addresses that may be sent a secret.
#ifndef FALCON_AUTH_CLOUD_H_
#define FALCON_AUTH_CLOUD_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace falcon::auth {

// Not a region: start at the first cloud and follow what Falcon answers.
inline constexpr std::string_view kAutoRegion = "auto";

struct Cloud {
  std::string_view region;    // as in X-Cs-Region: "us-1"
  std::string_view base_url;  // "https://api.crowdstrike.com"
};

std::span<const Cloud> Clouds();
// By exact region or base URL. Null: there is none.
const Cloud* CloudOfRegion(std::string_view region);
const Cloud* CloudOfUrl(std::string_view base_url);

// "US-1", "us1" or "Us-Gov-1" -> "us-1", "us-gov-1"; "auto" stays. INVALID_ARGUMENT
// (INVALID_REGION) names the nearest region and all of them.
absl::StatusOr<std::string> ParseRegion(std::string_view text);

// Where an HTTP server listens.
struct Origin {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address in brackets
  int port = 0;        // explicit or the scheme's own

  std::string Url() const;       // without the port where it is the scheme's own
  std::string HostPort() const;  // always with the port
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct Address {
  Origin origin;
  std::string path;  // from the first '/' on, with query and fragment; may be empty
};

// The parts of an absolute http or https URL. Nullopt for anything else, user information included.
std::optional<Address> ParseAddress(std::string_view url);

// "https://host", "https://host:8443" or, on loopback only, "http://127.0.0.1:8080"; one '/' at the
// end is dropped. INVALID_ARGUMENT (INVALID_BASE_URL) says what is wrong. The result is normalised.
absl::StatusOr<std::string> ParseBaseUrl(std::string_view text);

// "localhost", 127.0.0.0/8 or "[::1]". Names are not resolved.
bool IsLoopback(std::string_view host);

}  // namespace falcon::auth

#endif  // FALCON_AUTH_CLOUD_H_
