// The facts and records of one real-time response session, computed on demand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/base/rng.h"
#include "simulator/data/host.h"
#include "simulator/data/world.h"

namespace falcon::simulator {

// What was typed, and its first word.
struct RtrCommand {
  std::string_view base;
  std::string_view line;
};

// A view of `world`, which outlives it. Sessions 0 to 2 are the story's.
class RtrSession {
 public:
  static constexpr uint32_t kResponse = 0;  // the API client on SRV-PROD-001, still open
  static constexpr uint32_t kConsole = 1;   // a person on SRV-PROD-002, closed
  static constexpr uint32_t kWaiting = 2;   // the API client, queued for a host that is away
  static constexpr uint32_t kStorySessions = 3;

  // `client` is the user id of the API client.
  RtrSession(const World& world, std::string_view client, uint32_t index);

  // The index in an id; nothing for other texts.
  static std::optional<uint32_t> IndexOf(std::string_view id);

  std::string Id() const;
  bool Own() const;  // opened by the API client
  std::string UserId() const;
  Host Target() const;
  std::string Origin() const;
  bool OfflineQueued() const;
  bool CommandsQueued() const { return OfflineQueued(); }
  Nanos Created() const;
  Nanos Updated() const;
  std::optional<Nanos> Deleted() const;
  // Each with another first word.
  std::vector<RtrCommand> Commands() const;
  std::vector<std::string> RequestIds() const;

  // The record of the Real Time Response API.
  Json Record() const;
  // Its queued commands.
  Json QueuedJob() const;

 private:
  enum class State { kActive, kQueued, kClosed, kClosedUnreached };

  bool Story() const { return index_ < kStorySessions; }
  State Now() const;
  std::string UserUuid() const;
  Json Logs() const;
  Json DeviceDetails() const;

  const World& world_;
  std::string_view client_;
  uint32_t index_;
  Rng rng_;
};

}  // namespace falcon::simulator
