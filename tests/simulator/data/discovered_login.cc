// Who logged on where, when and how.
#include "simulator/data/discovered_login.h"

#include <array>

#include "simulator/data/discovered_account.h"
#include "simulator/data/discovered_host.h"
#include "simulator/fql/discover_fields.h"

namespace falcon::simulator {
namespace {

using fql::Instant;
using fql::Value;

constexpr uint64_t kLoginKind = 62;

enum Question : uint64_t { kFailed = 10, kType, kFrom, kCount, kSuspicious };

struct StoryLogin {
  uint32_t host;
  std::string_view user;
  uint32_t minutes_ago;
  std::string_view type;
  bool successful;
};

// svc-backup's way from SRV-PROD-001 to the domain controllers.
constexpr auto kStory = std::to_array<StoryLogin>({
    {Host::kServer1, "svc-backup", 65, "Service", true},
    {Host::kServer2, "svc-backup", 41, "Network", true},
    {Host::kServer2, "svc-backup", 39, "Remote interactive", true},
    {Host::kDomain1, "administrator", 36, "Network", false},
    {Host::kDomain1, "administrator", 35, "Network", false},
    {Host::kDomain1, "svc-backup", 30, "Network", true},
    {Host::kDomain2, "svc-backup", 23, "Network", true},
});

uint32_t HostOf(const World& world, uint32_t index) {
  return index < kStory.size() ? kStory[index].host
                               : (index - static_cast<uint32_t>(kStory.size())) % world.hosts();
}

}  // namespace

DiscoveredLogin::DiscoveredLogin(const World& world, uint32_t index)
    : world_(world),
      index_(index),
      dice_(world.seed(), kLoginKind, index),
      host_(world, HostOf(world, index)) {
  if (index < kStory.size()) {
    const StoryLogin& story = kStory[index];
    user_ = story.user;
    when_ = world.anchor() / kSecond * kSecond - story.minutes_ago * kMinute;
    successful_ = story.successful;
    suspicious_ = !story.successful;
    type_ = story.type;
    return;
  }
  const uint32_t nth = (index - static_cast<uint32_t>(kStory.size())) / world.hosts();
  Host::Login login = host_.LoginAt(nth);
  user_ = std::move(login.user);
  when_ = login.when;
  // The history of a host holds what succeeded.
  successful_ = nth < host_.Logins() || !dice_.Chance(kFailed, 30);
  suspicious_ = !successful_ && dice_.Chance(kSuspicious, 10);
}

std::string_view DiscoveredLogin::Type() const {
  static constexpr std::array<std::string_view, 4> kTypes = {"Interactive", "Remote interactive",
                                                             "Cached credentials", "Network"};
  static constexpr std::array<std::string_view, 3> kFailures = {"Interactive", "Unlock",
                                                                "Network cleartext"};
  if (!type_.empty()) return type_;
  if (user_ == "svc-backup") return "Service";
  return successful_ ? dice_.Pick(kType, kTypes) : dice_.Pick(kType, kFailures);
}

std::string DiscoveredLogin::RemoteIp() const {
  const std::string_view type = Type();
  if (!type.starts_with("Remote") && !type.starts_with("Network")) return "";
  if (index_ < kStory.size()) return Host(world_, Host::kServer1).LocalIp();
  return Host(world_, dice_.Below(kFrom, world_.hosts())).LocalIp();
}

Json DiscoveredLogin::Record() const {
  const DiscoveredAccount account = DiscoveredAccount::Of(world_, host_, user_);
  Json record = Json::object();
  record["id"] = Id();
  record["cid"] = world_.cid();
  record["login_timestamp"] = FormatTime(when_);
  record["login_status"] = successful_ ? "Successful" : "Failed";
  record["login_type"] = Type();
  record["login_event_count"] = 1 + dice_.Below(kCount, 9);
  record["aggregation_time_interval"] = world_.anchor() - when_ < kDay ? "1 hour" : "24 hours";
  record["username"] = user_;
  record["account_id"] = account.Id();
  record["account_name"] = account.AccountName();
  record["account_type"] = account.local() ? "Local" : "Domain";
  record["admin_privileges"] = account.AdminPrivileges();
  record["local_admin_privileges"] = account.LocalAdminPrivileges();
  record["user_sid"] = account.Sid();
  record["hostname"] = host_.Hostname();
  record["aid"] = host_.DeviceId();
  record["host_id"] = DiscoveredHost(world_, host_.index()).Id();
  record["local_ip"] = host_.ExternalIp();
  record["login_domain"] = host_.Domain();
  record["host_country"] = "Germany";
  record["host_city"] = "Berlin";
  if (const std::string from = RemoteIp(); !from.empty()) record["remote_ip"] = from;
  if (!successful_) {
    record["is_suspicious"] = suspicious_;
    record["failure_description"] = "User login with misspelled or bad password";
  }
  return record;
}

namespace {

using Login = DiscoveredLogin;

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<DiscoveredLogin>>({
    {"aid", [](const Login& l) { return Value(l.host().DeviceId()); }},
    {"hostname", [](const Login& l) { return Value(l.host().Hostname()); }},
    {"id", [](const Login& l) { return Value(l.Id()); }},
    {"login_status",
     [](const Login& l) { return Value(l.Successful() ? "Successful" : "Failed"); }},
    {"login_timestamp", [](const Login& l) { return Value(Instant{l.When()}); }},
    {"login_type", [](const Login& l) { return Value(std::string(l.Type())); }},
    {"username", [](const Login& l) { return Value(l.Username()); }},
});

}  // namespace

const fql::Schema& DiscoveredLoginCollection::schema() const {
  return fql::DiscoveredLoginSchema();
}

fql::Value DiscoveredLoginCollection::Get(uint32_t row, const fql::Field& field) const {
  const DiscoveredLogin login(world(), row);
  return ValueBy(kShortCuts, login, field, [&] { return login.Record(); });
}

Json DiscoveredLoginCollection::RecordWith(uint32_t row, Blocks /*blocks*/) const {
  Json record = DiscoveredLogin(world(), row).Record();
  if (Corrupt(row)) {
    record["login_event_count"] = "many";
    record["remote_ip"] = {{"unexpected", "object"}};
  }
  return record;
}

}  // namespace falcon::simulator
