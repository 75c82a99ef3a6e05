// VirusTotal's API v3 on the same server: four look-ups with their own key and quota. The story's
// indicators are malicious; of the others, some are unknown.
#pragma once

#include <string_view>

#include "simulator/api/envelope.h"
#include "simulator/api/rate_window.h"
#include "simulator/search/store.h"

namespace falcon::simulator {

inline constexpr std::string_view kVirusTotalPath = "/api/v3/";

// Uses what it is given, which outlives it.
class VirusTotalApi {
 public:
  explicit VirusTotalApi(Store& store)
      : store_(store), rate_(store.options.virustotal_rate_limit) {}

  // Any call below kVirusTotalPath. Needs no token of Falcon's.
  Reply Handle(const Call& call);

 private:
  Reply LookUp(std::string_view collection, const std::string& id) const;

  Store& store_;
  RateWindow rate_;
};

}  // namespace falcon::simulator
