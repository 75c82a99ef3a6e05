// One world with all that Falcon Discover knows, and ways to read it.
#ifndef FALCON_TESTS_E2E_DISCOVER_JOURNEY_H_
#define FALCON_TESTS_E2E_DISCOVER_JOURNEY_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/calls/discover.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {

inline const auto& Records(const v1::ListDiscoveredHostsResponse& page) { return page.hosts(); }
inline const auto& Records(const v1::ListDiscoveredApplicationsResponse& page) {
  return page.applications();
}
inline const auto& Records(const v1::ListDiscoveredAccountsResponse& page) {
  return page.accounts();
}
inline const auto& Records(const v1::ListDiscoveredLoginsResponse& page) { return page.logins(); }

class DiscoverJourney : public SharedWorld<DiscoverJourney> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "20", "--hosts", "200", "--discover-hosts", "700",
             "--discover-applications", "1100", "--discover-accounts", "400", "--discover-logins",
             "900", "--rate-limit", "0"}};
  }

 protected:
  // Every record that a list finds, whole, page by page.
  template <class Request>
  static auto All(const std::string& text) {
    const auto request = Make<Request>(text + " page_size: 1000 view: RECORD_VIEW_FULL");
    using Record = std::decay_t<decltype(Records(Ask(world(), request).response)[0])>;
    std::vector<Record> records;
    ForEachPage(world(), request, [&](const auto& page) {
      records.insert(records.end(), Records(page).begin(), Records(page).end());
    });
    return records;
  }

  // The list of `text` finds those that fit, of all, and no others; some, and not all.
  template <class Request, class Fits>
  static void ExpectFinds(const std::string& text, Fits fits) {
    std::set<std::string> fitting;
    const auto all = All<Request>("");
    for (const auto& record : all) {
      if (fits(record)) fitting.insert(record.id());
    }
    std::set<std::string> found;
    for (const auto& record : All<Request>(text)) found.insert(record.id());
    EXPECT_EQ(found, fitting) << text;
    EXPECT_GT(found.size(), 0U) << text;
    EXPECT_LT(found.size(), all.size()) << text;
  }
};

inline int64_t DaysAgo(int days) { return time(nullptr) - days * 86'400; }

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_DISCOVER_JOURNEY_H_
