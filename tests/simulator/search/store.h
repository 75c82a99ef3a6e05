// What the areas share: the world, its search engine, open cursors and rendered records.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "simulator/base/options.h"
#include "simulator/base/time.h"
#include "simulator/data/world.h"
#include "simulator/search/collection.h"
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

// The open cursors of all clients: `after`, scroll and next tokens, which expire by age or by use.
// Not synchronised: the owner guards it.
class Cursors {
 public:
  // `max_pages` 0: no limit.
  Cursors(Nanos lifetime, int max_pages, uint64_t seed)
      : lifetime_(lifetime), max_pages_(max_pages), seed_(seed) {}

  // Sets `expires` and returns the token. The token looks opaque and base64-like.
  std::string Open(Cursor cursor, Nanos now);
  // Null when unknown, expired or used up. Valid until the next call of Open or ExpireAll.
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

// Rendered records, kept up to a number of bytes for each collection. Not synchronised: the owner
// guards it.
class RecordCache {
 public:
  explicit RecordCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // The record's JSON text. Valid until the next call.
  std::string_view Text(const Collection& collection, uint32_t row);

 private:
  struct Entries {
    uint64_t version = 0;
    std::unordered_map<uint32_t, std::string> texts;
    std::deque<uint32_t> by_age;
    uint64_t bytes = 0;
  };

  uint64_t max_bytes_;
  std::unordered_map<const Collection*, Entries> by_collection_;
  std::string uncached_;
};

// Not synchronised: the simulator's mutex guards it.
struct Store {
  // `the_options` may leave out sizes; `options` holds the size of every area.
  explicit Store(const Options& the_options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The size that the flag `name` of an area sets.
  uint32_t Size(std::string_view name) const { return options.sizes.find(name)->second; }

  Options options;
  Clock clock;
  World world;
  Engine engine;
  Cursors cursors;
  RecordCache records;
};

}  // namespace falcon::simulator
