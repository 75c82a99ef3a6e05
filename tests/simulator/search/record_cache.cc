// First in, first out: look-ups of a benchmark are either all hits or all misses, so recency buys
// nothing.
#include "simulator/search/record_cache.h"

#include <utility>

namespace falcon::simulator {

std::string_view RecordCache::Text(const Collection& collection, uint32_t row) {
  Shelf& shelf = shelves_[&collection];
  if (shelf.version != collection.version())
    shelf = Shelf{.version = collection.version(), .texts = {}, .by_age = {}};
  if (const auto found = shelf.texts.find(row); found != shelf.texts.end()) return found->second;
  std::string text = ToText(collection.Record(row));
  if (text.size() > max_bytes_) return uncached_ = std::move(text);
  shelf.bytes += text.size();
  while (shelf.bytes > max_bytes_) {
    const auto oldest = shelf.texts.find(shelf.by_age.front());
    shelf.bytes -= oldest->second.size();
    shelf.texts.erase(oldest);
    shelf.by_age.pop_front();
  }
  shelf.by_age.push_back(row);
  return shelf.texts.emplace(row, std::move(text)).first->second;
}

}  // namespace falcon::simulator
