// By cache_entry.proto.
#include "upstream/cache/cache_entry.h"

#include <algorithm>

#include "upstream/cache/cache_entry.pb.h"

namespace falcon::upstream {
namespace {

// A later instant could be more than the clocks' types hold.
constexpr std::chrono::hours kMaxAhead{24};

}  // namespace

std::string EncodeCacheEntry(const CacheEntry& entry, const Clock& clock) {
  const auto age = std::chrono::duration_cast<WallTime::duration>(clock.Now() - entry.at);
  const auto at = std::chrono::floor<milliseconds>(clock.WallNow() - age).time_since_epoch();
  storage::CacheEntry message;
  message.set_kind(static_cast<storage::CacheEntry::Kind>(entry.kind));
  message.set_at_ms(at.count());
  message.set_text(entry.text);
  message.set_next(entry.next);
  return message.SerializeAsString();
}

std::optional<CacheEntry> DecodeCacheEntry(std::string_view bytes, const Clock& clock) {
  storage::CacheEntry message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  if (!storage::CacheEntry::Kind_IsValid(message.kind()) || message.at_ms() <= 0) {
    return std::nullopt;
  }
  const WallTime now = clock.WallNow();
  const auto latest = std::chrono::floor<milliseconds>(now + kMaxAhead).time_since_epoch();
  const WallTime at{std::min(milliseconds(message.at_ms()), milliseconds(latest))};
  CacheEntry entry;
  entry.kind = static_cast<CacheEntry::Kind>(message.kind());
  entry.next = std::move(*message.mutable_next());
  entry.text = std::move(*message.mutable_text());
  entry.at = clock.Now() - (now - at);
  return entry;
}

}  // namespace falcon::upstream
