// One row of the fault matrix as a test: what is wrong upstream, what is asked, and what the caller
// must see.
#ifndef FALCON_TESTS_E2E_FAULT_ROW_H_
#define FALCON_TESTS_E2E_FAULT_ROW_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

// What an RPC of whatever type answered.
struct Seen {
  grpc::Status status;
  v1::ReadInfo info;
  int records = 0;
  std::map<std::string, std::string> trailers;
};

using Act = std::function<Seen(World&, milliseconds deadline)>;

Seen ListDetections(World& world, milliseconds deadline);
Seen ListHosts(World& world, milliseconds deadline);
Seen GetDetection(World& world, milliseconds deadline);         // one that exists
Seen GetUnknownDetection(World& world, milliseconds deadline);  // one that does not
Seen GetUnknownHost(World& world, milliseconds deadline);
Seen BatchGetDetections(World& world, milliseconds deadline);  // three that exist
// A list by a cursor that dies before its second page.
Seen SecondPageOfDetections(World& world, milliseconds deadline);
Seen SecondPageOfHosts(World& world, milliseconds deadline);        // ordered by last_seen
Seen SecondPageOfHostsBySeek(World& world, milliseconds deadline);  // by first_seen
Seen ExportAll(World& world, milliseconds deadline);

inline constexpr int kAny = -1;
// Where two clocks race for the same deadline: the client's library or the gateway may be first.
inline constexpr char kAnyReason[] = "*";

struct Row {
  std::string name;  // "Row20_OneServerErrorIsRetried"
  std::vector<Json> faults;
  Act act = ListDetections;
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string reason = {};
  int calls = kAny;   // upstream, without log-ins
  int logins = kAny;  // upstream, in all
  milliseconds deadline = kGenerous;
  bool warm = true;      // a token is held before the faults begin
  bool recovers = true;  // once they are gone, the same call is OK
  std::vector<std::string> simulator = {};
  std::function<void(World&, const Seen&)> check = {};
};

std::ostream& operator<<(std::ostream& out, const Row& row);
std::string NameOf(const testing::TestParamInfo<Row>& row);

// Faults, act, judgement, recovery.
void Play(World& world, const Row& row);

// Neither secret nor token stands in the text.
void ExpectNoSecret(const std::string& text);

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_FAULT_ROW_H_
