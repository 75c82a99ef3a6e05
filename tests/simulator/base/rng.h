// Pseudo-random values that depend on (seed, kind, index, question) only, so that records need no
// storage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace falcon::simulator {

// The finaliser of SplitMix64: every input bit reaches every output bit.
constexpr uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// A value type. Each question has one answer, whatever was asked before.
class Rng {
 public:
  constexpr Rng(uint64_t seed, uint64_t kind, uint64_t index)
      : key_(Mix(Mix(seed ^ (kind << 56)) ^ index)) {}

  constexpr uint64_t Of(uint64_t question) const {
    return Mix(key_ ^ (question * 0x2545f4914f6cdd1dULL));
  }
  constexpr uint32_t Below(uint64_t question, uint32_t bound) const {
    return static_cast<uint32_t>((Of(question) >> 32) * bound >> 32);
  }
  constexpr bool Chance(uint64_t question, uint32_t percent) const {
    return Below(question, 100) < percent;
  }
  template <typename T, size_t N>
  constexpr const T& Pick(uint64_t question, const std::array<T, N>& choices) const {
    return choices[Below(question, static_cast<uint32_t>(N))];
  }
  // Lower-case hexadecimal, any length.
  std::string Hex(uint64_t question, size_t digits) const;
  // The 8-4-4-4-12 form.
  std::string Uuid(uint64_t question) const;

 private:
  uint64_t key_;
};

// A bijection on 32 bits: an id holds its index in this form, and needs no table to find it again.
uint32_t Scramble(uint32_t index);
uint32_t Unscramble(uint32_t scrambled);

// Eight hexadecimal digits, and back; nothing when `text` is not exactly that.
std::string Hex8(uint32_t value);
bool ParseHex8(std::string_view text, uint32_t* value);

}  // namespace falcon::simulator
