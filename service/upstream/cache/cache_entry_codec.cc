// Kind, instant, length of `next`, `next`, text; numbers with the low byte first.
#include "upstream/cache/cache_entry_codec.h"

#include <algorithm>
#include <cstdint>

namespace falcon::upstream {
namespace {

constexpr size_t kInstantBytes = 8;
constexpr size_t kLengthBytes = 4;
constexpr size_t kHeadBytes = 1 + kInstantBytes + kLengthBytes;
// A later instant could be more than the clocks' types hold.
constexpr std::chrono::hours kFurthest{24};

void Append(std::string& bytes, uint64_t number, size_t count) {
  for (size_t i = 0; i < count; ++i) bytes += static_cast<char>(number >> (8 * i));
}

uint64_t NumberAt(std::string_view bytes, size_t at, size_t count) {
  uint64_t number = 0;
  for (size_t i = 0; i < count; ++i) {
    number |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return number;
}

std::optional<CacheEntry::Kind> KindOf(char byte) {
  for (const CacheEntry::Kind kind :
       {CacheEntry::Kind::kAnswer, CacheEntry::Kind::kRecord, CacheEntry::Kind::kNegative}) {
    if (byte == static_cast<char>(kind)) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::string EncodeCacheEntry(const CacheEntry& kept, const Clock& clock) {
  const auto age = std::chrono::duration_cast<WallTime::duration>(clock.Now() - kept.at);
  const auto at = std::chrono::floor<milliseconds>(clock.WallNow() - age).time_since_epoch();
  std::string bytes;
  bytes.reserve(kHeadBytes + kept.next.size() + kept.text.size());
  bytes += static_cast<char>(kept.kind);
  Append(bytes, static_cast<uint64_t>(at.count()), kInstantBytes);
  Append(bytes, kept.next.size(), kLengthBytes);
  bytes += kept.next;
  bytes += kept.text;
  return bytes;
}

std::optional<CacheEntry> DecodeCacheEntry(std::string_view bytes, const Clock& clock) {
  if (bytes.size() < kHeadBytes) return std::nullopt;
  const std::optional<CacheEntry::Kind> kind = KindOf(bytes[0]);
  const uint64_t length = NumberAt(bytes, 1 + kInstantBytes, kLengthBytes);
  if (!kind.has_value() || length > bytes.size() - kHeadBytes) return std::nullopt;
  const WallTime now = clock.WallNow();
  const auto latest = std::chrono::floor<milliseconds>(now + kFurthest).time_since_epoch();
  const uint64_t instant =
      std::min(NumberAt(bytes, 1, kInstantBytes), static_cast<uint64_t>(latest.count()));
  const WallTime at{milliseconds(static_cast<int64_t>(instant))};
  CacheEntry kept;
  kept.kind = *kind;
  kept.next = bytes.substr(kHeadBytes, length);
  kept.text = bytes.substr(kHeadBytes + length);
  kept.at = clock.Now() - (now - at);
  return kept;
}

}  // namespace falcon::upstream
