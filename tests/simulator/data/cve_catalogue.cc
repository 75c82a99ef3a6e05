// Makes the catalogue: the well-known CVEs first, then invented ones with numbers from 90000 on.
#include "simulator/data/cve_catalogue.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "simulator/base/json.h"
#include "simulator/base/rng.h"

namespace falcon::simulator {
namespace {

// CVEs that everybody knows, with their published facts.
struct KnownCveFacts {
  std::string_view id;
  std::string_view name;
  std::string_view product;  // of product.h
  std::string_view description;
  std::string_view severity;
  double base_score;
  int exploit_status;
  std::string_view published;
  std::string_view due;  // date of the KEV entry; empty: not in that catalogue
  std::string_view cwe;
};

// In the order of KnownCve.
constexpr auto kKnown = std::to_array<KnownCveFacts>({
    {"CVE-2021-44228", "Log4Shell", "Log4j",
     "Apache Log4j2 looks up attacker-controlled LDAP and other JNDI addresses in log messages and "
     "runs what they answer.",
     "CRITICAL", 10.0, 90, "2021-12-10T10:15:00Z", "2021-12-24", "CWE-502"},
    {"CVE-2024-4577", "", "PHP",
     "PHP on Windows in CGI mode takes characters of some code pages for options, so that a "
     "request "
     "can run code.",
     "CRITICAL", 9.8, 90, "2024-06-09T20:15:00Z", "2024-07-03", "CWE-78"},
    {"CVE-2023-46604", "", "ActiveMQ",
     "The OpenWire protocol of Apache ActiveMQ lets a remote attacker with network access run "
     "commands by class names in serialised data.",
     "CRITICAL", 9.8, 90, "2023-10-27T15:15:00Z", "2023-11-23", "CWE-502"},
    {"CVE-2023-23397", "", "Office",
     "A message with a crafted reminder makes Outlook send the reader's NTLM hash to a server of "
     "the sender's choice.",
     "CRITICAL", 9.8, 90, "2023-03-14T17:15:00Z", "2023-04-04", "CWE-294"},
    {"CVE-2024-38063", "", "Windows",
     "Crafted IPv6 packets run code in the TCP/IP stack of Windows without any log-in.", "CRITICAL",
     9.8, 30, "2024-08-13T18:15:00Z", "", "CWE-191"},
    {"CVE-2024-49112", "", "Windows",
     "Crafted LDAP calls run code in the LDAP service of a Windows domain controller.", "CRITICAL",
     9.8, 60, "2024-12-12T02:04:00Z", "", "CWE-190"},
});

constexpr uint64_t kCveKind = 42;
constexpr uint64_t kRemediationKind = 43;
constexpr uint32_t kInvented = 434;
constexpr uint32_t kUpdates = 8;  // of each product; the last one fixes all

enum Question : uint64_t {
  kScore = 1,
  kBand,
  kExploit,
  kKev,
  kAge,
  kType,
  kCwe,
  kFlaw,
  kUpdate,
  kDue,
  kMetadata = 20,
  kId = 30,
};

struct Flaw {
  std::string_view text;
  std::string_view cwe;
};

constexpr std::array<Flaw, 6> kFlaws = {{
    {"A use after free lets a crafted file or page run code.", "CWE-416"},
    {"An out-of-bounds write lets an attacker run code.", "CWE-787"},
    {"A missing check lets a local user gain higher rights.", "CWE-269"},
    {"An integer overflow ends the process or corrupts its memory.", "CWE-190"},
    {"Input is not checked well, so that private data can be read.", "CWE-200"},
    {"A race lets a local user read or change foreign files.", "CWE-362"},
}};

std::string ScoreText(double score) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f", score);
  return text;
}

std::string_view SeverityOf(std::optional<double> score) {
  if (!score) return "UNKNOWN";
  if (*score < 0.1) return "NONE";
  if (*score < 4.0) return "LOW";
  if (*score < 7.0) return "MEDIUM";
  return *score < 9.0 ? "HIGH" : "CRITICAL";
}

std::string_view ExprtOf(const Cve& cve) {
  if (!cve.base_score) return "UNKNOWN";
  if (cve.kev || (cve.exploit_status == 90 && *cve.base_score >= 7.0)) return "CRITICAL";
  if (cve.exploit_status >= 60 || *cve.base_score >= 9.0) return "HIGH";
  return *cve.base_score >= 6.0 ? "MEDIUM" : "LOW";
}

std::optional<double> InventedScore(const Rng& rng) {
  const uint32_t roll = rng.Below(kBand, 100);
  const auto in = [&rng](double low, uint32_t steps) {
    return low + rng.Below(kScore, steps) / 10.0;
  };
  if (roll < 2) return std::nullopt;
  if (roll < 3) return 0.0;
  if (roll < 12) return in(1.0, 30);
  if (roll < 55) return in(4.0, 30);
  return roll < 92 ? in(7.0, 20) : in(9.0, 10);
}

Cve Invented(const World& world, uint32_t index) {
  const Rng rng(world.seed(), kCveKind, index);
  const std::span<const Product> products = Products();
  const Flaw& flaw = rng.Pick(kFlaw, kFlaws);
  Cve cve;
  cve.product = &products[index % products.size()];
  cve.published = (world.anchor() - (20 + rng.Below(kAge, 1800)) * kDay) / kHour * kHour;
  cve.id =
      "CVE-" + std::to_string(ToCivil(cve.published).year) + "-" + std::to_string(90'000 + index);
  cve.base_score = InventedScore(rng);
  cve.severity = SeverityOf(cve.base_score);
  const uint32_t exploit = rng.Below(kExploit, 100);
  cve.exploit_status = exploit < 62 ? 0 : exploit < 82 ? 30 : exploit < 93 ? 60 : 90;
  cve.kev = cve.exploit_status == 90 && rng.Chance(kKev, 60);
  if (cve.kev) cve.due = (cve.published + (30 + rng.Below(kDue, 60)) * kDay) / kDay * kDay;
  const uint32_t type = rng.Below(kType, 100);
  cve.type = type < 94 ? "Vulnerability" : type < 98 ? "Misconfiguration" : "Unsupported software";
  cve.cwe = flaw.cwe;
  cve.description = std::string(flaw.text) + " Found in " + std::string(cve.product->vendor) + " " +
                    std::string(cve.product->name) + ".";
  cve.remediation_level = type < 97 ? "O" : "U";
  return cve;
}

Cve Known(const KnownCveFacts& facts) {
  Cve cve;
  cve.id = facts.id;
  cve.name = facts.name;
  cve.description = facts.description;
  const std::span<const Product> products = Products();
  cve.product = &*std::find_if(products.begin(), products.end(), [&facts](const Product& product) {
    return product.name == facts.product;
  });
  cve.base_score = facts.base_score;
  cve.severity = facts.severity;
  cve.exploit_status = facts.exploit_status;
  cve.published = ParseTime(facts.published).value_or(0);
  cve.kev = !facts.due.empty();
  if (cve.kev) cve.due = ParseTime(facts.due).value_or(0);
  cve.type = "Vulnerability";
  cve.cwe = facts.cwe;
  cve.remediation_level = "O";
  return cve;
}

std::string CveBlock(const Cve& cve) {
  std::string block;
  JsonText json(&block);
  json.Open('{').Member("id", cve.id);
  if (!cve.name.empty()) json.Member("name", cve.name);
  if (cve.base_score) {
    json.Key("base_score").Raw(ScoreText(*cve.base_score));
    json.Key("exploitability_score").Raw(ScoreText(*cve.base_score * 0.39));
    json.Key("impact_score").Raw(ScoreText(*cve.base_score * 0.59));
    json.Member("vector", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  }
  json.Member("severity", cve.severity).Member("exprt_rating", cve.exprt_rating);
  json.Key("exploit_status").Number(cve.exploit_status);
  json.Key("cisa_info").Open('{').Key("is_cisa_kev").Bool(cve.kev);
  if (cve.kev) json.Member("due_date", FormatTime(cve.due).substr(0, 10));
  json.Close('}');
  json.Member("remediation_level", cve.remediation_level);
  json.List("types", std::array{cve.type}).List("cwes", std::array{cve.cwe});
  if (cve.kev) json.List("actors", std::array<std::string_view, 1>{"WIZARD SPIDER"});
  json.Member("description", cve.description);
  json.Member("published_date", FormatTime(cve.published));
  json.Member("spotlight_published_date", FormatTime(cve.published + 2 * kDay));
  json.List("references", std::array{"https://advisories.example.com/" + cve.id});
  json.List("vendor_advisory", std::array{"https://vendor.example.com/security/" + cve.id});
  json.Close('}');
  return block;
}

}  // namespace

CveCatalogue::CveCatalogue(const World& world) {
  AddRemediations(world);
  for (const KnownCveFacts& facts : kKnown) Add(Known(facts), world);
  for (uint32_t i = 0; i < kInvented; ++i) Add(Invented(world, i), world);
}

void CveCatalogue::AddRemediations(const World& world) {
  for (const Product& product : Products()) {
    const std::string name = std::string(product.vendor) + " " + std::string(product.name);
    for (uint32_t update = 0; update < kUpdates; ++update) {
      const auto index = static_cast<uint32_t>(remediations_.size());
      const Rng rng(world.seed(), kRemediationKind, index);
      const bool patch = product.vendor == "Microsoft";
      const Nanos released = (world.anchor() - (5 + (kUpdates - update) * 30) * kDay) / kDay * kDay;
      const std::string reference =
          patch ? "KB" + std::to_string(5'030'000 + index * 137)
                : "cpe:/a:" + std::string(product.vendor) + ":" + std::string(product.name);
      Update entry;
      entry.id = rng.Hex(kId, 24) + Hex8(Scramble(index));
      JsonText json(&entry.json);
      json.Open('{').Member("id", entry.id).Member("reference", reference);
      json.Member("title", "Update " + name);
      std::string action = patch ? "Install patch for " : "Update ";
      action.append(name).append(patch ? ": " + reference : " to the latest available version");
      json.Member("action", action);
      json.Member("link", patch ? "https://vendor.example.com/kb/" + reference : "");
      json.Member("vendor_url", patch ? "https://vendor.example.com/download/" + reference : "");
      json.Member("type", "patch").Member("provider", "CrowdStrike");
      json.Member("recommendation_type", update + 1 == kUpdates ? "recommended" : "minimum");
      json.Member("patch_publication_date", FormatTime(released));
      json.Member("created_timestamp", FormatTime(released + 6 * kHour));
      json.Member("updated_timestamp", FormatTime(released + 30 * kHour)).Close('}');
      remediations_.push_back(std::move(entry));
    }
  }
}

void CveCatalogue::Add(Cve cve, const World& world) {
  const auto index = static_cast<uint32_t>(cves_.size());
  const Rng rng(world.seed(), kCveKind, index + 1000);
  const auto first = static_cast<uint32_t>(cve.product - Products().data()) * kUpdates;
  cve.minimum = first + rng.Below(kUpdate, kUpdates);
  cve.recommended = first + kUpdates - 1;
  cve.exprt_rating = ExprtOf(cve);
  cve.metadata_id = rng.Hex(kMetadata, 32);
  cve.cve_block = CveBlock(cve);
  JsonText json(&cve.remediation_block);
  const bool one = cve.minimum == cve.recommended;
  json.Open('{').Key("ids").Open('[').Text(RemediationId(cve.minimum));
  if (!one) json.Text(RemediationId(cve.recommended));
  json.Close(']').Key("entities").Open('[').Raw(Remediation(cve.minimum));
  if (!one) json.Raw(Remediation(cve.recommended));
  json.Close(']').Close('}');
  for (const Platform platform : {Platform::kWindows, Platform::kLinux, Platform::kMac}) {
    if (cve.product->RunsOn(platform)) on_[static_cast<size_t>(platform)].push_back(index);
  }
  cves_.push_back(std::move(cve));
}

std::optional<uint32_t> CveCatalogue::FindRemediation(std::string_view id) const {
  uint32_t scrambled = 0;
  if (id.size() != 32 || !ParseHex8(id.substr(24), &scrambled)) return std::nullopt;
  const uint32_t index = Unscramble(scrambled);
  if (index >= remediations_.size() || remediations_[index].id != id) return std::nullopt;
  return index;
}

}  // namespace falcon::simulator
