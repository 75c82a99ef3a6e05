// The open cursors of all clients: `after`, scroll and next tokens, which die by age or by use.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "simulator/base/time.h"
#include "simulator/fql/value.h"
#include "simulator/search/engine.h"

namespace falcon::simulator {

struct Cursor {
  std::string request;  // collection, filter and sort it belongs to
  // Seek cursors (`after`) stand behind this key and row of live data.
  fql::Value value;
  uint32_t row = 0;
  // Snapshot cursors (scroll, next) hold the rows of the first page.
  RowsPtr rows;
  size_t position = 0;
  int pages = 0;  // pages served by the chain so far
  Nanos expires = 0;
};

// Not synchronised: the owner guards it.
class Cursors {
 public:
  // `max_pages` 0: no limit.
  Cursors(Nanos lifetime, int max_pages, uint64_t seed)
      : lifetime_(lifetime), max_pages_(max_pages), seed_(seed) {}

  // Sets `expires` and returns the token. The token looks opaque and base64-like.
  std::string Open(Cursor cursor, Nanos now);
  // Nothing when unknown, expired or used up. Valid until the next call of Open or ExpireAll.
  const Cursor* Find(std::string_view token, Nanos now) const;
  void ExpireAll();
  Nanos lifetime() const { return lifetime_; }
  size_t open() const { return by_token_.size(); }

 private:
  Nanos lifetime_;
  int max_pages_;
  uint64_t seed_;
  uint64_t issued_ = 0;
  std::unordered_map<std::string, Cursor> by_token_;
  std::deque<std::pair<Nanos, std::string>> by_age_;
};

}  // namespace falcon::simulator
