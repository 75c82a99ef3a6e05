// Cursor: where a list or an export stands; TieDeduplicator: what it need not send again.
#ifndef FALCON_UPSTREAM_PAGING_CURSOR_H_
#define FALCON_UPSTREAM_PAGING_CURSOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/time.h"

namespace falcon::upstream {

struct Cursor {
  std::string upstream;  // Falcon's own cursor (after, next); empty: none
  int64_t offset = 0;    // rows of its query that lie before `upstream`, where that is no number
  // FQL of the first page: `days` is anchored there, so that later pages ask the same.
  std::string filter;
  // The value that the last re-seek started from; `upstream` belongs to that query. Empty: none.
  std::string anchor;
  // Sort value of the last record sent, as FQL compares it. Empty: not known, so that a dead cursor
  // cannot be passed.
  std::string seek_value;
  // IdHash of all IDs sent that carry seek_value: left out after a re-seek.
  std::vector<uint64_t> seen;
  int64_t sent = 0;     // records passed so far: sent, or `dropped`
  int64_t dropped = 0;  // since their name only begins like the requested one
  std::optional<int64_t> total;
  // Of `upstream`: Falcon's cursors die in about two minutes. Whole milliseconds in a token.
  WallTime issued{};
  // Brent's guard against loops: the hash of one earlier cursor, taken anew whenever the count of
  // pages doubles.
  int64_t pages = 0;
  uint64_t mark = 0;
  // Rows of the page at `upstream` that were answered already, and IdHash of the last of them: an
  // answer that would have been too large ended there.
  int64_t skip = 0;
  uint64_t skip_mark = 0;

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// How many records match in all, if Falcon's count is known and holds: it includes dropped ones.
std::optional<int64_t> TotalSize(const Cursor& cursor);

// Gives up what a re-seek needs, because it takes too much room. Falcon's own cursor stays, unless
// a re-seeked query stands inside a tie: without `seen` its records would come twice.
void ForgetSeen(Cursor& cursor);

// The same on every replica.
uint64_t IdHash(std::string_view id);

// As cursor.proto.
std::string EncodeCursor(const Cursor& cursor);
// Nullopt for anything that EncodeCursor of this version did not write.
std::optional<Cursor> DecodeCursor(std::string_view bytes);

// The last records sent that have equal sort values, which a re-seek returns again.
class TieDeduplicator {
 public:
  // As the page before left it.
  explicit TieDeduplicator(const Cursor& cursor);

  // Whether a re-seek returned a record that was sent before.
  bool AlreadySent(const std::string& sort_value, const std::string& id) const;
  // A record was sent. An empty `sort_value` means that it has none, so that no re-seek can find
  // others like it.
  void Add(const std::string& sort_value, std::string id);
  // Writes seek_value and seen.
  void Save(Cursor& cursor) const;

 private:
  std::string value_;
  bool whole_;  // all records sent with value_ are known here
  std::vector<uint64_t> seen_;
  // After seen_. Hashed when saved, since most ties end within the page.
  std::vector<std::string> ids_;
  std::string anchor_;
  std::unordered_set<uint64_t> sent_before_;  // inside the tie at anchor_
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_CURSOR_H_
