// The table of the clouds, and strict reading of addresses.
#include "auth/cloud.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace falcon::auth {
namespace {

constexpr std::array<Cloud, 6> kClouds = {{
    {"us-1", "https://api.crowdstrike.com"},
    {"us-2", "https://api.us-2.crowdstrike.com"},
    {"us-3", "https://api.us-3.crowdstrike.com"},
    {"eu-1", "https://api.eu-1.crowdstrike.com"},
    {"us-gov-1", "https://api.laggar.gcw.crowdstrike.com"},
    {"us-gov-2", "https://api.us-gov-2.crowdstrike.mil"},
}};
constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

int DefaultPort(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// "US_GOV1" -> "usgov1": hyphens are optional.
std::string Letters(std::string_view text) {
  std::string letters = Lower(text);
  std::erase_if(letters, [](char c) { return c == '-' || c == '_' || c == ' '; });
  return letters;
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool IsHost(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    in6_addr address;
    return inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address) == 1;
  }
  return !host.empty() && host.size() <= 253 &&
         std::all_of(host.begin(), host.end(), IsHostCharacter);
}

std::optional<int> ParsePort(std::string_view text) {
  const std::optional<int> port = ParseNumber<int>(text);
  return port.has_value() && *port >= 1 && *port <= 65535 ? port : std::nullopt;
}

absl::Status InvalidBaseUrl(std::string_view text, std::string_view problem) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_BASE_URL",
               StrCat("\"", EscapeUnsafe(text, 200), "\" ", problem,
                      "; write it like https://api.us-2.crowdstrike.com"));
}

}  // namespace

std::span<const Cloud> Clouds() { return kClouds; }

const Cloud* CloudOfRegion(std::string_view region) {
  const auto found = std::ranges::find(kClouds, region, &Cloud::region);
  return found == kClouds.end() ? nullptr : &*found;
}

const Cloud* CloudOfUrl(std::string_view base_url) {
  const auto found = std::ranges::find(kClouds, base_url, &Cloud::base_url);
  return found == kClouds.end() ? nullptr : &*found;
}

absl::StatusOr<std::string> ParseRegion(std::string_view text) {
  const std::string letters = Letters(text);
  if (letters == kAutoRegion) return std::string(kAutoRegion);
  std::vector<std::string_view> known;
  std::string list;
  for (const Cloud& cloud : kClouds) {
    if (Letters(cloud.region) == letters) return std::string(cloud.region);
    known.push_back(cloud.region);
    list += StrCat(cloud.region, ", ");
  }
  known.push_back(kAutoRegion);
  const std::string_view nearest = Nearest(text, known);
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_REGION",
               StrCat("\"", EscapeUnsafe(text, 100), "\" is not a Falcon region; ",
                      nearest.empty() ? "" : StrCat("did you mean ", nearest, "? "),
                      "Known: ", list, kAutoRegion));
}

std::string Origin::Url() const {
  return StrCat(scheme, "://", host, port == DefaultPort(scheme) ? "" : StrCat(":", port));
}

std::string Origin::HostPort() const { return StrCat(host, ":", port); }

std::optional<Address> ParseAddress(std::string_view url) {
  const std::string scheme = Lower(url.substr(0, url.find(':')));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  const std::string_view prefix = scheme == "https" ? kHttps : kHttp;
  if (Lower(url.substr(0, prefix.size())) != prefix) return std::nullopt;
  const std::string_view rest = url.substr(prefix.size());
  const size_t end = std::min(rest.find_first_of("/?#\\"), rest.size());
  const std::string_view authority = rest.substr(0, end);

  Address address;
  address.path = rest.substr(end);
  address.origin.scheme = scheme;
  address.origin.port = DefaultPort(scheme);
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const std::optional<int> port = ParsePort(authority.substr(colon + 1));
    if (!port.has_value()) return std::nullopt;
    address.origin.port = *port;
  }
  address.origin.host = Lower(authority.substr(0, colon));
  if (!IsHost(address.origin.host)) return std::nullopt;
  return address;
}

absl::StatusOr<std::string> ParseBaseUrl(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    // The text may hold a password: it is not repeated.
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_BASE_URL",
                 "the URL must not hold a user name or password");
  }
  const std::optional<Address> address = ParseAddress(text);
  if (!address.has_value()) return InvalidBaseUrl(text, "is not an https URL");
  if (!address->path.empty() && address->path != "/") {
    return InvalidBaseUrl(text, "must end after the host: no path, no query");
  }
  if (address->origin.scheme == "http" && !IsLoopback(address->origin.host)) {
    return InvalidBaseUrl(text, "must be https: http is for loopback only");
  }
  return address->origin.Url();
}

bool IsLoopback(std::string_view host) {
  if (EqualsIgnoringCase(host, "localhost") || host == "[::1]") return true;
  in_addr address;
  if (inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) return false;
  return (ntohl(address.s_addr) >> 24) == 127;
}

}  // namespace falcon::auth
