// The facts of one alert, computed on demand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/base/rng.h"
#include "simulator/data/host.h"
#include "simulator/data/story.h"
#include "simulator/data/world.h"

namespace falcon::simulator {

// A view of `world`, which outlives it.
class Alert {
 public:
  Alert(const World& world, uint32_t index);

  // SHA-256 of the file behind a background behavior. Few files cause many alerts: each behavior
  // has kFileVariants of them.
  static constexpr uint32_t kFileVariants = 4;
  static std::string FileHash(const World& world, const Behavior& behavior, uint32_t variant);

  // The alert of a composite id, or of a short id (the same without the leading cid).
  static std::optional<uint32_t> IndexOf(const World& world, std::string_view id);

  AlertKind kind() const { return kind_; }
  std::string_view Product() const;
  std::string_view Type() const;
  bool HasDevice() const {
    return kind_ == AlertKind::kEndpoint || kind_ == AlertKind::kScan ||
           kind_ == AlertKind::kOverwatch;
  }
  Host host() const { return Host(world_, host_); }
  std::string ShortId() const;
  std::string CompositeId() const { return world_.cid() + ":" + ShortId(); }
  std::string AggregateId() const;

  Nanos Created() const;
  Nanos Timestamp() const;  // of the behavior; whole milliseconds
  Nanos Updated() const;
  std::string_view Status() const;
  std::optional<uint32_t> Severity() const;
  std::string_view SeverityName() const;  // empty without severity
  uint32_t Confidence() const;
  std::optional<std::string> AssignedTo() const;
  std::vector<std::string> Tags() const;
  bool Shown() const;
  const Behavior& behavior() const { return *behavior_; }
  const StoryAlert* story() const { return story_; }
  std::string User() const;
  std::string Sha256() const;
  std::string LocalProcessId() const;
  std::string ProcessId() const;  // may exceed 53 bits
  const Rng& rng() const { return rng_; }
  const World& world() const { return world_; }

  // The record of the Alerts API.
  Json Record() const;

 private:
  const World& world_;
  uint32_t index_;
  Rng rng_;
  const StoryAlert* story_ = nullptr;
  AlertKind kind_ = AlertKind::kEndpoint;
  uint32_t host_ = 0;
  const Behavior* behavior_ = nullptr;
};

}  // namespace falcon::simulator
