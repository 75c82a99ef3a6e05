// The parts of a simulator and the path of a call through them.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "simulator/api/alerts_api.h"
#include "simulator/api/auth_api.h"
#include "simulator/api/cases_api.h"
#include "simulator/api/discover_api.h"
#include "simulator/api/hosts_api.h"
#include "simulator/api/intel_indicators_api.h"
#include "simulator/api/iocs_api.h"
#include "simulator/api/ledger.h"
#include "simulator/api/rate_window.h"
#include "simulator/api/rtr_api.h"
#include "simulator/api/spotlight_api.h"
#include "simulator/api/store.h"
#include "simulator/api/tokens.h"
#include "simulator/api/virustotal_api.h"
#include "simulator/fault/rule.h"
#include "simulator/simulator.h"

namespace falcon::simulator {

// What an endpoint needs before its handler runs.
enum class Guard { kNone, kToken, kGone405, kGone404, kWrite };

struct Route {
  Guard guard = Guard::kToken;
  std::string_view scope;  // for example Alerts:read
  std::function<Reply(const Call&)> handler;
};

// Guarded by `mutex`.
struct Simulator::Core {
  explicit Core(Options options);

  Reply Handle(const Request& request);
  // Adds the endpoints of routes.cc and of the files beside it.
  void AddRoutes();
  void AddAlertRoutes();
  void AddHostRoutes();
  void AddVulnerabilityRoutes();
  void AddDiscoverRoutes();
  void AddIocRoutes();
  void AddCaseRoutes();
  void AddRtrRoutes();
  void AddRoute(std::string_view method_and_path, Guard guard, std::string_view scope,
                std::function<Reply(const Call&)> handler);
  // A read that needs a token with `scope`.
  template <class Api>
  void AddRead(std::string_view method_and_path, std::string_view scope, Api& api,
               Reply (Api::*handler)(const Call&)) {
    AddRoute(method_and_path, Guard::kToken, scope,
             [&api, handler](const Call& call) { return (api.*handler)(call); });
  }
  // The same by a handler that also takes `more`, which lives as long as the simulator.
  template <class Api, class More>
  void AddRead(std::string_view method_and_path, std::string_view scope, Api& api,
               Reply (Api::*handler)(const Call&, const More&), const More& more) {
    AddRoute(method_and_path, Guard::kToken, scope,
             [&api, handler, &more](const Call& call) { return (api.*handler)(call, more); });
  }
  // Endpoints without a handler.
  void AddRoutes(Guard guard, std::span<const std::string_view> paths) {
    for (const std::string_view path : paths) AddRoute(path, guard, "", nullptr);
  }

  // Control endpoints, in control.cc.
  Reply Control(const Request& request);

  mutable std::mutex mutex;
  Store store;
  Tokens tokens;
  RateWindow customer_rate;
  RateWindow token_rate;
  RateWindow stale_rate;
  simulator::Ledger ledger;
  Faults faults;
  AlertsApi alerts;
  HostsApi hosts;
  DiscoverApi discover;
  IocsApi iocs;
  IntelIndicatorsApi intel_indicators;
  CasesApi cases;
  RtrApi rtr;
  SpotlightApi spotlight;
  AuthApi auth;
  VirusTotalApi virustotal;

 private:
  struct Judged {
    Reply reply;
    bool mutating = false;
    RateWindow* window = nullptr;  // whose numbers the reply's headers show; null: no Falcon call
  };

  Judged Judge(const Call& call);
  // What a retired or unknown call gets; nothing for the others.
  std::optional<Reply> Missing(const Call& call, Guard guard, bool known);
  RateWindow* WindowOf(const Request& request);
  std::pair<int, int> ShownRate(RateWindow* window);
  Reply Limited(const Call& call, RateWindow& window);
  void ApplyCompanions(const std::vector<FaultRule>& rules);
  void AddHeaders(const std::vector<FaultRule>& rules, const Call& call, RateWindow* window,
                  Reply* reply);
  bool Allowed(std::string_view scope) const;
  std::string NextTraceId();

  std::unordered_map<std::string, Route> routes_;
  std::unordered_map<std::string, bool> known_paths_;
  uint64_t calls_ = 0;
};

}  // namespace falcon::simulator
