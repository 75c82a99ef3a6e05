// Tie: the records at the end of what was sent that sort alike. Those are what a re-seek brings
// again.
#ifndef FALCON_UPSTREAM_PAGING_TIE_DEDUPLICATOR_H_
#define FALCON_UPSTREAM_PAGING_TIE_DEDUPLICATOR_H_

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "upstream/paging/page_token.h"

namespace falcon::upstream {

class TieDeduplicator {
 public:
  // As the page before left it.
  explicit TieDeduplicator(const Cursor& cursor);

  // Whether a re-seek brought the record again.
  bool Sent(const std::string& sort_value, const std::string& id) const;
  // The record was sent. `sort_value` empty: it has none, so that no re-seek can find its like.
  void Add(const std::string& sort_value, std::string id);
  // Writes seek_value and seen.
  void Save(Cursor& cursor) const;

 private:
  std::string value_;
  bool whole_;  // all records sent with value_ are known here
  std::vector<uint64_t> seen_;
  std::vector<std::string>
      ids_;  // after seen_; hashed when saved, since most ties end within the page
  std::string anchor_;
  std::unordered_set<uint64_t> sent_before_;  // inside the tie at anchor_
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_TIE_DEDUPLICATOR_H_
