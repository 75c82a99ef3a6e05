// Issue and expiry of cursors, the cache of records, and the sizes of the data.
#include "simulator/search/store.h"

#include "simulator/areas/area.h"
#include "simulator/base/rng.h"

namespace falcon::simulator {
namespace {

Options WithDefaultSizes(Options options) {
  for (const AreaType* area : AreaTypes()) {
    for (const SizeFlag& size : area->sizes) {
      options.sizes.emplace(std::string(size.name), size.default_value);
    }
  }
  return options;
}

}  // namespace

std::string Cursors::Open(Cursor cursor, Nanos now) {
  while (!by_age_.empty() && by_age_.front().first <= now) {
    by_token_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  constexpr uint64_t kCursorKind = 20;
  std::string token = "WzE3" + Rng(seed_, kCursorKind, ++issued_).Hex(1, 40) + "==";
  cursor.expires = now + lifetime_;
  by_age_.emplace_back(cursor.expires, token);
  by_token_[token] = std::move(cursor);
  return token;
}

const Cursor* Cursors::Find(std::string_view token, Nanos now) const {
  const auto found = by_token_.find(std::string(token));
  if (found == by_token_.end() || found->second.expires <= now) return nullptr;
  if (max_pages_ > 0 && found->second.pages >= max_pages_) return nullptr;
  return &found->second;
}

void Cursors::ExpireAll() {
  by_token_.clear();
  by_age_.clear();
}

// First in, first out: the look-ups of a benchmark are either all hits or all misses, so recency
// gains nothing.
std::string_view RecordCache::Text(const Collection& collection, uint32_t row) {
  Entries& entries = by_collection_[&collection];
  if (entries.version != collection.version())
    entries = Entries{.version = collection.version(), .texts = {}, .by_age = {}};
  if (const auto found = entries.texts.find(row); found != entries.texts.end())
    return found->second;
  std::string text = ToText(collection.Record(row));
  if (text.size() > max_bytes_) return uncached_ = std::move(text);
  entries.bytes += text.size();
  while (entries.bytes > max_bytes_) {
    const auto oldest = entries.texts.find(entries.by_age.front());
    entries.bytes -= oldest->second.size();
    entries.texts.erase(oldest);
    entries.by_age.pop_front();
  }
  entries.by_age.push_back(row);
  return entries.texts.emplace(row, std::move(text)).first->second;
}

Store::Store(const Options& the_options)
    : options(WithDefaultSizes(the_options)),
      clock(options.now_function, options.now),
      world(options, options.now == 0 ? clock.DataNow() : options.now),
      engine(options.lenient_unknown_fields),
      cursors(options.cursor_lifetime_seconds * kSecond, options.cursor_uses, options.seed),
      records(options.record_cache_bytes) {}

}  // namespace falcon::simulator
