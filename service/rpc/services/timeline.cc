// Events from records.
#include "rpc/services/timeline.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Timestamp;

constexpr size_t kMaxDescriptionBytes = 512;

class Timeline {
 public:
  explicit Timeline(const v1::Investigation& investigation) : investigation_(investigation) {
    for (const v1::Host& host : investigation.hosts()) {
      hostnames_.emplace(host.device_id(), host.hostname());
    }
  }

  std::vector<v1::TimelineEvent> Events() {
    for (const v1::Detection& detection : investigation_.detections()) Add(detection);
    for (const v1::Incident& incident : investigation_.incidents()) {
      if (!incident.has_created_timestamp()) continue;
      Add(v1::INVESTIGATION_SECTION_INCIDENTS, incident.created_timestamp(), incident.id(),
          incident.name());
    }
    for (const v1::RtrAuditSession& session : investigation_.rtr_audit_sessions()) Add(session);
    for (const v1::LoginHistory& history : investigation_.login_histories()) {
      for (const v1::RecentLogin& login : history.recent_logins()) {
        if (!login.has_login_time()) continue;
        Add(v1::INVESTIGATION_SECTION_LOGIN_HISTORIES, login.login_time(), history.device_id(),
            login.user_name(), history.device_id());
      }
    }
    std::ranges::sort(events_, {}, [](const v1::TimelineEvent& event) {
      return std::tuple(event.time().seconds(), event.time().nanos(), event.section(),
                        event.record_id(), event.description());
    });
    return std::move(events_);
  }

 private:
  void Add(v1::InvestigationSection section, const Timestamp& time, const std::string& record_id,
           const std::string& description, const std::string& device_id = {}) {
    v1::TimelineEvent& event = events_.emplace_back();
    *event.mutable_time() = time;
    event.set_section(section);
    event.set_record_id(record_id);
    event.set_description(std::string(Utf8Prefix(description, kMaxDescriptionBytes)));
    event.set_device_id(device_id);
    const auto found = hostnames_.find(device_id);
    if (found != hostnames_.end()) event.set_hostname(found->second);
  }
  void Add(const v1::Detection& detection) {
    // `timestamp` is when it happened, `created_timestamp` when Falcon noticed.
    if (!detection.has_timestamp() && !detection.has_created_timestamp()) return;
    std::string description = detection.display_name();
    if (!detection.cmdline().empty()) description += StrCat(": ", detection.cmdline());
    Add(v1::INVESTIGATION_SECTION_DETECTIONS,
        detection.has_timestamp() ? detection.timestamp() : detection.created_timestamp(),
        detection.composite_id(), description, detection.device().device_id());
    if (events_.back().hostname().empty()) {
      events_.back().set_hostname(detection.device().hostname());
    }
  }
  void Add(const v1::RtrAuditSession& session) {
    if (session.has_created_at()) {
      Add(v1::INVESTIGATION_SECTION_RTR_AUDIT_SESSIONS, session.created_at(), session.id(),
          session.user_id(), session.device_id());
    }
    for (const v1::RtrSessionLog& command : session.logs()) {
      if (!command.has_created_at()) continue;
      Add(v1::INVESTIGATION_SECTION_RTR_AUDIT_SESSIONS, command.created_at(), session.id(),
          StrCat(session.user_id(), ": ", command.command_string()), session.device_id());
    }
  }

  const v1::Investigation& investigation_;
  std::map<std::string, std::string> hostnames_;
  std::vector<v1::TimelineEvent> events_;
};

}  // namespace

void MakeTimeline(v1::Investigation& investigation) {
  for (v1::TimelineEvent& event : Timeline(investigation).Events()) {
    investigation.add_timeline()->Swap(&event);
  }
}

}  // namespace falcon::rpc
