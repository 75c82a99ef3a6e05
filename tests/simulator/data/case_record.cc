// The full record of a case.
#include <algorithm>
#include <string>

#include "simulator/data/case.h"
#include "simulator/data/case_settings.h"

namespace falcon::simulator {
namespace {

enum Question : uint64_t {
  kTaken = 400,
  kClosed,
  kGoal,
  kSnapshot,
  kField,
  kRun,
  kTag,
  kEvidence = 300,
  kMd5,
  kSid,
  kWorkflow,
  kNew
};

struct Timer {
  std::string_view status;
  Nanos started;
  int64_t seconds;
  std::optional<Nanos> completed;
};

Timer TimerOf(Nanos started, int64_t seconds, std::optional<Nanos> completed, Nanos now) {
  const Nanos due = started + seconds * kSecond;
  if (completed) return {*completed <= due ? "achieved" : "missed", started, seconds, completed};
  return {now <= due ? "in_progress" : "missed", started, seconds, std::nullopt};
}

Json TimerJson(const Timer& timer, const std::string& goal) {
  Json json = {{"status", timer.status},
               {"duration_seconds", timer.seconds},
               {"goal_id", goal},
               {"time_started", timer.started / kSecond},
               {"time_due", timer.started / kSecond + timer.seconds},
               {"total_pause_time", 0}};
  if (timer.completed) json["time_completed"] = *timer.completed / kSecond;
  return json;
}

Json SlaJson(const Case& a_case, uint32_t sla) {
  const Nanos created = a_case.Created();
  const Nanos now = a_case.world().anchor();
  const auto later = [&](uint64_t question, int64_t seconds) {
    return std::min(
        now, created + a_case.rng().Below(question, static_cast<uint32_t>(2 * seconds)) * kSecond);
  };
  std::optional<Nanos> taken;
  std::optional<Nanos> closed;
  if (a_case.Status() != "new") taken = later(kTaken, AcknowledgeWithin(sla));
  if (a_case.Status() == "closed") closed = later(kClosed, ResolveWithin(sla));
  const Timer acknowledgement = TimerOf(created, AcknowledgeWithin(sla), taken, now);
  const Timer resolution = TimerOf(created, ResolveWithin(sla), closed, now);
  const Timer& active = taken ? resolution : acknowledgement;
  return {{"id", SlaCollection(a_case.world()).Id(sla)},
          {"name", SlaName(sla)},
          {"snapshot_id", a_case.rng().Hex(kSnapshot, 32)},
          {"active_timer_status", active.status},
          {"active_timer_time_due", active.started / kSecond + active.seconds},
          {"timers",
           {{"acknowledgement", TimerJson(acknowledgement, a_case.rng().Hex(kGoal, 32))},
            {"resolution", TimerJson(resolution, a_case.rng().Hex(kGoal + 10, 32))}}}};
}

Json UserJson(const Analyst& user) {
  return {{"uuid", user.uuid}, {"full_name", user.full_name}, {"email", user.email}};
}

Json NoUser() { return {{"uuid", ""}, {"full_name", ""}, {"email", ""}}; }

Json ActorOf(const Case& a_case, const Analyst& user) {
  if (a_case.story() || a_case.rng().Chance(kWorkflow, 70)) {
    return {{"type", "user"},
            {"user", UserJson(user)},
            {"workflow", {{"id", ""}, {"execution_id", ""}}}};
  }
  return {{"type", "workflow"},
          {"user", NoUser()},
          {"workflow",
           {{"id", a_case.rng().Hex(kWorkflow + 10, 32)},
            {"execution_id", a_case.rng().Hex(kWorkflow + 20, 32)}}}};
}

Json Records(Json list) { return {{"records", std::move(list)}}; }

// Pieces of evidence that point to `ids`.
Json Selected(const Case& a_case, uint64_t question, const std::vector<std::string>& ids) {
  Json list = Json::array();
  for (const std::string& id : ids) {
    list.push_back({{"id", a_case.rng().Hex(question + 1000 * (list.size() + 1), 32)},
                    {"selector", {{"id", id}}}});
  }
  return Records(std::move(list));
}

Json Ids(const std::vector<std::string>& ids) {
  Json list = Json::array();
  for (const std::string& id : ids) list.push_back({{"id", id}});
  return Records(std::move(list));
}

std::vector<std::string> AlertIds(const Case& a_case) {
  std::vector<std::string> ids;
  for (const Alert& alert : a_case.Alerts()) ids.push_back(alert.CompositeId());
  return ids;
}

Json Files(const Case& a_case) {
  Json list = Json::array();
  for (const Alert& alert : a_case.Alerts()) {
    if (!alert.HasDevice()) continue;
    Json file = {{"filename", alert.behavior().filename},
                 {"path", alert.behavior().filepath},
                 {"sha256", alert.Sha256()},
                 {"md5", alert.rng().Hex(kMd5, 32)}};
    if (std::find(list.begin(), list.end(), file) == list.end()) list.push_back(std::move(file));
  }
  return Records(std::move(list));
}

Json HostRecords(const Case& a_case) {
  Json list = Json::array();
  for (const uint32_t index : a_case.Hosts()) {
    const Host host(a_case.world(), index);
    const Json instance = host.Record().value("instance_id", Json(""));
    list.push_back({{"aid", host.DeviceId()},
                    {"hostname", host.Hostname()},
                    {"local_ip", host.LocalIp()},
                    {"agent_ip", host.ExternalIp()},
                    {"cloud_instance_id", instance}});
  }
  return Records(std::move(list));
}

Json UserRecords(const Case& a_case) {
  Json list = Json::array();
  for (const std::string& user : a_case.Users()) {
    list.push_back({{"username", user},
                    {"user_full_name", ""},
                    {"email_addresses", Json::array({user + "@corp.example.com"})},
                    {"sid", "S-1-5-21-1004336348-1177238915-682003330-1105"},
                    {"user_id", Rng(1, kSid, user.size()).Hex(1, 32)},
                    {"idp_user_id", ""},
                    {"user_principal_id", ""},
                    {"user_token_key_id", ""}});
  }
  return Records(std::move(list));
}

Json CloudAssets(const Case& a_case) {
  Json list = Json::array();
  for (const uint32_t index : a_case.Hosts()) {
    const Json host = Host(a_case.world(), index).Record();
    if (!host.contains("instance_id")) continue;
    list.push_back({{"asset_id", host["instance_id"]},
                    {"asset_type", "AWS::EC2::Instance"},
                    {"cloud_provider", "aws"},
                    {"account_id", host["service_provider_account_id"]},
                    {"region", "eu-central-1"},
                    {"availability_zone", host["zone_group"]},
                    {"gcrn", "crn:" + host["instance_id"].get<std::string>()}});
  }
  return Records(std::move(list));
}

Json Instant(const Case& a_case, bool last) {
  std::optional<Nanos> found;
  for (const Alert& alert : a_case.Alerts()) {
    const Nanos at = alert.Timestamp();
    if (!found || (last ? at > *found : at < *found)) found = at;
  }
  return found ? Json(FormatTime(*found, 3)) : Json(nullptr);
}

void AddPeople(const Case& a_case, Json* record) {
  Json& out = *record;
  // Nobody: null on some records, an object of empty texts on others.
  const std::optional<Analyst> assignee = a_case.Assignee();
  out["assigned_to"] = assignee                  ? UserJson(*assignee)
                       : a_case.index() % 2 == 0 ? Json(nullptr)
                                                 : NoUser();
  out["created_by"] = UserJson(a_case.Creator());
  out["last_updated_by"] = UserJson(assignee.value_or(a_case.Creator()));
  out["creation_actor"] = ActorOf(a_case, a_case.Creator());
  out["update_actor"] = ActorOf(a_case, assignee.value_or(a_case.Creator()));
}

void AddSettings(const Case& a_case, Json* record) {
  Json& out = *record;
  const Rng& rng = a_case.rng();
  if (const std::optional<uint32_t> sla = a_case.Sla()) out["sla"] = SlaJson(a_case, *sla);
  if (const std::optional<uint32_t> row = a_case.Template()) {
    out["template"] = {{"id", TemplateCollection(a_case.world()).Id(*row)},
                       {"name", TemplateName(*row)},
                       {"version", 1 + *row},
                       {"snapshot_id", rng.Hex(kSnapshot + 10, 32)}};
    out["fields"] = Json::array({{{"id", rng.Hex(kField, 32)},
                                  {"name", "Attack vector"},
                                  {"values", Json::array({"Phishing"})},
                                  {"option_ids", Json::array({rng.Hex(kField + 10, 32)})},
                                  {"required", false},
                                  {"display_order", 1},
                                  {"snapshot_id", rng.Hex(kField + 20, 32)}}});
    out["workflows"] = Json::array({{{"id", rng.Hex(kRun, 32)},
                                     {"execution_id", rng.Hex(kRun + 10, 32)},
                                     {"status", "completed"},
                                     {"display_order", 0},
                                     {"snapshot_id", rng.Hex(kRun + 20, 32)}}});
  }
  if (a_case.story()) {
    out["access_tags"] =
        Json::array({{{"id", rng.Hex(kTag, 32)}, {"key", "SOC"}, {"cid", a_case.world().cid()}}});
  }
}

void AddEvidence(const Case& a_case, Json* record) {
  Json& evidence = (*record)["evidence"];
  evidence["alerts"] = Selected(a_case, kEvidence, AlertIds(a_case));
  evidence["events"] = Selected(a_case, kEvidence + 1, a_case.Events());
  evidence["leads"] = Records(Json::array());
  evidence["users"] = Records(Json::array());
  evidence["custom_evidence"] = Records(Json::array());
  if (!a_case.story()) return;
  evidence["leads"] = Selected(a_case, kEvidence + 2, {a_case.rng().Hex(kEvidence + 3, 32)});
  Json user = Selected(a_case, kEvidence + 4, {"svc-backup"})["records"][0];
  user["case_id"] = a_case.Id();
  evidence["users"] = Records(Json::array({user}));
  evidence["custom_evidence"] =
      Records(Json::array({{{"id", a_case.rng().Hex(kEvidence + 5, 32)},
                            {"case_id", a_case.Id()},
                            {"value", {{"name", "203.0.113.42"}, {"type", "ip"}}}}}));
}

void AddAnalysis(const Case& a_case, Json* record) {
  Json domains = Json::array({"Endpoint"});
  for (const Alert& alert : a_case.Alerts()) {
    if (alert.kind() == AlertKind::kIdentity) domains = Json::array({"Endpoint", "Identity"});
  }
  (*record)["analysis_results"] = {
      {"hosts", HostRecords(a_case)},   {"users", UserRecords(a_case)},
      {"files", Files(a_case)},         {"cloud_assets", CloudAssets(a_case)},
      {"data_domains", domains},        {"alerts", Ids(AlertIds(a_case))},
      {"events", Ids(a_case.Events())}, {"leads", Records(Json::array())}};
}

}  // namespace

Json Case::Record() const {
  Json record;
  record["id"] = Id();
  record["reference_id"] = ReferenceId();
  record["cid"] = world_.cid();
  record["name"] = Name();
  record["description"] = Description();
  record["description_format"] = "markdown";
  record["description_tagged_users"] = Json::array();
  record["status"] = Status();
  record["severity"] = Severity();
  record["severity_info"] = {{"level", Level()}};
  // Nine, three or no fraction digits in one record.
  record["created_timestamp"] = FormatTime(Created(), 9);
  record["updated_timestamp"] = FormatTime(Updated(), 9);
  record["start_timestamp"] = Instant(*this, false);
  record["end_timestamp"] = Instant(*this, true);
  AddPeople(*this, &record);
  record["tags"] = Tags();
  record["version"] = 1 + index_ % 9;
  record["consistency"] = {{"consistent", true}, {"version", 1 + index_ % 9}};
  record["read_only"] = {{"is_read_only", Status() == "closed"}};
  AddEvidence(*this, &record);
  AddAnalysis(*this, &record);
  AddSettings(*this, &record);
  // Keys no specification names; readers keep or skip them.
  if (rng_.Chance(kNew, 20)) record["zz_future_field"] = {{"nested", {1, "two", nullptr}}};
  return record;
}

}  // namespace falcon::simulator
