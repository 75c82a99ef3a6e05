// Counts and lists every call, so that tests and benchmarks can check what a client sent.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "simulator/base/json.h"
#include "simulator/base/time.h"
#include "simulator/net/http.h"

namespace falcon::simulator {

// Not synchronised: the owner guards it.
class Ledger {
 public:
  // Bodies of token calls hold secrets and are never kept.
  void Record(const Request& request, int status, bool mutating, Nanos now);
  void Reset();

  uint64_t total() const { return total_; }
  uint64_t mutating() const { return mutating_; }
  // How often `method path` was called.
  uint64_t Count(std::string_view method_and_path) const;
  Json ToJson() const;

 private:
  struct Line {
    Nanos at;
    int status;
    bool mutating;
    std::string method_and_path;
    std::string query;
    std::string body;
  };

  uint64_t total_ = 0;
  uint64_t mutating_ = 0;
  std::map<std::string, uint64_t, std::less<>> counts_;
  std::map<int, uint64_t> statuses_;
  std::deque<Line> recent_;
};

}  // namespace falcon::simulator
