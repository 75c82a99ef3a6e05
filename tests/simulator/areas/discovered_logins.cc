// Logins of Falcon Discover: those of the story, those of the hosts' histories, then older ones.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "simulator/areas/discover.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;

constexpr SizeFlag kSizes[] = {{"discover-logins", "Number of logins", 5000}};

constexpr auto kFields = fql::SortedFields(
    fql::Texts("account_id", "account_name", "account_type", "admin_privileges",
               "aggregation_time_interval", "aid", "cid", "failure_description", "host_city",
               "host_country", "host_id", "hostname", "id", "local_admin_privileges", "local_ip",
               "login_domain", "login_status", "login_type", "remote_ip", "user_sid", "username"),
    fql::Numbers("login_event_count"), fql::Times("login_timestamp"),
    fql::Booleans("is_suspicious"));
constexpr fql::Schema kSchema = DiscoverSchema(kFields);

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

// A view of `world`, which outlives it.
class DiscoveredLogin {
 public:
  DiscoveredLogin(const World& world, uint32_t index);

  std::string Id() const { return DiscoverId(world_, rng_, index_); }
  const Host& host() const { return host_; }
  const std::string& Username() const { return user_; }
  Nanos When() const { return when_; }
  bool Successful() const { return successful_; }
  std::string_view Type() const;
  std::string RemoteIp() const;  // empty at the keyboard
  bool Suspicious() const { return suspicious_; }

  Json Record() const;

 private:
  const World& world_;
  uint32_t index_;
  Rng rng_;
  Host host_;
  std::string user_;
  Nanos when_ = 0;
  bool successful_ = true;
  bool suspicious_ = false;
  std::string_view type_;  // of the story's
};

DiscoveredLogin::DiscoveredLogin(const World& world, uint32_t index)
    : world_(world),
      index_(index),
      rng_(world.seed(), kLoginKind, index),
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
  successful_ = nth < host_.Logins() || !rng_.Chance(kFailed, 30);
  suspicious_ = !successful_ && rng_.Chance(kSuspicious, 10);
}

std::string_view DiscoveredLogin::Type() const {
  static constexpr std::array<std::string_view, 4> kTypes = {"Interactive", "Remote interactive",
                                                             "Cached credentials", "Network"};
  static constexpr std::array<std::string_view, 3> kFailures = {"Interactive", "Unlock",
                                                                "Network cleartext"};
  if (!type_.empty()) return type_;
  if (user_ == "svc-backup") return "Service";
  return successful_ ? rng_.Pick(kType, kTypes) : rng_.Pick(kType, kFailures);
}

std::string DiscoveredLogin::RemoteIp() const {
  const std::string_view type = Type();
  if (!type.starts_with("Remote") && !type.starts_with("Network")) return "";
  if (index_ < kStory.size()) return Host(world_, Host::kServer1).LocalIp();
  return Host(world_, rng_.Below(kFrom, world_.hosts())).LocalIp();
}

Json DiscoveredLogin::Record() const {
  const DiscoveredAccount account = DiscoveredAccount::Of(world_, host_, user_);
  Json record = Json::object();
  record["id"] = Id();
  record["cid"] = world_.cid();
  record["login_timestamp"] = FormatTime(when_);
  record["login_status"] = successful_ ? "Successful" : "Failed";
  record["login_type"] = Type();
  record["login_event_count"] = 1 + rng_.Below(kCount, 9);
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

class LoginCollection : public DiscoverCollection {
 public:
  static constexpr std::string_view kNoun = "logins";
  static constexpr bool kCombined = false;  // whole records
  using DiscoverCollection::DiscoverCollection;

  std::string_view name() const override { return kSizes[0].name; }
  const fql::Schema& schema() const override { return kSchema; }
  std::string Id(uint32_t row) const override { return DiscoveredLogin(world(), row).Id(); }
  Value Get(uint32_t row, const Field& field) const override {
    const DiscoveredLogin one(world(), row);
    return ValueBy(kShortCuts, one, field, [&] { return one.Record(); });
  }
  Json RecordWith(uint32_t row, Blocks) const override {
    Json record = DiscoveredLogin(world(), row).Record();
    if (world().Corrupt(row)) {
      record["login_event_count"] = "many";
      record["remote_ip"] = {{"unexpected", "object"}};
    }
    return record;
  }
};

}  // namespace

extern const AreaType kDiscoveredLogins;
const AreaType kDiscoveredLogins = {kSizes, MakeArea<DiscoverArea<LoginCollection>>};

}  // namespace falcon::simulator
