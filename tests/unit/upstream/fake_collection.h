// A combined endpoint over records in memory: filter by range, sort, cursors by position that may
// die.
#ifndef FALCON_TESTS_UNIT_UPSTREAM_FAKE_COLLECTION_H_
#define FALCON_TESTS_UNIT_UPSTREAM_FAKE_COLLECTION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "http/http_transport.h"
#include "tests/support/fake_clock.h"
#include "upstream/operation/operation_table.h"

namespace falcon::upstream {

using testing::FakeClock;

// Loop thread, but for setting it up. Speaks PostCombinedAlertsV1, CombinedDevicesByFilter, and
// QueryDevicesByFilter with PostDeviceDetailsV2 beside it.
class FakeCollection final : public http::HttpTransport {
 public:
  // Records sort by `instant`, truncated to `resolution` nanoseconds, in filters too, as Falcon's
  // index does. The order inside a tie is another one for each filter.
  FakeCollection(const Operation& operation, const FakeClock& clock, int64_t resolution)
      : operation_(operation), clock_(clock), resolution_(resolution) {}

  std::map<std::string, int64_t> records;  // id -> instant, in nanoseconds since the epoch
  std::function<void()> before_call;       // mutations
  bool knows_total = true;                 // of ids
  bool all_cursors_dead = false;           // those given so far; reset by the answer to one
  int max_page_with_body = 1 << 30;        // larger pages are over the transport's ceiling

  int calls = 0;
  std::vector<int> limits;                  // asked for, in order
  std::vector<std::string> filters;         // likewise
  std::map<std::string, std::string> last;  // parameters of the last call

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override;

 private:
  struct Position {
    int64_t key;
    uint64_t tie;
    std::string id;
    auto operator<=>(const Position&) const = default;
  };
  struct Given {
    std::string filter;
    std::string sort;
    Position position;
    WallTime at;
  };

  http::HttpResponse Entities(const http::HttpRequest& request) const;
  std::string IdsBody(const std::vector<Position>& rows, size_t offset, size_t limit) const;
  std::map<std::string, std::string> Parameters(const http::HttpRequest& request) const;
  std::vector<Position> Matching(const std::string& filter, bool descending) const;
  std::string Body(const std::vector<Position>& page, size_t total, const std::string& next) const;

  const Operation& operation_;
  const FakeClock& clock_;
  int64_t resolution_;
  std::map<std::string, Given> given_;
};

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_FAKE_COLLECTION_H_
