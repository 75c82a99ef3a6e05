// A local Falcon cloud without its network: one call in, one reply out.
#pragma once

#include <memory>
#include <string>

#include "simulator/base/json.h"
#include "simulator/base/options.h"
#include "simulator/net/http.h"

namespace falcon::simulator {

// Thread-safe: one mutex around each call. Never throws from Handle.
class Simulator {
 public:
  explicit Simulator(Options options);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  Reply Handle(const Request& request);
  // What the Date header says now.
  std::string Date() const;

  // The same as the control endpoints, for tests in this process.
  Json Ledger() const;
  void ResetLedger();
  uint64_t Count(std::string_view method_and_path) const;
  uint64_t MutatingCalls() const;
  // Text or JSON form of fault/rule.h; says what is wrong, empty when nothing is.
  std::string AddFault(std::string_view rule);
  void ClearFaults();
  void RevokeTokens();
  void ExpireCursors();
  // Time passes for tokens, cursors and rate limits alike.
  void Advance(Nanos step);
  // Changes alerts as if analysts and sensors were at work.
  void MutateAlerts(uint32_t add, uint32_t remove, uint32_t change);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace falcon::simulator
