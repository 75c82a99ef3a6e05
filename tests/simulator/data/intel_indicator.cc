// Values, words and times of intel indicators.
#include "simulator/data/intel_indicator.h"

#include <algorithm>
#include <array>

#include "simulator/data/ioc.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kIntelKind = 41;
constexpr Nanos kSpan = 1080 * kDay;

enum Question : uint64_t {
  kType = 1,
  kConfidence,
  kFamily,
  kActor,
  kThreat,
  kChain,
  kTarget,
  kReport,
  kCve,
  kAge,
  kChange,
  kDeleted,
  kLabel,
  kRelated,
  kValue = 100,
  kMarker = 200,
};

// What IOC management calls sha256, md5, domain, ipv4, ipv6.
constexpr std::array<std::string_view, 5> kMirrored = {"hash_sha256", "hash_md5", "domain",
                                                       "ip_address", "ip_address"};
constexpr std::array<std::string_view, 5> kIocWords = {"sha256", "md5", "domain", "ipv4", "ipv6"};
constexpr std::array<std::string_view, 4> kConfidences = {"high", "medium", "low", "unverified"};
constexpr std::array<std::string_view, 5> kFamilies = {"Xworm", "njRATLime", "CobaltStrike",
                                                       "AgentTesla", "Emotet"};
constexpr std::array<std::string_view, 4> kActors = {"WIZARDSPIDER", "FANCYBEAR", "CARBONSPIDER",
                                                     "LABYRINTHCHOLLIMA"};
constexpr std::array<std::string_view, 5> kThreats = {"ddos", "mineware", "banking", "ransomware",
                                                      "commodity"};
constexpr std::array<std::string_view, 7> kChains = {
    "reconnaissance",    "weaponization", "delivery", "exploitation", "installation", "c2",
    "actionOnObjectives"};
constexpr std::array<std::string_view, 4> kTargets = {"Financial", "Healthcare", "Government",
                                                      "Technology"};

std::string Number(const Dice& dice, uint64_t question, uint32_t from, uint32_t count) {
  return std::to_string(from + dice.Below(question, count));
}

template <size_t N>
std::vector<std::string> Some(const Dice& dice, uint64_t question,
                              const std::array<std::string_view, N>& words, uint32_t percent) {
  if (!dice.Chance(question, percent)) return {};
  return {std::string(dice.Pick(question + 1000, words))};
}

}  // namespace

IntelIndicator::IntelIndicator(const World& world, IntelSizes sizes, uint32_t index)
    : world_(world), sizes_(sizes), index_(index), dice_(world.seed(), kIntelKind, index) {}

std::optional<uint32_t> IntelIndicator::IndexOf(const World& world, IntelSizes sizes,
                                                std::string_view id) {
  const auto is = [&](uint32_t index) {
    return index < sizes.indicators && IntelIndicator(world, sizes, index).Id() == id;
  };
  for (size_t i = 0; i < kMirrored.size(); ++i) {
    if (!id.starts_with(kMirrored[i]) || id.size() <= kMirrored[i].size() + 1) continue;
    const auto row = Ioc::IndexOf(world, kIocWords[i], id.substr(kMirrored[i].size() + 1));
    if (row && is(*row)) return row;
  }
  // Every invented value hides its index in eight hexadecimal digits.
  for (size_t at = 0; at + 8 <= id.size(); ++at) {
    uint32_t scrambled = 0;
    if (ParseHex8(id.substr(at, 8), &scrambled) && is(Unscramble(scrambled)))
      return Unscramble(scrambled);
  }
  return std::nullopt;
}

bool IntelIndicator::Story() const { return index_ < Ioc::kStoryIocs && index_ < sizes_.iocs; }

std::string_view IntelIndicator::Type() const {
  if (index_ < sizes_.iocs) return kMirrored[static_cast<size_t>(Ioc(world_, index_).type())];
  const uint32_t roll = dice_.Below(kType, 100);
  if (roll < 40) return "domain";
  if (roll < 65) return "hash_sha256";
  if (roll < 75) return "hash_md5";
  if (roll < 88) return "url";
  return roll < 95 ? "email_address" : "mutex_name";
}

std::string IntelIndicator::Indicator() const {
  if (index_ < sizes_.iocs) return Ioc(world_, index_).Value();
  const std::string hidden = Hex8(Scramble(index_));
  const std::string_view type = Type();
  if (type == "hash_sha256") return dice_.Hex(kValue, 56) + hidden;
  if (type == "hash_md5") return dice_.Hex(kValue, 24) + hidden;
  if (type == "url") return "http://" + hidden + ".example.com/a?id='1'&x=" + dice_.Hex(kValue, 4);
  if (type == "email_address") return "billing-" + hidden + "@example.org";
  if (type == "mutex_name") return R"(Global\)" + hidden;
  return "c2-" + hidden + ".example.com";
}

std::string_view IntelIndicator::Confidence() const {
  return Story() ? kConfidences[0] : dice_.Pick(kConfidence, kConfidences);
}

std::vector<std::string> IntelIndicator::Families() const {
  if (Story()) return {"CobaltStrike"};
  return Some(dice_, kFamily, kFamilies, 70);
}

std::vector<std::string> IntelIndicator::Actors() const {
  if (Story()) return {"WIZARDSPIDER"};
  return Some(dice_, kActor, kActors, 30);
}

std::vector<std::string> IntelIndicator::ThreatTypes() const {
  if (Story()) return {"ransomware", "commodity"};
  return Some(dice_, kThreat, kThreats, 60);
}

std::vector<std::string> IntelIndicator::KillChains() const {
  if (Story()) return {"c2"};
  return Some(dice_, kChain, kChains, 50);
}

int64_t IntelIndicator::Published() const {
  if (Story()) return (world_.anchor() - 3 * kDay) / kSecond;
  // Feeds publish many in one second.
  const uint32_t run = index_ / 16 * 16;
  const bool tied = Dice(world_.seed(), kIntelKind, run).Chance(kAge + 50, 50);
  const Dice placed(world_.seed(), kIntelKind, tied ? run : index_);
  return (world_.anchor() - kHour - static_cast<Nanos>(placed.Of(kAge) % kSpan)) / kSecond;
}

int64_t IntelIndicator::Updated() const {
  const int64_t longest = std::min<int64_t>(world_.anchor() / kSecond - Published(), 40 * 86'400);
  return Published() + static_cast<int64_t>(dice_.Of(kChange) %
                                            static_cast<uint64_t>(std::max<int64_t>(1, longest)));
}

bool IntelIndicator::Deleted() const { return !Story() && dice_.Chance(kDeleted, 2); }

std::string IntelIndicator::Marker() const {
  return std::to_string(Updated()) + dice_.Hex(kMarker, 24) + Hex8(index_);
}

Json IntelIndicator::Labels() const {
  Json labels = Json::array();
  const auto add = [&](std::string name) {
    labels.push_back(
        {{"name", std::move(name)}, {"created_on", Published()}, {"last_valid_on", Updated()}});
  };
  for (const std::string& family : Families()) add("Malware/" + family);
  for (const std::string& actor : Actors()) add("Actor/" + actor);
  if (dice_.Chance(kLabel, 40)) add("ThreatType/Criminal");
  return labels;
}

Json IntelIndicator::Record() const {
  Json record = {{"id", Id()},
                 {"indicator", Indicator()},
                 {"type", Type()},
                 {"deleted", Deleted()},
                 {"published_date", Published()},
                 {"last_updated", Updated()},
                 {"malicious_confidence", Confidence()},
                 {"malware_families", Families()},
                 {"actors", Actors()},
                 {"threat_types", ThreatTypes()},
                 {"kill_chains", KillChains()},
                 {"targets", Some(dice_, kTarget, kTargets, 30)},
                 {"labels", Labels()},
                 {"relations", Json::array()},
                 {"_marker", Marker()}};
  record["reports"] = Json::array();
  if (Story() || dice_.Chance(kReport, 20))
    record["reports"].push_back("CSA-" + Number(dice_, kReport + 50, 210'001, 999));
  record["vulnerabilities"] = Json::array();
  if (dice_.Chance(kCve, 5))
    record["vulnerabilities"].push_back("CVE-2023-" + Number(dice_, kCve + 50, 1000, 9000));
  record["domain_types"] = Json::array();
  if (Type() == "domain") record["domain_types"].push_back(Story() ? "ActorControlled" : "DGA");
  record["ip_address_types"] = Json::array();
  if (Type() == "ip_address") record["ip_address_types"].push_back("TorProxy");
  return record;
}

Json IntelIndicator::Relations() const {
  Json relations = Json::array();
  const uint32_t count = Story() ? Ioc::kStoryIocs - 1 : 3 + dice_.Below(kRelated, 30);
  const uint32_t around = Story() ? Ioc::kStoryIocs : sizes_.indicators;
  for (uint32_t i = 1; i <= count; ++i) {
    const IntelIndicator other(world_, sizes_, (index_ + i) % around);
    relations.push_back({{"id", other.Id()},
                         {"indicator", other.Indicator()},
                         {"type", other.Type()},
                         {"created_date", Published()},
                         {"last_valid_date", Updated()}});
  }
  return relations;
}

}  // namespace falcon::simulator
