// One real-time response session's facts, computed when asked for, and the two views of them all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/dice.h"
#include "simulator/base/json.h"
#include "simulator/data/host.h"
#include "simulator/data/world.h"
#include "simulator/search/collection.h"

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

  // As the Real Time Response API tells it.
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
  Dice dice_;
};

// Either the API client's own sessions or the audit of everybody's, which knows fewer fields.
class RtrSessionCollection : public Collection {
 public:
  RtrSessionCollection(const World& world, uint32_t sessions, std::string client, bool audit)
      : world_(world), sessions_(sessions), client_(std::move(client)), audit_(audit) {}

  RtrSession Session(uint32_t row) const { return {world_, client_, row}; }

  std::string_view name() const override { return audit_ ? "rtr-audit" : "rtr-sessions"; }
  const fql::Schema& schema() const override;
  uint32_t last_row() const override { return sessions_; }
  bool Lives(uint32_t row) const override {
    return row < sessions_ && (audit_ || Session(row).Own());
  }
  std::string Id(uint32_t row) const override { return Session(row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override;
  Json Record(uint32_t row) const override;
  fql::Value Get(uint32_t row, const fql::Field& field) const override;
  std::string FreeText(uint32_t row) const override { return Session(row).Target().Hostname(); }

 private:
  const World& world_;
  uint32_t sessions_;
  std::string client_;
  bool audit_;
};

}  // namespace falcon::simulator
