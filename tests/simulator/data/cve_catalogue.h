// The CVEs that hosts have, and their remediations: one catalogue for all hosts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/data/product.h"
#include "simulator/data/world.h"

namespace falcon::simulator {

struct Cve {
  std::string id;
  std::string_view name;  // that it goes by; may be empty
  std::string description;
  const Product* product = nullptr;
  std::string_view severity;  // UNKNOWN, NONE, LOW, MEDIUM, HIGH, CRITICAL
  std::optional<double> base_score;
  std::string_view exprt_rating;
  int exploit_status = 0;  // 0, 30, 60, 90
  bool kev = false;
  Nanos due = 0;  // of the KEV entry
  Nanos published = 0;
  std::string_view type;
  std::string_view cwe;
  std::string_view remediation_level;
  std::string metadata_id;
  uint32_t minimum = 0;      // remediation that is enough
  uint32_t recommended = 0;  // remediation that is advised

  // The `cve` and `remediation` blocks as JSON, rendered once.
  std::string cve_block;
  std::string remediation_block;
};

// Well-known CVEs, by their place in every catalogue.
enum KnownCve : uint32_t {
  kLog4Shell,
  kPhpCgi,
  kActiveMq,
  kOutlook,
  kWindowsTcpIp,
  kWindowsLdap,
  kKnownCves
};

// Deterministic from the world's seed and anchor. Immutable.
class CveCatalogue {
 public:
  explicit CveCatalogue(const World& world);

  std::span<const Cve> cves() const { return cves_; }
  // Places of the CVEs that a platform can have.
  std::span<const uint32_t> On(Platform platform) const {
    return on_[static_cast<size_t>(platform)];
  }

  // Remediations: 32 hexadecimal digits, and whole records as JSON.
  size_t remediations() const { return remediations_.size(); }
  const std::string& RemediationId(uint32_t index) const { return remediations_[index].id; }
  const std::string& Remediation(uint32_t index) const { return remediations_[index].json; }
  std::optional<uint32_t> FindRemediation(std::string_view id) const;

 private:
  struct Update {
    std::string id;
    std::string json;
  };

  void AddRemediations(const World& world);
  void Add(Cve cve, const World& world);

  std::vector<Cve> cves_;
  std::vector<Update> remediations_;
  std::array<std::vector<uint32_t>, 3> on_;
};

}  // namespace falcon::simulator
