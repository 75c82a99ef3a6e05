// What the handlers share: the data, its search engine, cursors and rendered records.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/clock.h"
#include "simulator/base/options.h"
#include "simulator/data/case.h"
#include "simulator/data/case_settings.h"
#include "simulator/data/discovered_account.h"
#include "simulator/data/discovered_application.h"
#include "simulator/data/discovered_host.h"
#include "simulator/data/discovered_login.h"
#include "simulator/data/intel_indicator.h"
#include "simulator/data/ioc.h"
#include "simulator/data/rtr_session.h"
#include "simulator/data/vulnerability_collection.h"
#include "simulator/data/world.h"
#include "simulator/search/collection.h"
#include "simulator/search/cursors.h"
#include "simulator/search/engine.h"
#include "simulator/search/record_cache.h"

namespace falcon::simulator {

// Not synchronised: the simulator's mutex guards it.
struct Store {
  explicit Store(const Options& the_options)
      : options(the_options),
        clock(options.now_function, options.now),
        world(options, options.now == 0 ? clock.DataNow() : options.now),
        alerts(world),
        hosts(world, false),
        hidden_hosts(world, true),
        iocs(world, options.iocs),
        intel_indicators(world, {options.iocs, options.intel_indicators}),
        cases(world),
        attachments(world),
        slas(world),
        templates(world),
        rtr_sessions(world, options.rtr_sessions, options.client_id, false),
        rtr_audit(world, options.rtr_sessions, options.client_id, true),
        vulnerabilities(world, options.vulnerabilities),
        discovered_hosts(world, options.discover_hosts),
        discovered_applications(world, options.discover_applications),
        discovered_accounts(world, options.discover_accounts),
        discovered_logins(world, options.discover_logins),
        engine(options.lenient_unknown_fields),
        cursors(options.cursor_lifetime_seconds * kSecond, options.cursor_uses, options.seed),
        records(options.record_cache_bytes) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Options options;
  Clock clock;
  World world;
  AlertCollection alerts;
  HostCollection hosts;
  HostCollection hidden_hosts;
  IocCollection iocs;
  IntelIndicatorCollection intel_indicators;
  CaseCollection cases;
  AttachmentCollection attachments;
  SlaCollection slas;
  TemplateCollection templates;
  RtrSessionCollection rtr_sessions;  // the API client's own
  RtrSessionCollection rtr_audit;
  VulnerabilityCollection vulnerabilities;
  DiscoveredHostCollection discovered_hosts;
  DiscoveredApplicationCollection discovered_applications;
  DiscoveredAccountCollection discovered_accounts;
  DiscoveredLoginCollection discovered_logins;
  Engine engine;
  Cursors cursors;
  RecordCache records;
};

}  // namespace falcon::simulator
