// Hexadecimal text and the id bijection.
#include "simulator/base/rng.h"

namespace falcon::simulator {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr uint32_t kMultiplier = 0x9e3779b1U;  // odd, so it has an inverse modulo 2^32
constexpr uint32_t kMask = 0x5bd1e995U;

constexpr uint32_t Inverse(uint32_t odd) {
  uint32_t x = odd;
  for (int i = 0; i < 5; ++i) x *= 2 - odd * x;  // Newton: the correct bits double each round
  return x;
}

}  // namespace

std::string Rng::Hex(uint64_t question, size_t digits) const {
  std::string text(digits, '0');
  uint64_t bits = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (i % 16 == 0) bits = Of(question + (i / 16) * 0x10001);
    text[i] = kDigits[bits & 15];
    bits >>= 4;
  }
  return text;
}

std::string Rng::Uuid(uint64_t question) const {
  std::string text = Hex(question, 36);
  for (size_t i : {8, 13, 18, 23}) text[i] = '-';
  text[14] = '4';
  text[19] = kDigits[8 + (Of(question) & 3)];
  return text;
}

uint32_t Scramble(uint32_t index) { return (index * kMultiplier) ^ kMask; }

uint32_t Unscramble(uint32_t scrambled) { return (scrambled ^ kMask) * Inverse(kMultiplier); }

std::string Hex8(uint32_t value) {
  std::string text(8, '0');
  for (size_t i = 8; i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

bool ParseHex8(std::string_view text, uint32_t* value) {
  if (text.size() != 8) return false;
  uint32_t result = 0;
  for (char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return false;
    result = result << 4 | static_cast<uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  *value = result;
  return true;
}

}  // namespace falcon::simulator
