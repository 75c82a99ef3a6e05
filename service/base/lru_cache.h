// LruCache: a map of bounded weight that forgets what was not used for longest.
#ifndef FALCON_BASE_LRU_CACHE_H_
#define FALCON_BASE_LRU_CACHE_H_

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace falcon {

// Weights are bytes, or 1 for each entry. Not thread-safe.
template <class Value>
class LruCache {
 public:
  explicit LruCache(size_t max_weight) : max_weight_(max_weight) {}

  // The entry under `key`, which counts as used; null if there is none, or not `usable(value)`.
  // The pointer is valid until the next Put or Erase.
  template <class Usable>
  const Value* Find(std::string_view key, const Usable& usable) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end() || !usable(std::as_const(found->second->value))) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  // The same without counting as a use.
  const Value* Peek(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->value;
  }

  // Replaces what is there, and evicts entries until the rest fits. False: `weight` alone is above
  // the maximum, and nothing is stored under `key`.
  bool Put(std::string key, Value value, size_t weight) {
    Erase(key);
    if (weight > max_weight_) return false;
    while (weight_ + weight > max_weight_) Drop(std::prev(entries_.end()));
    entries_.push_front({std::move(key), std::move(value), weight});
    by_key_.emplace(entries_.front().key, entries_.begin());
    weight_ += weight;
    return true;
  }

  void Erase(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) Drop(found->second);
  }

  size_t size() const { return entries_.size(); }
  size_t weight() const { return weight_; }
  size_t max_weight() const { return max_weight_; }

 private:
  struct Entry {
    std::string key;
    Value value;
    size_t weight;
  };
  using Entries = std::list<Entry>;

  void Drop(Entries::iterator entry) {
    weight_ -= entry->weight;
    by_key_.erase(entry->key);
    entries_.erase(entry);
  }

  const size_t max_weight_;
  size_t weight_ = 0;
  Entries entries_;  // the latest used first
  std::unordered_map<std::string_view, typename Entries::iterator> by_key_;  // keys of `entries_`
};

}  // namespace falcon

#endif  // FALCON_BASE_LRU_CACHE_H_
