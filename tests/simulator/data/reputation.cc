// Objects of VirusTotal's API v3, by the keys that its reference documents.
#include "simulator/data/reputation.h"

#include "simulator/data/story.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kReputationKind = 70;
constexpr uint32_t kEngines = 72;

// Answers to questions about one value.
enum Question : uint64_t { kFate = 1, kCount, kAge, kFirst, kVotes, kAsn, kHashes };

uint64_t IndexOf(std::string_view value) {
  uint64_t index = 0xcbf29ce484222325ULL;
  for (const char c : value) index = (index ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return index;
}

struct Counts {
  uint32_t malicious = 0;
  uint32_t suspicious = 0;
  uint32_t harmless = 0;
};

bool IsStory(std::string_view value) {
  return value == kStoryHash || value == kStoryMd5 || value == kStorySha1 ||
         value == kStoryAddress || value == kStoryDomain ||
         value.find("://" + std::string(kStoryDomain)) != std::string_view::npos;
}

// Of a hundred values thirty are not known, four bad, ten doubtful.
std::optional<Counts> CountsOf(ObjectKind kind, std::string_view value, const Dice& dice) {
  if (IsStory(value)) return Counts{58, 2, 0};
  const uint32_t fate = dice.Below(kFate, 100);
  if (fate < 30) return std::nullopt;
  if (fate < 34) return Counts{3 + dice.Below(kCount, 40), dice.Below(kCount + 100, 3), 0};
  // No engine vouches for a file.
  const uint32_t harmless = kind == ObjectKind::kFile ? 0 : 40 + dice.Below(kCount, 20);
  if (fate < 44) return Counts{1 + dice.Below(kCount, 2), dice.Below(kCount + 100, 2), harmless};
  return Counts{0, 0, harmless};
}

Json Stats(ObjectKind kind, const Counts& counts) {
  Json stats = {{"malicious", counts.malicious},
                {"suspicious", counts.suspicious},
                {"harmless", counts.harmless},
                {"undetected", kEngines - counts.malicious - counts.suspicious - counts.harmless},
                {"timeout", 0}};
  if (kind != ObjectKind::kFile) return stats;
  stats.update({{"confirmed-timeout", 0}, {"failure", 1}, {"type-unsupported", 4}});
  return stats;
}

// One line an engine, as long answers really have.
Json Results(const Counts& counts) {
  Json results = Json::object();
  for (uint32_t i = 0; i < kEngines; ++i) {
    const std::string name = "Engine-" + std::to_string(i);
    const uint32_t suspicious = counts.malicious + counts.suspicious;
    const std::string_view category = i < counts.malicious               ? "malicious"
                                      : i < suspicious                   ? "suspicious"
                                      : i < suspicious + counts.harmless ? "harmless"
                                                                         : "undetected";
    results[name] = {{"category", category}, {"engine_name", name}, {"method", "blacklist"}};
  }
  return results;
}

void AddFileKeys(std::string_view value, bool bad, Nanos anchor, const Dice& dice,
                 Json* attributes) {
  const bool story = IsStory(value);
  const auto hash = [&](std::string_view of_story, size_t digits) {
    if (value.size() == digits) return std::string(value);
    return story ? std::string(of_story) : dice.Hex(kHashes + digits, digits);
  };
  (*attributes)["sha256"] = hash(kStoryHash, 64);
  (*attributes)["sha1"] = hash(kStorySha1, 40);
  (*attributes)["md5"] = hash(kStoryMd5, 32);
  (*attributes)["meaningful_name"] =
      story ? "svchost.exe" : "setup-" + dice.Hex(kFirst, 4) + ".exe";
  (*attributes)["names"] = {(*attributes)["meaningful_name"], "sample.bin"};
  (*attributes)["type_description"] = "Win32 EXE";
  (*attributes)["size"] = 10'000 + dice.Below(kFirst, 5'000'000);
  (*attributes)["tags"] = {"peexe", "64bits"};
  (*attributes)["first_submission_date"] =
      (anchor - (30 + dice.Below(kFirst, 900)) * kDay) / kSecond;
  (*attributes)["times_submitted"] = 1 + dice.Below(kFirst, 50);
  if (bad) {
    (*attributes)["popular_threat_classification"] = {
        {"suggested_threat_label", "trojan.cobaltstrike/beacon"}};
  }
}

void AddNetworkKeys(ObjectKind kind, std::string_view value, Nanos anchor, const Dice& dice,
                    Json* attributes) {
  (*attributes)["tags"] = Json::array();
  if (kind == ObjectKind::kAddress) {
    (*attributes)["as_owner"] = "Example Transit Ltd.";
    (*attributes)["asn"] = 64'496 + dice.Below(kAsn, 15);
    (*attributes)["country"] = "NL";
    (*attributes)["network"] = "203.0.113.0/24";
  } else if (kind == ObjectKind::kDomain) {
    (*attributes)["registrar"] = "Example Registrar, Inc.";
    (*attributes)["creation_date"] = (anchor - (9 + dice.Below(kFirst, 3000)) * kDay) / kSecond;
    (*attributes)["categories"] = {{"Example Categories", "uncategorized"}};
  } else {
    (*attributes)["url"] = value;
    (*attributes)["first_submission_date"] =
        (anchor - (1 + dice.Below(kFirst, 300)) * kDay) / kSecond;
  }
}

}  // namespace

std::optional<Json> VirusTotalObject(const World& world, ObjectKind kind, std::string_view value) {
  constexpr std::string_view kTypes[] = {"file", "domain", "ip_address", "url"};
  constexpr std::string_view kPaths[] = {"files", "domains", "ip_addresses", "urls"};
  const Dice dice(world.seed(), kReputationKind, IndexOf(value));
  const std::optional<Counts> counts = CountsOf(kind, value, dice);
  if (!counts) return std::nullopt;
  const bool bad = counts->malicious >= 3;
  Json attributes = {
      {"last_analysis_stats", Stats(kind, *counts)},
      {"last_analysis_results", Results(*counts)},
      {"last_analysis_date", (world.anchor() - (1 + dice.Below(kAge, 240)) * kHour) / kSecond},
      {"reputation", bad ? -40 - static_cast<int>(dice.Below(kVotes, 60)) : 0},
      {"total_votes", {{"harmless", 0}, {"malicious", bad ? 12 : 0}}}};
  if (kind == ObjectKind::kFile) {
    AddFileKeys(value, bad, world.anchor(), dice, &attributes);
  } else {
    AddNetworkKeys(kind, value, world.anchor(), dice, &attributes);
  }
  const size_t row = static_cast<size_t>(kind);
  // A URL's id is a hash of its canonical form.
  const std::string id = kind == ObjectKind::kFile  ? attributes["sha256"].get<std::string>()
                         : kind == ObjectKind::kUrl ? dice.Hex(kHashes, 64)
                                                    : std::string(value);
  const std::string self =
      "https://www.virustotal.com/api/v3/" + std::string(kPaths[row]) + "/" + id;
  return Json{{"id", id},
              {"type", kTypes[row]},
              {"links", {{"self", self}}},
              {"attributes", std::move(attributes)}};
}

}  // namespace falcon::simulator
