// Indicators as rows, and the FQL fields that they are searched by.
#include <algorithm>
#include <array>

#include "simulator/data/ioc.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;
using enum fql::FieldType;

// Sorted by name. Everything else is 400.
constexpr auto kFields = std::to_array<Field>({
    {"action", kText},
    {"applied_globally", kBoolean},
    {"created_by", kText},
    {"created_on", kTime},
    {"deleted", kBoolean},
    {"expiration", kTime},
    {"expired", kBoolean},
    {"host_groups", kArray},
    {"metadata.av_hits", kNumber},
    {"metadata.company_name.raw", kText, "metadata.company_name"},
    {"metadata.filename.raw", kText, "metadata.filename"},
    {"metadata.original_filename.raw", kText, "metadata.original_filename"},
    {"metadata.product_name.raw", kText, "metadata.product_name"},
    {"metadata.product_version", kText},
    {"modified_by", kText},
    {"modified_on", kTime},
    {"platforms", kArray},
    {"severity_number", kNumber},
    {"source", kText},
    {"tags", kArray},
    {"type", kText},
    {"value", kText},
});
constexpr fql::Schema kSchema = {.fields = kFields,
                                 .opens = {},
                                 .stars = fql::Stars::kOperator,
                                 .bare_star = false,
                                 .patterns_in_arrays = true};

struct ShortCut {
  std::string_view name;
  Value (*get)(const Ioc&);
};

// Sorted by name. Each must say what the record says; a test compares them.
constexpr auto kShortCuts = std::to_array<ShortCut>({
    {"action", [](const Ioc& i) { return Value(std::string(i.Action())); }},
    {"applied_globally", [](const Ioc& i) { return Value(i.AppliedGlobally()); }},
    {"created_by", [](const Ioc& i) { return Value(std::string(i.CreatedBy())); }},
    {"created_on", [](const Ioc& i) { return Value(Instant{i.Created()}); }},
    {"expiration",
     [](const Ioc& i) { return i.Expiration() ? Value(Instant{*i.Expiration()}) : Value(); }},
    {"expired", [](const Ioc& i) { return Value(i.Expired()); }},
    {"modified_by", [](const Ioc& i) { return Value(std::string(i.ModifiedBy())); }},
    {"modified_on", [](const Ioc& i) { return Value(Instant{i.Modified()}); }},
    {"platforms", [](const Ioc& i) { return Value(i.Platforms()); }},
    // Filters know the number, records the word.
    {"severity_number",
     [](const Ioc& i) {
       return i.SeverityNumber() == 0 ? Value() : Value(double(i.SeverityNumber()));
     }},
    {"source", [](const Ioc& i) { return Value(std::string(i.Source())); }},
    {"type", [](const Ioc& i) { return Value(std::string(i.TypeWord())); }},
    {"value", [](const Ioc& i) { return Value(i.Value()); }},
});

}  // namespace

const fql::Schema& IocCollection::schema() const { return kSchema; }

std::optional<uint32_t> IocCollection::Find(std::string_view id) const {
  const std::optional<uint32_t> row = Ioc::IndexOf(world_, id);
  return row && *row < size_ ? row : std::nullopt;
}

Json IocCollection::Record(uint32_t row) const {
  Json record = Ioc(world_, row).Record();
  if (world_.corrupt_every() != 0 && row % world_.corrupt_every() == world_.corrupt_every() - 1) {
    record["severity"] = {{"unexpected", "object"}};
    record["tags"] = {{"unexpected", "object"}};
    record["expired"] = "perhaps";
  }
  return record;
}

Value IocCollection::Get(uint32_t row, const Field& field) const {
  const Ioc ioc(world_, row);
  const auto* const found =
      std::lower_bound(kShortCuts.begin(), kShortCuts.end(), field.name,
                       [](const ShortCut& cut, std::string_view key) { return cut.name < key; });
  if (found != kShortCuts.end() && found->name == field.name) return found->get(ioc);
  return ValueAt(ioc.Record(), field.path.empty() ? field.name : field.path, field.type);
}

std::string IocCollection::FreeText(uint32_t row) const {
  const Ioc ioc(world_, row);
  std::string text = ioc.Value();
  for (std::string_view part : {ioc.TypeWord(), ioc.Action(), ioc.Source(), ioc.CreatedBy()})
    text.append(" ").append(part);
  return text;
}

}  // namespace falcon::simulator
