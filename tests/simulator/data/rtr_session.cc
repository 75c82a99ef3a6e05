// Real-time response sessions: user, host, times, commands, and their JSON.
#include "simulator/data/rtr_session.h"

#include <algorithm>
#include <array>
#include <span>

namespace falcon::simulator {
namespace {

constexpr uint64_t kSessionKind = 31;
constexpr uint64_t kUserKind = 32;

enum Question : uint64_t {
  kId = 1,
  kState = 10,
  kOwner,
  kUser,
  kHost,
  kOrigin,
  kCreated,
  kLength,
  kFirstCommand,
  kCommandCount,
  kRequest = 100,  // and those after it: one a command
};

constexpr std::array<std::string_view, 3> kResponders = {
    "alice.anderson@example.com", "carol.chen@example.com", "dmitri.dunn@example.com"};
constexpr std::array<std::string_view, 3> kPrograms = {"falcon-soar", "falconpy", "psfalcon"};

// First words differ, so that a session's commands are a run of this list.
constexpr auto kWindowsCommands = std::to_array<RtrCommand>({
    {"ps", "ps"},
    {"netstat", "netstat"},
    {"reg", R"(reg query HKLM\Software\Microsoft\Windows\CurrentVersion\Run)"},
    {"ls", R"(ls C:\Windows\Temp)"},
    {"filehash", R"(filehash C:\Windows\Temp\svchost.exe)"},
    {"get", R"(get C:\Windows\Temp\svchost.exe)"},
    {"cat", R"(cat C:\Windows\win.ini)"},
    {"runscript", "runscript -Raw=```Connect-Share -User svc-backup -Password 'Winter2025!'```"},
    {"eventlog", "eventlog view Security 100"},
});
constexpr auto kOtherCommands = std::to_array<RtrCommand>({
    {"ps", "ps"},
    {"netstat", "netstat"},
    {"ls", "ls /tmp"},
    {"cat", "cat /var/log/auth.log"},
    {"ifconfig", "ifconfig"},
    {"users", "users"},
    {"get", "get /tmp/.x/payload"},
    {"mount", "mount"},
});

Json InstantOrNull(std::optional<Nanos> instant) {
  return instant ? Json(FormatTime(*instant)) : Json();
}

}  // namespace

RtrSession::RtrSession(const World& world, std::string_view client, uint32_t index)
    : world_(world), client_(client), index_(index), rng_(world.seed(), kSessionKind, index) {}

// The last eight digits of the UUID hold the index.
std::string RtrSession::Id() const {
  std::string id = rng_.Uuid(kId);
  id.replace(id.size() - 8, 8, Hex8(Scramble(index_)));
  return id;
}

std::optional<uint32_t> RtrSession::IndexOf(std::string_view id) {
  uint32_t scrambled = 0;
  if (id.size() != 36 || !ParseHex8(id.substr(28), &scrambled)) return std::nullopt;
  return Unscramble(scrambled);
}

RtrSession::State RtrSession::Now() const {
  if (index_ == kResponse) return State::kActive;
  if (index_ == kConsole) return State::kClosed;
  if (index_ == kWaiting) return State::kQueued;
  const uint32_t roll = rng_.Below(kState, 100);
  if (roll < 3) return State::kActive;
  return roll < 8 ? State::kQueued : roll < 12 ? State::kClosedUnreached : State::kClosed;
}

bool RtrSession::Own() const { return Story() ? index_ != kConsole : rng_.Chance(kOwner, 40); }

std::string RtrSession::UserId() const {
  if (Own()) return std::string(client_);
  return std::string(Story() ? kResponders[1] : rng_.Pick(kUser, kResponders));
}

std::string RtrSession::UserUuid() const {
  uint64_t user = 0;
  for (const char c : UserId()) user = Mix(user ^ static_cast<unsigned char>(c));
  return Rng(world_.seed(), kUserKind, user).Uuid(1);
}

Host RtrSession::Target() const {
  if (index_ == kResponse) return {world_, Host::kServer1};
  if (index_ == kConsole) return {world_, Host::kServer2};
  return {world_, rng_.Below(kHost, world_.hosts())};
}

std::string RtrSession::Origin() const {
  if (!Own()) return "falcon-console";
  return std::string(Story() ? kPrograms[0] : rng_.Pick(kOrigin, kPrograms));
}

bool RtrSession::OfflineQueued() const {
  const State state = Now();
  return state == State::kQueued || state == State::kClosedUnreached;
}

// Whole minutes, so that some sessions are opened at the same instant.
Nanos RtrSession::Created() const {
  uint32_t minutes = 0;
  switch (Now()) {
    case State::kActive:
      minutes = index_ == kResponse ? 12 : 1 + rng_.Below(kCreated, 30);
      break;
    case State::kQueued:
      minutes = index_ == kWaiting ? 40 : 1 + rng_.Below(kCreated, 7 * 24 * 60);
      break;
    default:
      minutes = index_ == kConsole ? 35 : 60 + rng_.Below(kCreated, 90 * 24 * 60);
  }
  return (world_.anchor() / kMinute - minutes) * kMinute;
}

// An open session was refreshed within ten minutes, else it would be closed.
Nanos RtrSession::Updated() const {
  switch (Now()) {
    case State::kActive:
      return std::max(Created(), world_.anchor() - (1 + rng_.Below(kLength, 9 * 60)) * kSecond);
    case State::kQueued:
      return Created() + 2 * kSecond;
    default:
      return Created() + (5 + rng_.Below(kLength, 25 * 60)) * kSecond;
  }
}

std::optional<Nanos> RtrSession::Deleted() const {
  const State state = Now();
  if (state == State::kActive || state == State::kQueued) return std::nullopt;
  return Updated() + 10 * kMinute;
}

std::vector<RtrCommand> RtrSession::Commands() const {
  const std::span<const RtrCommand> known = Target().platform() == Platform::kWindows
                                                ? std::span<const RtrCommand>(kWindowsCommands)
                                                : std::span<const RtrCommand>(kOtherCommands);
  const auto size = static_cast<uint32_t>(known.size());
  const uint32_t first = Story() ? 0 : rng_.Below(kFirstCommand, size);
  const uint32_t count = index_ == kResponse ? 6 : 1 + rng_.Below(kCommandCount, 5);
  std::vector<RtrCommand> commands;
  commands.reserve(count);
  for (uint32_t i = 0; i < count; ++i) commands.push_back(known[(first + i) % size]);
  return commands;
}

std::vector<std::string> RtrSession::RequestIds() const {
  std::vector<std::string> ids;
  for (uint64_t i = 0; i < Commands().size(); ++i) ids.push_back(rng_.Uuid(kRequest + 2 * i));
  return ids;
}

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
  // clang-format off
  static constexpr std::string_view kKeys[] = {
      "agent_version", "config_id_base", "config_id_build", "config_id_platform",
      "deployment_type", "device_id", "external_ip", "first_login_timestamp", "first_login_user",
      "first_seen", "hostname", "last_login_timestamp", "last_login_user", "last_seen",
      "local_ip", "mac_address", "machine_domain", "major_version", "minor_version",
      "modified_timestamp", "notes", "os_version", "ou", "platform_id", "platform_name",
      "product_type", "product_type_desc", "release_group", "site_name", "system_manufacturer",
      "system_product_name", "status", "tags"};
  // clang-format on
  const Json host = Target().Record();
  Json details;
  for (const std::string_view key : kKeys) {
    const auto found = host.find(key);
    if (found != host.end()) details[std::string(key)] = *found;
  }
  details["last_seen_ago_seconds"] = (world_.anchor() - Target().LastSeen()) / kSecond;
  details["device_policies"] = {
      {"remote_response", {{"policy_id", Rng(world_.seed(), 33, 0).Hex(1, 32)}}}};
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

}  // namespace falcon::simulator
