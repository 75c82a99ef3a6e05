// Who was at the command line of which host, when, and what was typed there.
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

}  // namespace

RtrSession::RtrSession(const World& world, std::string_view client, uint32_t index)
    : world_(world), client_(client), index_(index), dice_(world.seed(), kSessionKind, index) {}

// The last eight digits of the UUID hold the index.
std::string RtrSession::Id() const {
  std::string id = dice_.Uuid(kId);
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
  const uint32_t roll = dice_.Below(kState, 100);
  if (roll < 3) return State::kActive;
  return roll < 8 ? State::kQueued : roll < 12 ? State::kClosedUnreached : State::kClosed;
}

bool RtrSession::Own() const { return Story() ? index_ != kConsole : dice_.Chance(kOwner, 40); }

std::string RtrSession::UserId() const {
  if (Own()) return std::string(client_);
  return std::string(Story() ? kResponders[1] : dice_.Pick(kUser, kResponders));
}

std::string RtrSession::UserUuid() const {
  uint64_t user = 0;
  for (const char c : UserId()) user = Mix(user ^ static_cast<unsigned char>(c));
  return Dice(world_.seed(), kUserKind, user).Uuid(1);
}

Host RtrSession::Target() const {
  if (index_ == kResponse) return {world_, Host::kServer1};
  if (index_ == kConsole) return {world_, Host::kServer2};
  return {world_, dice_.Below(kHost, world_.hosts())};
}

std::string RtrSession::Origin() const {
  if (!Own()) return "falcon-console";
  return std::string(Story() ? kPrograms[0] : dice_.Pick(kOrigin, kPrograms));
}

bool RtrSession::OfflineQueued() const {
  const State state = Now();
  return state == State::kQueued || state == State::kClosedUnreached;
}

// Whole minutes: sessions that were opened together happen.
Nanos RtrSession::Created() const {
  uint32_t minutes = 0;
  switch (Now()) {
    case State::kActive:
      minutes = index_ == kResponse ? 12 : 1 + dice_.Below(kCreated, 30);
      break;
    case State::kQueued:
      minutes = index_ == kWaiting ? 40 : 1 + dice_.Below(kCreated, 7 * 24 * 60);
      break;
    default:
      minutes = index_ == kConsole ? 35 : 60 + dice_.Below(kCreated, 90 * 24 * 60);
  }
  return (world_.anchor() / kMinute - minutes) * kMinute;
}

// An open session was refreshed within ten minutes, else it would be closed.
Nanos RtrSession::Updated() const {
  switch (Now()) {
    case State::kActive:
      return std::max(Created(), world_.anchor() - (1 + dice_.Below(kLength, 9 * 60)) * kSecond);
    case State::kQueued:
      return Created() + 2 * kSecond;
    default:
      return Created() + (5 + dice_.Below(kLength, 25 * 60)) * kSecond;
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
  const uint32_t first = Story() ? 0 : dice_.Below(kFirstCommand, size);
  const uint32_t count = index_ == kResponse ? 6 : 1 + dice_.Below(kCommandCount, 5);
  std::vector<RtrCommand> commands;
  commands.reserve(count);
  for (uint32_t i = 0; i < count; ++i) commands.push_back(known[(first + i) % size]);
  return commands;
}

std::vector<std::string> RtrSession::RequestIds() const {
  std::vector<std::string> ids;
  for (uint64_t i = 0; i < Commands().size(); ++i) ids.push_back(dice_.Uuid(kRequest + 2 * i));
  return ids;
}

}  // namespace falcon::simulator
