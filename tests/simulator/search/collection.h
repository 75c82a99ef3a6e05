// A kind of record that can be searched: its schema, its rows and their values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/data/world.h"
#include "simulator/fql/schema.h"
#include "simulator/fql/value.h"

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
  // Another one after each change.
  virtual uint64_t version() const { return 0; }

  virtual std::string Id(uint32_t row) const = 0;
  virtual std::optional<uint32_t> Find(std::string_view id) const = 0;
  virtual Json Record(uint32_t row) const = 0;
  // Cheap for the fields people filter by; the others make the whole record first.
  virtual fql::Value Get(uint32_t row, const fql::Field& field) const = 0;
  // What free-text search looks through.
  virtual std::string FreeText(uint32_t row) const = 0;
  virtual bool Shown(uint32_t) const { return true; }
};

// The value at a dotted path of a record; arrays on the way are flattened.
fql::Value ValueAt(const Json& record, std::string_view path, fql::FieldType type);

class AlertCollection : public Collection {
 public:
  explicit AlertCollection(const World& world) : world_(world) {}

  std::string_view name() const override { return "alerts"; }
  const fql::Schema& schema() const override { return fql::AlertSchema(); }
  uint32_t last_row() const override { return world_.alerts(); }
  bool Lives(uint32_t row) const override { return world_.AlertLives(row); }
  uint64_t version() const override { return world_.version(); }
  std::string Id(uint32_t row) const override;
  std::optional<uint32_t> Find(std::string_view id) const override;
  Json Record(uint32_t row) const override;
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  std::string FreeText(uint32_t row) const override;
  bool Shown(uint32_t row) const override;

 private:
  const World& world_;
};

// Either the visible or the hidden hosts.
class HostCollection : public Collection {
 public:
  HostCollection(const World& world, bool hidden);

  std::string_view name() const override { return hidden_ ? "hidden" : "hosts"; }
  const fql::Schema& schema() const override { return fql::HostSchema(); }
  uint32_t first_row() const override { return hidden_ ? world_.hosts() : 0; }
  uint32_t last_row() const override {
    return hidden_ ? world_.hosts() + world_.hidden_hosts() : world_.hosts();
  }
  std::string Id(uint32_t row) const override;
  std::optional<uint32_t> Find(std::string_view id) const override;
  Json Record(uint32_t row) const override;
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  std::string FreeText(uint32_t row) const override;

 private:
  const World& world_;
  bool hidden_;
  // Of the first rows: what lists are filtered by most, and slow to make.
  std::vector<std::string> hostnames_;
};

// One row as filters see it. A view of `collection`.
class RowView : public fql::RecordView {
 public:
  RowView(const Collection& collection, uint32_t row) : collection_(collection), row_(row) {}
  fql::Value Get(const fql::Field& field) const override { return collection_.Get(row_, field); }

 private:
  const Collection& collection_;
  uint32_t row_;
};

}  // namespace falcon::simulator
