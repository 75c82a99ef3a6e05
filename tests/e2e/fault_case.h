// One case of the fault matrix (tests/FAULTS.md): what is wrong upstream, what is asked, and what the
// caller must observe.
#ifndef FALCON_TESTS_E2E_FAULT_CASE_H_
#define FALCON_TESTS_E2E_FAULT_CASE_H_

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/calls.h"

namespace falcon::e2e {

// The outcome of a call, whatever its type.
struct Observed {
  grpc::Status status;
  v1::ReadInfo info;
  int records = 0;
  std::map<std::string, std::string> trailers;
};

using Action = std::function<Observed(World&, milliseconds deadline)>;

Observed ListDetections(World& world, milliseconds deadline);
Observed ListNoDetections(World& world, milliseconds deadline);  // by a filter that none fits
Observed ListHosts(World& world, milliseconds deadline);
Observed GetUnknownDetection(World& world, milliseconds deadline);
Observed GetUnknownHost(World& world, milliseconds deadline);
Observed BatchGetDetections(World& world, milliseconds deadline);  // three that exist
// The second page of a list whose cursors have expired.
Observed SecondPageOfDetections(World& world, milliseconds deadline);
Observed SecondPageOfHostsByLastSeen(World& world, milliseconds deadline);
Observed SecondPageOfHostsByFirstSeen(World& world, milliseconds deadline);
Observed ExportAll(World& world, milliseconds deadline);

// Rules that hold until they are cleared; and rules for the token endpoint.
Json Always(const std::string& kind, Json more = Json::object());
Json Token(const std::string& kind, Json more = Json::object());
Json TokenAlways(const std::string& kind, Json more = Json::object());

// The default: one ListDetections, which succeeds.
class FaultCase {
 public:
  using Check = std::function<void(World&, const Observed&)>;

  explicit FaultCase(std::string name, std::vector<Json> faults = {})
      : name_(std::move(name)), faults_(std::move(faults)) {}
  FaultCase(std::string name, Json fault)
      : FaultCase(std::move(name), std::vector<Json>{std::move(fault)}) {}

  FaultCase Of(Action action) const { return With(&FaultCase::action_, std::move(action)); }
  FaultCase Fails(StatusCode code, std::string reason) const {
    return With(&FaultCase::code_, code).With(&FaultCase::reason_, std::move(reason));
  }
  // Which of two clocks ends the call first, the client's or the gateway's, is not known.
  FaultCase MeetsDeadline() const {
    return Fails(StatusCode::DEADLINE_EXCEEDED, kAnyReason).Within(seconds(1)).Calls(1);
  }
  // Requests that Falcon got, without and for tokens.
  FaultCase Calls(int calls) const { return With(&FaultCase::calls_, calls); }
  FaultCase Tokens(int tokens) const { return With(&FaultCase::tokens_, tokens); }
  FaultCase Within(milliseconds deadline) const { return With(&FaultCase::deadline_, deadline); }
  // No token is held when the faults begin.
  FaultCase Cold() const { return With(&FaultCase::warm_, false); }
  // The same call does not succeed once the faults are gone, or only in minutes.
  FaultCase Lasts() const { return With(&FaultCase::recovers_, false); }
  FaultCase And(Check check) const { return With(&FaultCase::check_, std::move(check)); }

  const std::string& name() const { return name_; }
  // Makes the faults, acts, checks what was observed, clears the faults, and acts again.
  void Run(World& world) const;

 private:
  static constexpr int kAny = -1;
  static constexpr char kAnyReason[] = "*";

  template <class Member, class Value>
  FaultCase With(Member FaultCase::* member, Value value) const {
    FaultCase copy = *this;
    copy.*member = std::move(value);
    return copy;
  }

  std::string name_;
  std::vector<Json> faults_;
  Action action_ = ListDetections;
  StatusCode code_ = StatusCode::OK;
  std::string reason_;
  int calls_ = kAny;
  int tokens_ = kAny;
  milliseconds deadline_ = kGenerous;
  bool warm_ = true;
  bool recovers_ = true;
  Check check_;
};

std::ostream& operator<<(std::ostream& out, const FaultCase& fault);
std::string NameOf(const testing::TestParamInfo<FaultCase>& fault);

// Fails the test if the text holds the client's secret or a token.
void ExpectNoSecret(const std::string& text);

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_FAULT_CASE_H_
