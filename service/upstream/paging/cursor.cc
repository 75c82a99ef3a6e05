// Between cursors and bytes.
#include "upstream/paging/cursor.h"

#include <utility>

#include "base/digest.h"
#include "google/protobuf/unknown_field_set.h"
#include "upstream/paging/cursor.pb.h"

namespace falcon::upstream {
namespace {

constexpr uint32_t kVersion = 3;
constexpr int64_t kMaxIssued = 9'000'000'000'000;  // in 2255; nanoseconds end soon after

}  // namespace

std::optional<int64_t> TotalSize(const Cursor& cursor) {
  return cursor.dropped == 0 ? cursor.total : std::nullopt;
}

void ForgetSeen(Cursor& cursor) {
  if (!cursor.anchor.empty() && cursor.anchor == cursor.seek_value) {
    cursor.upstream.clear();
    cursor.skip = 0;
  }
  cursor.seek_value.clear();
  cursor.seen.clear();
}

uint64_t IdHash(std::string_view id) {
  const Digest digest = Sha256(id);
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof(hash); ++i) hash = (hash << 8) | digest[i];
  return hash;
}

std::string EncodeCursor(const Cursor& cursor) {
  storage::Cursor message;
  message.set_version(kVersion);
  message.set_upstream(cursor.upstream);
  message.set_offset(cursor.offset);
  message.set_filter(cursor.filter);
  message.set_anchor(cursor.anchor);
  message.set_seek_value(cursor.seek_value);
  message.mutable_seen()->Add(cursor.seen.begin(), cursor.seen.end());
  message.set_sent(cursor.sent);
  message.set_dropped(cursor.dropped);
  if (cursor.total.has_value()) message.set_total(*cursor.total);
  message.set_issued_ms(
      std::chrono::duration_cast<milliseconds>(cursor.issued.time_since_epoch()).count());
  message.set_pages(cursor.pages);
  message.set_mark(cursor.mark);
  message.set_skip(cursor.skip);
  message.set_skip_mark(cursor.skip_mark);
  return message.SerializeAsString();
}

std::optional<Cursor> DecodeCursor(std::string_view bytes) {
  storage::Cursor message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  const bool ours = message.version() == kVersion && unknown.empty();
  const int64_t issued = message.issued_ms();
  if (!ours || message.skip() < 0 || issued < 0 || issued > kMaxIssued) return std::nullopt;
  Cursor cursor;
  cursor.upstream = std::move(*message.mutable_upstream());
  cursor.offset = message.offset();
  cursor.filter = std::move(*message.mutable_filter());
  cursor.anchor = std::move(*message.mutable_anchor());
  cursor.seek_value = std::move(*message.mutable_seek_value());
  cursor.seen.assign(message.seen().begin(), message.seen().end());
  cursor.sent = message.sent();
  cursor.dropped = message.dropped();
  if (message.has_total()) cursor.total = message.total();
  cursor.issued = WallTime(milliseconds(issued));
  cursor.pages = message.pages();
  cursor.mark = message.mark();
  cursor.skip = message.skip();
  cursor.skip_mark = message.skip_mark();
  return cursor;
}

}  // namespace falcon::upstream
