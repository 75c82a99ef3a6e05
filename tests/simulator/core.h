// The parts of a simulator and the path of a call through them.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/api/auth.h"
#include "simulator/api/ledger.h"
#include "simulator/api/rate_window.h"
#include "simulator/api/virustotal.h"
#include "simulator/areas/area.h"
#include "simulator/fault/fault.h"
#include "simulator/search/store.h"
#include "simulator/simulator.h"

namespace falcon::simulator {

// Guarded by `mutex`.
struct Simulator::Core {
  explicit Core(const Options& options);

  Reply Handle(const Request& request);
  // Control endpoints, in control.cc.
  Reply Control(const Request& request);
  void MutateAlerts(uint32_t add, uint32_t remove, uint32_t change);

  mutable std::mutex mutex;
  Store store;
  Tokens tokens;
  RateWindow customer_rate;
  RateWindow token_rate;
  RateWindow stale_rate;
  simulator::Ledger ledger;
  Faults faults;

 private:
  struct Verdict {
    Reply reply;
    bool mutating = false;
    RateWindow* window = nullptr;  // whose numbers the reply's headers show; null: no Falcon call
  };

  Verdict Judge(const Call& call);
  // The answer to a retired or unknown call; nothing for the others.
  std::optional<Reply> Missing(const Call& call, const Route* route);
  RateWindow* WindowOf(const Request& request);
  std::pair<int, int> ShownRate(RateWindow* window);
  Reply Limited(const Call& call, RateWindow& window);
  void ApplyCompanions(const std::vector<FaultRule>& rules);
  void AddHeaders(const std::vector<FaultRule>& rules, const Call& call, RateWindow* window,
                  Reply* reply);
  bool Allowed(std::string_view scope) const;
  std::string NextTraceId();

  AuthApi auth_;
  VirusTotalApi virustotal_;
  std::vector<std::unique_ptr<Area>> areas_;
  Routes routes_;
  uint64_t calls_ = 0;
};

}  // namespace falcon::simulator
