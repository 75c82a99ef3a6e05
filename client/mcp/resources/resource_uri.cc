// Splits before it decodes, so that an encoded slash is never a separator.
#include "mcp/resources/resource_uri.h"

#include <algorithm>
#include <charconv>

#include "text.h"

namespace falcon::mcp {
namespace {

constexpr std::string_view kScheme = "falcon://";

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    const std::string_view digits = text.substr(at + 1, 2);
    unsigned int byte = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() < 2 || read.ptr != digits.data() + digits.size()) return std::nullopt;
    out.push_back(static_cast<char>(byte));
    at += 2;
  }
  return out;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLetterOrDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 3986's unreserved characters, and the colon, which a path may hold.
bool StandsForItself(char c) {
  return IsLetterOrDigit(c) || std::string_view("-._~:").find(c) != std::string_view::npos;
}

constexpr size_t kDeviceIdDigits = 32;
constexpr size_t kCompositeIdLength = 512;
constexpr size_t kIncidentIdLength = 128;
constexpr size_t kHostnameLength = 255;
constexpr size_t kReferencePartLength = 20;

bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Begins with a letter or a digit, and holds nothing else but `signs`.
bool IsWord(std::string_view text, std::string_view signs, size_t most) {
  if (text.empty() || text.size() > most || !IsLetterOrDigit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsLetterOrDigit(c) || signs.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<ResourceUri> ReadResourceUri(std::string_view uri) {
  // Schemes and authorities know no case.
  if (Lower(uri.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  const std::string_view rest = uri.substr(kScheme.size());
  if (rest.find_first_of("?#") != std::string_view::npos) return std::nullopt;
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return ResourceUri{Lower(rest), {}};
  const std::string_view id = rest.substr(slash + 1);
  if (id.find('/') != std::string_view::npos) return std::nullopt;
  std::optional<std::string> decoded = PercentDecoded(id);
  if (!decoded) return std::nullopt;
  return ResourceUri{Lower(rest.substr(0, slash)), *std::move(decoded)};
}

std::string RecordUri(std::string_view kind, std::string_view id) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri = StrCat(kScheme, kind, "/");
  for (const char c : id) {
    if (StandsForItself(c)) {
      uri.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri.append({'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]});
  }
  return uri;
}

bool IsDeviceId(std::string_view text) {
  return text.size() == kDeviceIdDigits && std::all_of(text.begin(), text.end(), IsHexDigit);
}

bool IsCompositeId(std::string_view text) {
  return IsWord(text, ".:_=-", kCompositeIdLength) &&
         std::count(text.begin(), text.end(), ':') >= 2;
}

bool IsIncidentId(std::string_view text) { return IsWord(text, ".:_-", kIncidentIdLength); }

bool IsReferenceId(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0) return false;
  const std::string_view word = text.substr(0, dash);
  const std::string_view number = text.substr(dash + 1);
  return IsWord(word, "", kReferencePartLength) && !number.empty() &&
         number.size() <= kReferencePartLength &&
         std::all_of(number.begin(), number.end(), IsDigit);
}

bool IsHostname(std::string_view text) { return IsWord(text, "._-", kHostnameLength); }

}  // namespace falcon::mcp
