// Splits before it decodes, so that an encoded slash is never a separator.
#include "mcp/resources/resource_uri.h"

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

// RFC 3986's unreserved characters, and the colon, which a path may hold.
bool StandsForItself(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~:").find(c) != std::string_view::npos;
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

}  // namespace falcon::mcp
