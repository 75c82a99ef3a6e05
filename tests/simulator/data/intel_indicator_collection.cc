// Intel indicators as rows, and the FQL fields that they are searched by.
#include <algorithm>
#include <array>

#include "simulator/data/intel_indicator.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Value;
using enum fql::FieldType;

// Sorted by name. Everything else is 400.
constexpr auto kFields = std::to_array<Field>({
    {"_marker", kText},
    {"actors", kArray},
    {"created_date", kEpoch, "published_date"},
    {"deleted", kBoolean},
    {"domain_types", kArray},
    {"id", kText},
    {"indicator", kText},
    {"ip_address_types", kArray},
    {"kill_chains", kArray},
    {"labels", kArray, "labels.name"},
    {"labels.created_on", kNumber},
    {"labels.last_valid_on", kNumber},
    {"labels.name", kArray},
    {"last_updated", kEpoch},
    {"malicious_confidence", kText},
    {"malware_families", kArray},
    {"published_date", kEpoch},
    {"reports", kArray},
    {"reports.slug", kArray, "reports"},
    {"scope", kText},
    {"targets", kArray},
    {"threat_types", kArray},
    {"type", kText},
    {"vulnerabilities", kArray},
});
constexpr fql::Schema kSchema = {kFields, {}, fql::Stars::kOperator, false, false};

struct ShortCut {
  std::string_view name;
  Value (*get)(const IntelIndicator&);
};

Value Present(std::vector<std::string> list) {
  return list.empty() ? Value() : Value(std::move(list));
}

// Sorted by name. Each must say what the record says; a test compares them.
constexpr auto kShortCuts = std::to_array<ShortCut>({
    {"_marker", [](const IntelIndicator& i) { return Value(i.Marker()); }},
    {"actors", [](const IntelIndicator& i) { return Present(i.Actors()); }},
    {"deleted", [](const IntelIndicator& i) { return Value(i.Deleted()); }},
    {"id", [](const IntelIndicator& i) { return Value(i.Id()); }},
    {"indicator", [](const IntelIndicator& i) { return Value(i.Indicator()); }},
    {"kill_chains", [](const IntelIndicator& i) { return Present(i.KillChains()); }},
    {"last_updated", [](const IntelIndicator& i) { return Value(double(i.Updated())); }},
    {"malicious_confidence",
     [](const IntelIndicator& i) { return Value(std::string(i.Confidence())); }},
    {"malware_families", [](const IntelIndicator& i) { return Present(i.Families()); }},
    {"published_date", [](const IntelIndicator& i) { return Value(double(i.Published())); }},
    {"threat_types", [](const IntelIndicator& i) { return Present(i.ThreatTypes()); }},
    {"type", [](const IntelIndicator& i) { return Value(std::string(i.Type())); }},
});

}  // namespace

const fql::Schema& IntelIndicatorCollection::schema() const { return kSchema; }

std::optional<uint32_t> IntelIndicatorCollection::Find(std::string_view id) const {
  return IntelIndicator::IndexOf(world_, sizes_, id);
}

Json IntelIndicatorCollection::Record(uint32_t row) const {
  Json record = At(row).Record();
  if (world_.corrupt_every() != 0 && row % world_.corrupt_every() == world_.corrupt_every() - 1) {
    record["malicious_confidence"] = {{"unexpected", "object"}};
    record["actors"] = {{"unexpected", "object"}};
    record["last_updated"] = "lately";
  }
  return record;
}

Value IntelIndicatorCollection::Get(uint32_t row, const Field& field) const {
  const IntelIndicator indicator = At(row);
  const auto* const found =
      std::lower_bound(kShortCuts.begin(), kShortCuts.end(), field.name,
                       [](const ShortCut& cut, std::string_view key) { return cut.name < key; });
  if (found != kShortCuts.end() && found->name == field.name) return found->get(indicator);
  return ValueAt(indicator.Record(), field.path.empty() ? field.name : field.path, field.type);
}

std::string IntelIndicatorCollection::FreeText(uint32_t row) const {
  const IntelIndicator indicator = At(row);
  std::string text = indicator.Id();
  for (const auto& words : {indicator.Families(), indicator.Actors(), indicator.ThreatTypes()}) {
    for (const std::string& word : words) text.append(" ").append(word);
  }
  return text;
}

}  // namespace falcon::simulator
