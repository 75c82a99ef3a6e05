// What stands around cases: service level agreements, templates and attached files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/data/world.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {

inline constexpr uint32_t kSlas = 3;
inline constexpr uint32_t kTemplates = 4;
// Attached files of the story's case; every second other case has one.
inline constexpr uint32_t kStoryFiles = 23;

std::string_view SlaName(uint32_t row);
std::string_view TemplateName(uint32_t row);
int64_t AcknowledgeWithin(uint32_t sla);  // seconds
int64_t ResolveWithin(uint32_t sla);      // seconds

// Rows whose ids hide their number.
class CaseSettings : public Collection {
 public:
  CaseSettings(const World& world, std::string_view name, uint64_t kind, uint32_t rows)
      : world_(world), name_(name), kind_(kind), rows_(rows) {}

  std::string_view name() const override { return name_; }
  uint32_t last_row() const override { return rows_; }
  std::string Id(uint32_t row) const override;
  std::optional<uint32_t> Find(std::string_view id) const override;
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  std::string FreeText(uint32_t row) const override;

 protected:
  const World& world() const { return world_; }

 private:
  const World& world_;
  std::string_view name_;
  uint64_t kind_;
  uint32_t rows_;
};

class SlaCollection : public CaseSettings {
 public:
  explicit SlaCollection(const World& world) : CaseSettings(world, "slas", 32, kSlas) {}
  const fql::Schema& schema() const override;
  Json Record(uint32_t row) const override;
};

class TemplateCollection : public CaseSettings {
 public:
  explicit TemplateCollection(const World& world)
      : CaseSettings(world, "templates", 33, kTemplates) {}
  const fql::Schema& schema() const override;
  Json Record(uint32_t row) const override;
};

class AttachmentCollection : public CaseSettings {
 public:
  explicit AttachmentCollection(const World& world)
      : CaseSettings(world, "attachments", 34,
                     world.cases() == 0 ? 0 : kStoryFiles + (world.cases() - 1) / 2) {}
  const fql::Schema& schema() const override;
  Json Record(uint32_t row) const override;
};

}  // namespace falcon::simulator
