// Sessions as JSON, and their FQL fields.
#include <algorithm>
#include <array>

#include "simulator/data/rtr_session.h"

namespace falcon::simulator {
namespace {

using fql::Instant;
using fql::Value;
using enum fql::FieldType;

// Sorted by name.
constexpr auto kFields = std::to_array<fql::Field>({
    {"aid", kText, "device_id"},
    {"base_command", kArray, "logs.base_command"},
    {"cloud_request_id", kArray, "cloud_request_ids"},
    {"command_string", kArray, "logs.command_string"},
    {"commands_queued", kBoolean},
    {"created_at", kTime},
    {"date_created", kTime, "created_at", true},
    {"deleted_at", kTime},
    {"hostname", kText},
    {"id", kText},
    {"offline_queued", kBoolean},
    {"origin", kText},
    {"updated_at", kTime},
    {"user_id", kText},
});
constexpr auto kAuditFields = std::to_array<fql::Field>({
    {"aid", kText, "device_id"},
    {"base_command", kArray, "logs.base_command"},
    {"cloud_request_id", kArray, "cloud_request_ids"},
    {"command_string", kArray, "logs.command_string"},
    {"created_at", kTime},
    {"deleted_at", kTime},
    {"hostname", kText},
    {"origin", kText},
    {"updated_at", kTime},
    {"user_id", kText},
});
constexpr fql::Schema kSchema = {.fields = kFields, .opens = {}, .patterns_in_arrays = true};
constexpr fql::Schema kAuditSchema = {
    .fields = kAuditFields, .opens = {}, .patterns_in_arrays = true};

struct ShortCut {
  std::string_view name;
  Value (*get)(const RtrSession&);
};

Value Commands(const RtrSession& session, std::string_view RtrCommand::* part) {
  std::vector<std::string> texts;
  for (const RtrCommand& command : session.Commands()) texts.emplace_back(command.*part);
  return texts;
}

// Sorted by name. Each must say what the record says; a test compares them.
constexpr auto kShortCuts = std::to_array<ShortCut>({
    {"aid", [](const RtrSession& s) { return Value(s.Target().DeviceId()); }},
    {"base_command", [](const RtrSession& s) { return Commands(s, &RtrCommand::base); }},
    {"command_string", [](const RtrSession& s) { return Commands(s, &RtrCommand::line); }},
    {"created_at", [](const RtrSession& s) { return Value(Instant{s.Created()}); }},
    {"deleted_at",
     [](const RtrSession& s) {
       const std::optional<Nanos> deleted = s.Deleted();
       return deleted ? Value(Instant{*deleted}) : Value();
     }},
    {"hostname", [](const RtrSession& s) { return Value(s.Target().Hostname()); }},
    {"id", [](const RtrSession& s) { return Value(s.Id()); }},
    {"offline_queued", [](const RtrSession& s) { return Value(s.OfflineQueued()); }},
    {"origin", [](const RtrSession& s) { return Value(s.Origin()); }},
    {"updated_at", [](const RtrSession& s) { return Value(Instant{s.Updated()}); }},
    {"user_id", [](const RtrSession& s) { return Value(s.UserId()); }},
});

Json InstantOrNull(std::optional<Nanos> instant) {
  return instant ? Json(FormatTime(*instant)) : Json();
}

}  // namespace

Json RtrSession::Logs() const {
  Json logs = Json::array();
  const std::vector<RtrCommand> commands = Commands();
  const std::vector<std::string> requests = RequestIds();
  const auto count = static_cast<Nanos>(commands.size());
  const Nanos step = (Updated() - Created()) / count / kSecond * kSecond;
  for (size_t i = 0; i < commands.size(); ++i) {
    const Nanos sent = Created() + static_cast<Nanos>(i) * step;
    logs.push_back({{"id", int64_t{100'000} + index_ * int64_t{16} + static_cast<int64_t>(i)},
                    {"session_id", Id()},
                    {"cloud_request_id", requests[i]},
                    {"base_command", commands[i].base},
                    {"command_string", commands[i].line},
                    {"current_directory", Target().platform() == Platform::kWindows ? "C:\\" : "/"},
                    {"created_at", FormatTime(sent)},
                    {"updated_at", FormatTime(sent + kSecond)}});
  }
  return logs;
}

// The keys of the host's record that a session repeats.
Json RtrSession::DeviceDetails() const {
  static constexpr auto kKeys = std::to_array<std::string_view>({
      "agent_version",
      "config_id_base",
      "config_id_build",
      "config_id_platform",
      "deployment_type",
      "device_id",
      "external_ip",
      "first_login_timestamp",
      "first_login_user",
      "first_seen",
      "hostname",
      "last_login_timestamp",
      "last_login_user",
      "last_seen",
      "local_ip",
      "mac_address",
      "machine_domain",
      "major_version",
      "minor_version",
      "modified_timestamp",
      "notes",
      "os_version",
      "ou",
      "platform_id",
      "platform_name",
      "product_type",
      "product_type_desc",
      "release_group",
      "site_name",
      "system_manufacturer",
      "system_product_name",
      "status",
      "tags",
  });
  const Json host = Target().Record();
  Json details;
  for (const std::string_view key : kKeys) {
    const auto found = host.find(key);
    if (found != host.end()) details[std::string(key)] = *found;
  }
  details["last_seen_ago_seconds"] = (world_.anchor() - Target().LastSeen()) / kSecond;
  details["device_policies"] = {
      {"remote_response", {{"policy_id", Dice(world_.seed(), 33, 0).Hex(1, 32)}}}};
  return details;
}

Json RtrSession::Record() const {
  const Host host = Target();
  return {{"id", Id()},
          {"cid", world_.cid()},
          {"cloud_request_ids", RequestIds()},
          {"commands_queued", CommandsQueued()},
          {"created_at", FormatTime(Created())},
          {"updated_at", FormatTime(Updated())},
          {"deleted_at", InstantOrNull(Deleted())},
          {"device_details", DeviceDetails()},
          {"device_id", host.DeviceId()},
          {"duration", static_cast<double>(Updated() - Created()) / kSecond},
          {"hostname", host.Hostname()},
          {"logs", Logs()},
          {"offline_queued", OfflineQueued()},
          {"origin", Origin()},
          {"platform_id", host.platform() == Platform::kWindows ? 0
                          : host.platform() == Platform::kMac   ? 1
                                                                : 3},
          {"platform_name", host.PlatformName()},
          {"pwd", host.platform() == Platform::kWindows ? "C:\\" : "/"},
          {"user_id", UserId()},
          {"user_uuid", UserUuid()}};
}

Json RtrSession::QueuedJob() const {
  Json commands = Json::array();
  for (const Json& log : Logs()) {
    commands.push_back({{"base_command", log["base_command"]},
                        {"command_string", log["command_string"]},
                        {"cloud_request_id", log["cloud_request_id"]},
                        {"created_at", log["created_at"]},
                        {"updated_at", log["updated_at"]},
                        {"deleted_at", nullptr},
                        {"status", Deleted() ? "FINISHED" : "PENDING"}});
  }
  return {{"id", Id()},
          {"aid", Target().DeviceId()},
          {"user_id", UserId()},
          {"user_uuid", UserUuid()},
          {"created_at", FormatTime(Created())},
          {"updated_at", FormatTime(Updated())},
          {"deleted_at", InstantOrNull(Deleted())},
          {"status", Deleted() ? "FINISHED" : "PENDING"},
          {"Commands", std::move(commands)}};
}

const fql::Schema& RtrSessionCollection::schema() const { return audit_ ? kAuditSchema : kSchema; }

std::optional<uint32_t> RtrSessionCollection::Find(std::string_view id) const {
  const std::optional<uint32_t> index = RtrSession::IndexOf(id);
  if (!index || !Lives(*index) || Id(*index) != id) return std::nullopt;
  return index;
}

Json RtrSessionCollection::Record(uint32_t row) const {
  Json record = Session(row).Record();
  if (world_.corrupt_every() != 0 && row % world_.corrupt_every() == world_.corrupt_every() - 1) {
    record["platform_id"] = {{"unexpected", "object"}};
    record["duration"] = "long";
    record["logs"] = false;
  }
  return record;
}

Value RtrSessionCollection::Get(uint32_t row, const fql::Field& field) const {
  const RtrSession session = Session(row);
  const auto found =
      std::lower_bound(kShortCuts.begin(), kShortCuts.end(), field.name,
                       [](const ShortCut& cut, std::string_view key) { return cut.name < key; });
  if (found != kShortCuts.end() && found->name == field.name) return found->get(session);
  return ValueAt(session.Record(), field.path.empty() ? field.name : field.path, field.type);
}

}  // namespace falcon::simulator
