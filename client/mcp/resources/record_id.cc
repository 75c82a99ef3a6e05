// Judges ids by length and characters.
#include "mcp/resources/record_id.h"

#include <algorithm>

namespace falcon::mcp {
namespace {

constexpr size_t kDeviceIdDigits = 32;
constexpr size_t kCompositeIdLength = 512;
constexpr size_t kIncidentIdLength = 128;
constexpr size_t kHostnameLength = 255;
constexpr size_t kReferencePartLength = 20;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLetterOrDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Begins with a letter or a digit, and holds nothing else but `signs`.
bool IsWord(std::string_view text, std::string_view signs, size_t most) {
  if (text.empty() || text.size() > most || !IsLetterOrDigit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsLetterOrDigit(c) || signs.find(c) != std::string_view::npos;
  });
}

}  // namespace

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
