// Splits at the place that both halves' fixed length gives.
#include "base/device_id.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/text.h"

namespace falcon {
namespace {

constexpr size_t kDigits = 32;

bool IsJoined(std::string_view text) {
  return text.size() == 2 * kDigits + 1 && text[kDigits] == '_' &&
         IsHex(text.substr(0, kDigits), kDigits) && IsHex(text.substr(kDigits + 1), kDigits);
}

}  // namespace

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

bool IsDeviceId(std::string_view text) { return IsHex(text, kDigits) || IsJoined(text); }

std::string DeviceId(std::string_view text) {
  return Lower(IsJoined(text) ? text.substr(kDigits + 1) : text);
}

}  // namespace falcon
