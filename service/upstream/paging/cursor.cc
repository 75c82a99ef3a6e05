// Between cursors and bytes; the last run of equal sort values.
#include "upstream/paging/cursor.h"

#include <utility>

#include "base/digest.h"
#include "google/protobuf/unknown_field_set.h"
#include "upstream/paging/cursor.pb.h"

namespace falcon::upstream {
namespace {

constexpr uint32_t kVersion = 3;
constexpr int64_t kMaxIssued = 9'000'000'000'000;  // in 2255; nanoseconds end soon after

// 800 KB a cursor; hosts enrolled in one second, or alerts of one millisecond, stay far below.
constexpr size_t kMaxSeen = 100'000;

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

TieDeduplicator::TieDeduplicator(const Cursor& cursor)
    : value_(cursor.seek_value),
      whole_(cursor.sent == 0 || !cursor.seek_value.empty()),
      seen_(cursor.seen),
      anchor_(cursor.anchor) {
  if (anchor_.empty() || anchor_ != value_) return;
  sent_before_.insert(seen_.begin(), seen_.end());
}

bool TieDeduplicator::AlreadySent(const std::string& sort_value, const std::string& id) const {
  return !sent_before_.empty() && sort_value == anchor_ && sent_before_.contains(IdHash(id));
}

void TieDeduplicator::Add(const std::string& sort_value, std::string id) {
  if (sort_value != value_) {
    // After records of unknown value, nobody knows whether this one is the first of its own.
    const bool unknown = value_.empty() && !whole_;
    value_ = sort_value;
    whole_ = !unknown;
    seen_.clear();
    ids_.clear();
  }
  if (sort_value.empty()) whole_ = false;
  ids_.push_back(std::move(id));
}

void TieDeduplicator::Save(Cursor& cursor) const {
  cursor.seek_value = value_;
  cursor.seen = seen_;
  if (!whole_ || seen_.size() + ids_.size() > kMaxSeen) {
    ForgetSeen(cursor);
    return;
  }
  for (const std::string& id : ids_) cursor.seen.push_back(IdHash(id));
}

}  // namespace falcon::upstream
