// VirusTotal's API v3: key, quota, its form of errors, and objects by the keys that its reference
// documents.
#include "simulator/api/virustotal.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "simulator/base/rng.h"
#include "simulator/data/story.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kReputationKind = 70;
constexpr uint32_t kEngines = 72;

enum class ObjectKind { kFile, kDomain, kAddress, kUrl };

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

// Of a hundred values 30 are unknown, 4 are malicious and 10 are suspicious.
std::optional<Counts> CountsOf(ObjectKind kind, std::string_view value, const Rng& rng) {
  if (IsStory(value)) return Counts{58, 2, 0};
  const uint32_t fate = rng.Below(kFate, 100);
  if (fate < 30) return std::nullopt;
  if (fate < 34) return Counts{3 + rng.Below(kCount, 40), rng.Below(kCount + 100, 3), 0};
  // No engine calls a file harmless.
  const uint32_t harmless = kind == ObjectKind::kFile ? 0 : 40 + rng.Below(kCount, 20);
  if (fate < 44) return Counts{1 + rng.Below(kCount, 2), rng.Below(kCount + 100, 2), harmless};
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

// One entry for each engine, as real answers have.
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

void AddFileKeys(std::string_view value, bool bad, Nanos anchor, const Rng& rng, Json* attributes) {
  const bool story = IsStory(value);
  const auto hash = [&](std::string_view of_story, size_t digits) {
    if (value.size() == digits) return std::string(value);
    return story ? std::string(of_story) : rng.Hex(kHashes + digits, digits);
  };
  (*attributes)["sha256"] = hash(kStoryHash, 64);
  (*attributes)["sha1"] = hash(kStorySha1, 40);
  (*attributes)["md5"] = hash(kStoryMd5, 32);
  (*attributes)["meaningful_name"] = story ? "svchost.exe" : "setup-" + rng.Hex(kFirst, 4) + ".exe";
  (*attributes)["names"] = {(*attributes)["meaningful_name"], "sample.bin"};
  (*attributes)["type_description"] = "Win32 EXE";
  (*attributes)["size"] = 10'000 + rng.Below(kFirst, 5'000'000);
  (*attributes)["tags"] = {"peexe", "64bits"};
  (*attributes)["first_submission_date"] =
      (anchor - (30 + rng.Below(kFirst, 900)) * kDay) / kSecond;
  (*attributes)["times_submitted"] = 1 + rng.Below(kFirst, 50);
  if (bad) {
    (*attributes)["popular_threat_classification"] = {
        {"suggested_threat_label", "trojan.cobaltstrike/beacon"}};
  }
}

void AddNetworkKeys(ObjectKind kind, std::string_view value, Nanos anchor, const Rng& rng,
                    Json* attributes) {
  (*attributes)["tags"] = Json::array();
  if (kind == ObjectKind::kAddress) {
    (*attributes)["as_owner"] = "Example Transit Ltd.";
    (*attributes)["asn"] = 64'496 + rng.Below(kAsn, 15);
    (*attributes)["country"] = "NL";
    (*attributes)["network"] = "203.0.113.0/24";
  } else if (kind == ObjectKind::kDomain) {
    (*attributes)["registrar"] = "Example Registrar, Inc.";
    (*attributes)["creation_date"] = (anchor - (9 + rng.Below(kFirst, 3000)) * kDay) / kSecond;
    (*attributes)["categories"] = {{"Example Categories", "uncategorized"}};
  } else {
    (*attributes)["url"] = value;
    (*attributes)["first_submission_date"] =
        (anchor - (1 + rng.Below(kFirst, 300)) * kDay) / kSecond;
  }
}

// The object of a lower-case hash, a domain, an address or a URL, as `data` holds it; nothing when
// VirusTotal does not know it.
std::optional<Json> VirusTotalObject(const World& world, ObjectKind kind, std::string_view value) {
  constexpr std::string_view kTypes[] = {"file", "domain", "ip_address", "url"};
  constexpr std::string_view kPaths[] = {"files", "domains", "ip_addresses", "urls"};
  const Rng rng(world.seed(), kReputationKind, IndexOf(value));
  const std::optional<Counts> counts = CountsOf(kind, value, rng);
  if (!counts) return std::nullopt;
  const bool bad = counts->malicious >= 3;
  Json attributes = {
      {"last_analysis_stats", Stats(kind, *counts)},
      {"last_analysis_results", Results(*counts)},
      {"last_analysis_date", (world.anchor() - (1 + rng.Below(kAge, 240)) * kHour) / kSecond},
      {"reputation", bad ? -40 - static_cast<int>(rng.Below(kVotes, 60)) : 0},
      {"total_votes", {{"harmless", 0}, {"malicious", bad ? 12 : 0}}}};
  if (kind == ObjectKind::kFile) {
    AddFileKeys(value, bad, world.anchor(), rng, &attributes);
  } else {
    AddNetworkKeys(kind, value, world.anchor(), rng, &attributes);
  }
  const size_t row = static_cast<size_t>(kind);
  // A URL's id is a hash of its canonical form.
  const std::string id = kind == ObjectKind::kFile  ? attributes["sha256"].get<std::string>()
                         : kind == ObjectKind::kUrl ? rng.Hex(kHashes, 64)
                                                    : std::string(value);
  const std::string self =
      "https://www.virustotal.com/api/v3/" + std::string(kPaths[row]) + "/" + id;
  return Json{{"id", id},
              {"type", kTypes[row]},
              {"links", {{"self", self}}},
              {"attributes", std::move(attributes)}};
}

Reply Refusal(int status, std::string_view code, std::string message) {
  Reply reply;
  reply.status = status;
  reply.body = ToText({{"error", {{"code", code}, {"message", std::move(message)}}}});
  return reply;
}

bool IsHash(std::string_view text) {
  const bool length = text.size() == 32 || text.size() == 40 || text.size() == 64;
  return length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Unpadded base64url; nothing for other text.
std::optional<std::string> UrlOf(std::string id) {
  std::replace(id.begin(), id.end(), '-', '+');
  std::replace(id.begin(), id.end(), '_', '/');
  while (id.size() % 4 != 0) id.push_back('=');
  return Base64Decode(id);
}

}  // namespace

Reply VirusTotalApi::Handle(const Call& call) {
  const Request& request = call.request;
  if (request.api_key.empty()) {
    return Refusal(401, "AuthenticationRequiredError", "X-Apikey header is missing");
  }
  if (request.api_key != store_.options.virustotal_key) {
    return Refusal(401, "WrongCredentialsError", "Wrong API key");
  }
  if (!rate_.Take(store_.clock.Now())) return Refusal(429, "QuotaExceededError", "Quota exceeded");
  if (request.method != "GET") {
    return Refusal(403, "ForbiddenError", "You are not authorized to perform the operation");
  }
  const std::string rest = request.path.substr(kVirusTotalPath.size());
  const size_t slash = rest.find('/');
  if (slash == std::string::npos) return Refusal(404, "NotFoundError", "Resource not found");
  return LookUp(std::string_view(rest).substr(0, slash), PercentDecode(rest.substr(slash + 1)));
}

Reply VirusTotalApi::LookUp(std::string_view collection, const std::string& id) const {
  std::optional<ObjectKind> kind;
  std::string value = fql::LowerCase(id);
  if (collection == "files") {
    kind = ObjectKind::kFile;
    if (!IsHash(value)) return Refusal(404, "NotFoundError", "File \"" + id + "\" not found");
  } else if (collection == "domains") {
    kind = ObjectKind::kDomain;
    if (value.find('.') == std::string::npos) {
      return Refusal(400, "InvalidArgumentError", "Domain \"" + id + "\" is not a valid domain");
    }
  } else if (collection == "ip_addresses") {
    kind = ObjectKind::kAddress;
    if (value.find_first_not_of("0123456789abcdef.:") != std::string::npos) {
      return Refusal(400, "InvalidArgumentError", "\"" + id + "\" is not a valid IP address");
    }
  } else if (collection == "urls") {
    kind = ObjectKind::kUrl;
    value = UrlOf(id).value_or("");
  }
  if (!kind || value.empty()) return Refusal(404, "NotFoundError", "Resource not found");
  std::optional<Json> object = VirusTotalObject(store_.world, *kind, value);
  if (!object) return Refusal(404, "NotFoundError", "\"" + id + "\" not found");
  Reply reply;
  reply.body = ToText({{"data", std::move(*object)}});
  return reply;
}

}  // namespace falcon::simulator
