// A kind of record that can be searched: its schema, its rows and their values.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/data/world.h"
#include "simulator/fql/schema.h"

namespace falcon::simulator {

class Collection {
 public:
  virtual ~Collection() = default;

  virtual std::string_view name() const = 0;
  virtual const fql::Schema& schema() const = 0;
  // Rows are first_row() to last_row()-1; some may be gone.
  virtual uint32_t first_row() const { return 0; }
  virtual uint32_t last_row() const = 0;
  virtual bool Lives(uint32_t row) const { return row >= first_row() && row < last_row(); }
  // Differs after each change.
  virtual uint64_t version() const { return 0; }

  virtual std::string Id(uint32_t row) const = 0;
  virtual std::optional<uint32_t> Find(std::string_view id) const = 0;
  virtual Json Record(uint32_t row) const = 0;
  // Cheap for the fields that most filters name; the others make the whole record first.
  virtual fql::Value Get(uint32_t row, const fql::Field& field) const = 0;
  // What free-text search looks through.
  virtual std::string FreeText(uint32_t) const { return ""; }
  virtual bool Shown(uint32_t) const { return true; }
};

// The value at a dotted path of a record; arrays on the way are flattened.
fql::Value ValueAt(const Json& record, std::string_view path, fql::FieldType type);
// The same at a field's own path.
fql::Value ValueAt(const Json& record, const fql::Field& field);

// A field whose value needs no whole record. It equals the record's value; a test compares them.
template <class View>
struct ShortCut {
  std::string_view name;
  fql::Value (*get)(const View&);
};

// The value of `field` by a short cut, of which `cuts` is sorted by name, or out of `whole()`.
template <class View, size_t N, class Whole>
fql::Value ValueBy(const std::array<ShortCut<View>, N>& cuts, const View& view,
                   const fql::Field& field, Whole whole) {
  const auto found = std::lower_bound(
      cuts.begin(), cuts.end(), field.name,
      [](const ShortCut<View>& cut, std::string_view key) { return cut.name < key; });
  if (found != cuts.end() && found->name == field.name) return found->get(view);
  return ValueAt(whole(), field);
}

// Absent when empty.
inline fql::Value Present(std::string_view text) {
  return text.empty() ? fql::Value() : fql::Value(std::string(text));
}
inline fql::Value Present(std::vector<std::string> list) {
  return list.empty() ? fql::Value() : fql::Value(std::move(list));
}

}  // namespace falcon::simulator
