// Keeps the last run of equal sort values.
#include "upstream/paging/tie_deduplicator.h"

namespace falcon::upstream {
namespace {

// 800 KB a cursor; hosts enrolled in one second, or alerts of one millisecond, stay far below.
constexpr size_t kMaxSeen = 100'000;

}  // namespace

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
