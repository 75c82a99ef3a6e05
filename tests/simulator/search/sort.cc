// Computes each row's key once, then sorts the keys.
#include "simulator/search/sort.h"

#include <algorithm>
#include <compare>
#include <string>
#include <utility>

namespace falcon::simulator {
namespace {

template <typename T>
int Order(const T& left, const T& right, bool descending) {
  if (left == right) return 0;
  return (left < right) != descending ? -1 : 1;
}

template <typename Key>
struct Keyed {
  bool absent = false;
  Key key{};
  uint32_t row = 0;
};

template <typename Key, typename KeyOf>
void SortBy(const Collection& collection, const SortKey& sort, Rows* rows, KeyOf key_of) {
  std::vector<Keyed<Key>> keyed;
  keyed.reserve(rows->size());
  for (uint32_t row : *rows) {
    fql::Value value = collection.Get(row, sort.field);
    const bool absent = std::holds_alternative<std::monostate>(value);
    keyed.push_back({absent, absent ? Key{} : key_of(std::move(value)), row});
  }
  std::sort(keyed.begin(), keyed.end(), [&](const Keyed<Key>& left, const Keyed<Key>& right) {
    if (left.absent != right.absent) return right.absent;
    const int order = Order(left.key, right.key, sort.descending);
    return order != 0 ? order < 0 : left.row < right.row;
  });
  std::transform(keyed.begin(), keyed.end(), rows->begin(),
                 [](const Keyed<Key>& item) { return item.row; });
}

}  // namespace

int CompareValues(const fql::Value& left, const fql::Value& right, bool descending) {
  const bool left_absent = std::holds_alternative<std::monostate>(left);
  const bool right_absent = std::holds_alternative<std::monostate>(right);
  if (left_absent || right_absent) return left_absent == right_absent ? 0 : right_absent ? -1 : 1;
  if (const auto* instant = std::get_if<fql::Instant>(&left)) {
    const auto* other = std::get_if<fql::Instant>(&right);
    return other == nullptr ? 0 : Order(instant->nanos, other->nanos, descending);
  }
  if (const auto* number = std::get_if<double>(&left)) {
    const auto* other = std::get_if<double>(&right);
    return other == nullptr ? 0 : Order(*number, *other, descending);
  }
  return Order(fql::TextOf(left), fql::TextOf(right), descending);
}

void SortRows(const Collection& collection, const SortKey& key, Rows* rows) {
  switch (key.field.type) {
    case fql::FieldType::kTime:
      SortBy<Nanos>(collection, key, rows, [](fql::Value value) {
        const auto* instant = std::get_if<fql::Instant>(&value);
        return instant == nullptr ? 0 : instant->nanos;
      });
      return;
    case fql::FieldType::kNumber:
    case fql::FieldType::kEpoch:
      SortBy<double>(collection, key, rows, [](fql::Value value) {
        const auto* number = std::get_if<double>(&value);
        return number == nullptr ? 0 : *number;
      });
      return;
    default:
      SortBy<std::string>(collection, key, rows,
                          [](fql::Value value) { return fql::TextOf(value); });
  }
}

}  // namespace falcon::simulator
