// A world with real-time response sessions for the tests of one suite, and what it holds.
#ifndef FALCON_TESTS_E2E_RTR_JOURNEY_H_
#define FALCON_TESTS_E2E_RTR_JOURNEY_H_

#include <string>
#include <vector>

#include "tests/e2e/calls/rtr_sessions.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {

class RtrJourney : public SharedWorld<RtrJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "50", "--hosts", "300", "--rtr-sessions", "1000"}};
  }

 protected:
  // What the simulator's audit holds, whole, by Falcon's own keys.
  static std::vector<v1::RtrAuditSession> Everybodys() {
    const auto request =
        Make<v1::ListRtrAuditSessionsRequest>("page_size: 500 view: RECORD_VIEW_FULL");
    std::vector<v1::RtrAuditSession> all;
    ForEachPage(world(), request, [&](const auto& page) {
      for (const auto& session : page.rtr_audit_sessions()) all.push_back(session);
    });
    return all;
  }

  // The session of the story's response.
  static v1::RtrSession Response(const std::string& mask = "") {
    const auto page =
        Ask(world(),
            Make<v1::ListRtrSessionsRequest>(
                "filter { hostname: 'srv-prod-001' statuses: RTR_SESSION_STATUS_ACTIVE }" + mask));
    EXPECT_EQ(page->rtr_sessions_size(), 1) << page.status.error_message();
    return page->rtr_sessions().empty() ? v1::RtrSession() : page->rtr_sessions(0);
  }
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_RTR_JOURNEY_H_
