// Records of service level agreements, templates and attached files.
#include "simulator/data/case_settings.h"

#include <array>
#include <cstdio>

#include "simulator/data/case.h"

namespace falcon::simulator {
namespace {

using enum fql::FieldType;

constexpr std::array<std::string_view, kSlas> kSlaNames = {"Critical", "High", "Standard"};
constexpr std::array<int64_t, kSlas> kAcknowledge = {900, 3600, 8 * 3600};
constexpr std::array<int64_t, kSlas> kResolve = {4 * 3600, 24 * 3600, 5 * 24 * 3600};
constexpr std::array<std::string_view, kTemplates> kTemplateNames = {"Intrusion", "Malware",
                                                                     "Identity", "Phishing"};

// Sorted by name.
constexpr std::array kSettingFields = std::to_array<fql::Field>({
    {"cid", kText},
    {"created_by_name", kText},
    {"created_timestamp", kTime},
    {"id", kText},
    {"name", kText},
    {"updated_by_name", kText},
    {"updated_timestamp", kTime},
});
constexpr std::array kFileFields = std::to_array<fql::Field>({
    {"case_id", kText},
    {"cid", kText},
    {"file_size", kText},
    {"id", kText},
    {"name", kText},
});
constexpr fql::Schema kSettingSchema = {kSettingFields, {}};
constexpr fql::Schema kFileSchema = {kFileFields, {}};

void AddHistory(const World& world, Json* record) {
  const Json actor = {{"cid", world.cid()},
                      {"client_id", ""},
                      {"user_uuid", Rng(1, 1, 99).Uuid(1)},
                      {"username", "lead.analyst@example.com"}};
  (*record)["created_by"] = actor;
  (*record)["created_by_name"] = "Dana Diaz";
  (*record)["created_timestamp"] = FormatTime(world.anchor() - 200 * kDay, 9);
  (*record)["updated_by"] = actor;
  (*record)["updated_by_name"] = "Dana Diaz";
  (*record)["updated_timestamp"] = FormatTime(world.anchor() - 100 * kDay, 9);
}

Json Goal(std::string_view type, int64_t seconds, const std::string& group) {
  return {{"type", type},
          {"duration_seconds", seconds},
          {"escalation_policy",
           {{"steps", Json::array({{{"escalate_after_seconds", seconds / 2},
                                    {"notification_group_id", group}}})}}}};
}

}  // namespace

std::string_view SlaName(uint32_t row) { return kSlaNames[row]; }
std::string_view TemplateName(uint32_t row) { return kTemplateNames[row]; }
int64_t AcknowledgeWithin(uint32_t sla) { return kAcknowledge[sla]; }
int64_t ResolveWithin(uint32_t sla) { return kResolve[sla]; }

std::string CaseSettings::Id(uint32_t row) const {
  return Rng(world_.seed(), kind_, row).Hex(1, 24) + Hex8(Scramble(row));
}

std::optional<uint32_t> CaseSettings::Find(std::string_view id) const {
  uint32_t scrambled = 0;
  if (id.size() != 32 || !ParseHex8(id.substr(24), &scrambled)) return std::nullopt;
  const uint32_t row = Unscramble(scrambled);
  return Lives(row) && Id(row) == id ? std::optional<uint32_t>(row) : std::nullopt;
}

fql::Value CaseSettings::Get(uint32_t row, const fql::Field& field) const {
  return ValueAt(Record(row), field.name, field.type);
}

std::string CaseSettings::FreeText(uint32_t row) const {
  return Record(row)["name"].get<std::string>();
}

const fql::Schema& SlaCollection::schema() const { return kSettingSchema; }

Json SlaCollection::Record(uint32_t row) const {
  const std::string group = Rng(world().seed(), 35, 0).Hex(1, 32);
  Json record = {{"id", Id(row)},
                 {"cid", world().cid()},
                 {"name", SlaName(row)},
                 {"description", ""},
                 {"goals", Json::array({Goal("ack", AcknowledgeWithin(row), group),
                                        Goal("resolve", ResolveWithin(row), group)})}};
  AddHistory(world(), &record);
  return record;
}

const fql::Schema& TemplateCollection::schema() const { return kSettingSchema; }

Json TemplateCollection::Record(uint32_t row) const {
  const Rng rng(world().seed(), 36, row);
  const std::string sla = SlaCollection(world()).Id(row % kSlas);
  Json rule = {{"id", rng.Hex(1, 32)},
               {"condition", "severity:>=80"},
               {"sla_id", SlaCollection(world()).Id(0)},
               {"type", "fql"}};
  Json option = {{"id", rng.Hex(2, 32)}, {"value", "Phishing"}};
  Json field = {{"id", rng.Hex(3, 32)},     {"name", "Attack vector"}, {"data_type", "string"},
                {"input_type", "dropdown"}, {"default_value", ""},     {"required", false},
                {"multivalued", true},      {"display_order", 1}};
  AddHistory(world(), &rule);
  AddHistory(world(), &option);
  AddHistory(world(), &field);
  field["options"] = Json::array({option});
  Json record = {{"id", Id(row)},
                 {"cid", world().cid()},
                 {"name", TemplateName(row)},
                 {"description", ""},
                 {"sla_id", sla},
                 {"sla_method", "rules"},
                 {"sla_rules", Json::array({rule})},
                 {"fields", Json::array({field})},
                 {"workflows", Json::array({{{"id", rng.Hex(4, 32)}, {"display_order", 0}}})},
                 {"access_tags",
                  Json::array({{{"id", rng.Hex(5, 32)},
                                {"cid", world().cid()},
                                {"key", "SOC"},
                                {"has_access", true},
                                {"templates",
                                 Json::array({{{"id", Id(row)}, {"name", TemplateName(row)}}})}}})},
                 {"has_access", true}};
  AddHistory(world(), &record);
  return record;
}

const fql::Schema& AttachmentCollection::schema() const { return kFileSchema; }

Json AttachmentCollection::Record(uint32_t row) const {
  const Rng rng(world().seed(), 37, row);
  const Case of(world(), row < kStoryFiles ? 0 : 1 + 2 * (row - kStoryFiles));
  const uint32_t bytes = 1024 * (1 + rng.Below(1, 4096));
  char size[24];
  std::snprintf(size, sizeof size, "%.1f KB", bytes / 1024.0);
  // A hostile name: a right-to-left override hides its extension.
  const std::string name =
      row == 5 ? "invoice\u202Egpj.exe" : "evidence-" + std::to_string(row) + ".png";
  return {{"id", Id(row)},
          {"case_id", of.Id()},
          {"cid", world().cid()},
          {"name", name},
          {"description", row % 2 == 0 ? "Screenshot" : ""},
          {"file_type", "image/png"},
          {"file_size", size},
          {"file_size_bytes", bytes},
          {"hash_value", rng.Hex(2, 64)},
          {"source", "upload"},
          {"uploaded_by", "analyst@example.com"},
          {"uploaded_on", FormatTime(of.Created() + row % 7 * kMinute, 3)}};
}

}  // namespace falcon::simulator
