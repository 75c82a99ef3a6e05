// A case's agreement with its timers, its template, fields, workflows and access tags.
#include "simulator/data/case.h"
#include "simulator/data/case_settings.h"

namespace falcon::simulator {
namespace {

enum Question : uint64_t { kTaken = 400, kClosed, kGoal, kSnapshot, kField, kRun, kTag };

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
        now, created + a_case.dice().Below(question, static_cast<uint32_t>(2 * seconds)) * kSecond);
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
          {"snapshot_id", a_case.dice().Hex(kSnapshot, 32)},
          {"active_timer_status", active.status},
          {"active_timer_time_due", active.started / kSecond + active.seconds},
          {"timers",
           {{"acknowledgement", TimerJson(acknowledgement, a_case.dice().Hex(kGoal, 32))},
            {"resolution", TimerJson(resolution, a_case.dice().Hex(kGoal + 10, 32))}}}};
}

}  // namespace

void AddSettings(const Case& a_case, Json* record) {
  Json& out = *record;
  const Dice& dice = a_case.dice();
  if (const std::optional<uint32_t> sla = a_case.Sla()) out["sla"] = SlaJson(a_case, *sla);
  if (const std::optional<uint32_t> row = a_case.Template()) {
    out["template"] = {{"id", TemplateCollection(a_case.world()).Id(*row)},
                       {"name", TemplateName(*row)},
                       {"version", 1 + *row},
                       {"snapshot_id", dice.Hex(kSnapshot + 10, 32)}};
    out["fields"] = Json::array({{{"id", dice.Hex(kField, 32)},
                                  {"name", "Attack vector"},
                                  {"values", Json::array({"Phishing"})},
                                  {"option_ids", Json::array({dice.Hex(kField + 10, 32)})},
                                  {"required", false},
                                  {"display_order", 1},
                                  {"snapshot_id", dice.Hex(kField + 20, 32)}}});
    out["workflows"] = Json::array({{{"id", dice.Hex(kRun, 32)},
                                     {"execution_id", dice.Hex(kRun + 10, 32)},
                                     {"status", "completed"},
                                     {"display_order", 0},
                                     {"snapshot_id", dice.Hex(kRun + 20, 32)}}});
  }
  if (a_case.story()) {
    out["access_tags"] =
        Json::array({{{"id", dice.Hex(kTag, 32)}, {"key", "SOC"}, {"cid", a_case.world().cid()}}});
  }
}

}  // namespace falcon::simulator
