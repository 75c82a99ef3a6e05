// Ids, times, states and verdicts of alerts.
#include "simulator/data/alert.h"

#include <algorithm>
#include <charconv>

namespace falcon::simulator {
namespace {

constexpr uint64_t kAlertKind = 3;

enum Question : uint64_t {
  kKindRoll = 1,
  kHostRoll,
  kBehaviorRoll,
  kStatusRoll,
  kAge,
  kDelay,
  kUpdate,
  kIdText,
  kProcess,
  kConfidence,
  kAssigned,
  kTagRoll,
  kShownRoll,
  kHash = 30,
  kUserRoll = 40,
  kOddSeverity,
};

constexpr Nanos kSpan = 60 * kDay;

AlertKind KindOf(uint32_t roll) {
  if (roll < 62) return AlertKind::kEndpoint;
  if (roll < 67) return AlertKind::kScan;
  if (roll < 80) return AlertKind::kIdentity;
  if (roll < 88) return AlertKind::kCorrelation;
  if (roll < 92) return AlertKind::kOverwatch;
  return roll < 95 ? AlertKind::kThirdParty : AlertKind::kLead;
}

std::span<const Behavior> BehaviorsOf(AlertKind kind) {
  switch (kind) {
    case AlertKind::kIdentity:
      return IdentityBehaviors();
    case AlertKind::kCorrelation:
    case AlertKind::kThirdParty:
    case AlertKind::kLead:
      return CorrelationBehaviors();
    default:
      return EndpointBehaviors();
  }
}

// The scrambled index that ends every id: decimal after a dash, else eight hexadecimal digits.
std::optional<uint32_t> ScrambledOf(std::string_view tail) {
  const size_t dash = tail.rfind('-');
  if (dash != std::string_view::npos) {
    const std::string_view digits = tail.substr(dash + 1);
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
  }
  uint32_t number = 0;
  if (tail.size() < 8 || !ParseHex8(tail.substr(tail.size() - 8), &number)) return std::nullopt;
  return number;
}

}  // namespace

Alert::Alert(const World& world, uint32_t index)
    : world_(world), index_(index), rng_(world.seed(), kAlertKind, index) {
  const std::span<const StoryAlert> story = Story();
  if (index < story.size() && index < world.base_alerts()) {
    story_ = &story[index];
    kind_ = story_->kind;
    host_ = story_->host;
    behavior_ = &story_->behavior;
    return;
  }
  kind_ = KindOf(rng_.Below(kKindRoll, 100));
  // Background noise stays off the story's hosts where there are others.
  const uint32_t others = world.hosts() > Host::kStoryHosts ? world.hosts() - Host::kStoryHosts : 0;
  host_ = others == 0 ? rng_.Below(kHostRoll, world.hosts())
                      : Host::kStoryHosts + rng_.Below(kHostRoll, others);
  const std::span<const Behavior> choices = BehaviorsOf(kind_);
  behavior_ = &choices[rng_.Below(kBehaviorRoll, static_cast<uint32_t>(choices.size()))];
}

std::string Alert::FileHash(const World& world, const Behavior& behavior, uint32_t variant) {
  return Rng(world.seed(), kAlertKind + 1, behavior.pattern_id).Hex(kHash + variant * 1000, 64);
}

std::optional<uint32_t> Alert::IndexOf(const World& world, std::string_view id) {
  if (id.starts_with(world.cid()) && id.size() > 33 && id[32] == ':') id.remove_prefix(33);
  const std::optional<uint32_t> scrambled = ScrambledOf(id.substr(id.rfind(':') + 1));
  if (!scrambled) return std::nullopt;
  const uint32_t index = Unscramble(*scrambled);
  if (!world.AlertLives(index) || Alert(world, index).ShortId() != id) return std::nullopt;
  return index;
}

std::string_view Alert::Product() const {
  switch (kind_) {
    case AlertKind::kIdentity:
      return "idp";
    case AlertKind::kCorrelation:
      return "ngsiem";
    case AlertKind::kOverwatch:
      return "overwatch";
    case AlertKind::kThirdParty:
      return "thirdparty";
    case AlertKind::kLead:
      return "automated-lead";
    default:
      return "epp";
  }
}

std::string_view Alert::Type() const {
  switch (kind_) {
    case AlertKind::kScan:
      return "ods";
    case AlertKind::kIdentity:
      return "idp-user-endpoint-app-info";
    case AlertKind::kCorrelation:
      return "correlation-detection";
    case AlertKind::kThirdParty:
      return "signal";
    case AlertKind::kLead:
      return "automated-lead";
    default:
      return "ldt";
  }
}

std::string Alert::ShortId() const {
  const uint32_t scrambled = Scramble(index_);
  switch (kind_) {
    case AlertKind::kScan:
      return "ods:" + host().DeviceId() + ":" + rng_.Hex(kIdText, 24) + Hex8(scrambled);
    case AlertKind::kIdentity:
      return "ind:" + world_.cid() + ":" + rng_.Hex(kIdText, 24) + Hex8(scrambled);
    case AlertKind::kCorrelation:
    case AlertKind::kThirdParty:
      return "ngsiem:" + world_.cid() + ":" + rng_.Hex(kIdText, 24) + Hex8(scrambled);
    case AlertKind::kLead:
      return "automated-lead:" + world_.cid() + ":" + rng_.Hex(kIdText, 24) + Hex8(scrambled);
    default:
      return "ind:" + host().DeviceId() + ":" + ProcessId() + "-" +
             std::to_string(behavior_->pattern_id) + "-" + std::to_string(scrambled);
  }
}

std::string Alert::AggregateId() const {
  return "aggind:" + (HasDevice() ? host().DeviceId() : world_.cid()) + ":" +
         std::to_string(Rng(1, 1, host_).Of(1) >> 1);
}

Nanos Alert::Created() const {
  if (story_ != nullptr) return world_.anchor() - story_->minutes_ago * kMinute - 123'456'789;
  if (index_ >= world_.base_alerts()) return world_.AddedAt(index_);
  // Runs of four alerts share one instant now and then, as bursts of one sensor do.
  const uint32_t run = index_ / 4 * 4;
  const bool tied = Rng(world_.seed(), kAlertKind, run).Chance(kAge + 100, 30);
  const uint32_t place = tied ? run : index_;
  // The square makes recent days denser than old ones.
  const double share = (place + 1.0) / (world_.base_alerts() + 1.0);
  const auto age = static_cast<Nanos>(share * share * static_cast<double>(kSpan));
  return world_.anchor() - kMinute - age -
         static_cast<Nanos>(Rng(world_.seed(), kAlertKind, place).Of(kAge) % kMinute);
}

Nanos Alert::Timestamp() const {
  return (Created() - (1 + rng_.Below(kDelay, 600)) * kSecond) / kMillisecond * kMillisecond;
}

Nanos Alert::Updated() const {
  if (const World::Revision* revision = world_.Changed(index_)) return revision->updated;
  const Nanos created = Created();
  if (index_ >= world_.base_alerts() || created >= world_.anchor()) return created;
  return created + static_cast<Nanos>(rng_.Of(kUpdate) % static_cast<uint64_t>(std::min(
                                                             world_.anchor() - created, 3 * kDay)));
}

std::string_view Alert::Status() const {
  const World::Revision* revision = world_.Changed(index_);
  if (revision != nullptr && revision->closed) return "closed";
  if (story_ != nullptr) return story_->status;
  const uint32_t roll = rng_.Below(kStatusRoll, 100);
  return roll < 45 ? "new" : roll < 60 ? "in_progress" : roll < 65 ? "reopened" : "closed";
}

std::optional<uint32_t> Alert::Severity() const {
  if (kind_ == AlertKind::kLead) return std::nullopt;
  if (story_ == nullptr && rng_.Chance(kOddSeverity, 3))
    return 1 + rng_.Below(kOddSeverity + 50, 100);
  return behavior_->severity;
}

std::string_view Alert::SeverityName() const {
  const std::optional<uint32_t> severity = Severity();
  if (!severity) return "";
  if (*severity >= 80) return "Critical";
  if (*severity >= 60) return "High";
  if (*severity >= 40) return "Medium";
  return *severity >= 20 ? "Low" : "Informational";
}

uint32_t Alert::Confidence() const {
  return story_ != nullptr ? 90 : 10 * (1 + rng_.Below(kConfidence, 10));
}

std::optional<std::string> Alert::AssignedTo() const {
  if (Status() == "new") return std::nullopt;
  static constexpr std::array<std::string_view, 3> kNames = {"Alice Anderson", "Bob Brown",
                                                             "Carol Chen"};
  return std::string(rng_.Pick(kAssigned, kNames));
}

std::vector<std::string> Alert::Tags() const {
  if (Status() != "closed")
    return story_ != nullptr ? std::vector<std::string>{"fc/offering/falcon_complete"}
                             : std::vector<std::string>{};
  static constexpr std::array<std::string_view, 3> kVerdicts = {"true_positive", "false_positive",
                                                                "ignored"};
  return {std::string(rng_.Pick(kTagRoll, kVerdicts))};
}

bool Alert::Shown() const { return story_ != nullptr || !rng_.Chance(kShownRoll, 8); }

std::string Alert::User() const {
  return story_ != nullptr ? std::string(story_->user) : host().LastUser();
}

std::string Alert::Sha256() const {
  if (story_ != nullptr && behavior_->filename == "svchost.exe") return std::string(kStoryHash);
  return FileHash(world_, *behavior_, rng_.Below(kHash, kFileVariants));
}

std::string Alert::LocalProcessId() const {
  return std::to_string(story_ != nullptr ? story_->local_process_id
                                          : 4 * (100 + rng_.Below(kProcess + 200, 8000)));
}

std::string Alert::ProcessId() const {
  return std::to_string((rng_.Of(kProcess) >> 1) | (1ULL << 60));
}

}  // namespace falcon::simulator
