// TieDeduplicator: the last records sent that have equal sort values, which a re-seek returns again.
#ifndef FALCON_UPSTREAM_PAGING_TIE_DEDUPLICATOR_H_
#define FALCON_UPSTREAM_PAGING_TIE_DEDUPLICATOR_H_

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "upstream/paging/cursor.h"

namespace falcon::upstream {

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

#endif  // FALCON_UPSTREAM_PAGING_TIE_DEDUPLICATOR_H_
