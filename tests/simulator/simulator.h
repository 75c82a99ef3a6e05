// A local Falcon cloud without its network: a request in, a reply out.
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
  explicit Simulator(const Options& options);
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
  // A rule in the text or JSON form of fault/fault.h. Returns what is wrong with it; empty on
  // success.
  std::string AddFault(std::string_view rule);
  void ClearFaults();
  void RevokeTokens();
  void ExpireCursors();
  // Moves the time of tokens, cursors and rate limits forward.
  void Advance(Nanos step);
  // Adds, removes and changes alerts, as analysts and sensors do.
  void MutateAlerts(uint32_t add, uint32_t remove, uint32_t change);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace falcon::simulator
