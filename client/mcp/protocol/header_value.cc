// Trims and decodes header values; base64 is strict, so that one value has one writing.
#include "mcp/protocol/header_value.h"

#include <cstdint>

namespace falcon::mcp {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kOpening = "=?base64?";
constexpr std::string_view kClosing = "?=";

std::optional<std::string> FromBase64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<uint32_t>(digit)) & 0xFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<char>(bits >> held & 0xFF));
  }
  if ((bits & ((1U << held) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string_view TrimmedHeader(std::string_view value) {
  const size_t begin = value.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return value.substr(begin, value.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<std::string> DecodedHeader(std::string_view value) {
  value = TrimmedHeader(value);
  if (!value.starts_with(kOpening) || !value.ends_with(kClosing) ||
      value.size() < kOpening.size() + kClosing.size()) {
    return std::string(value);
  }
  value.remove_prefix(kOpening.size());
  value.remove_suffix(kClosing.size());
  return FromBase64(value);
}

}  // namespace falcon::mcp
