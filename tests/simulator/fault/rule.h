// One fault on demand: where it strikes, how often, and what it does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/net/http.h"

namespace falcon::simulator {

// How a fault takes part in a call.
enum class FaultRole {
  kCompanion,  // adds to the call; any number apply
  kInstead,    // answers in place of the handler
  kAfter,      // changes what the handler answered
};

// As JSON: {"kind":"status","path":"/alerts","method":"POST","times":1,"skip":0,"every":1,
// ...arguments} As text: status path=/alerts method=POST times=1 skip=0 code=503
// In the text form a value is read as JSON when it is JSON, else as text; quotes keep blanks:
// body="a b".
struct FaultRule {
  std::string kind;
  FaultRole role = FaultRole::kInstead;
  std::string path;    // prefix; empty: every path (token kinds: /oauth2/token)
  std::string method;  // empty: every method
  std::string asks;    // that the request's body holds; empty: whatever it holds
  int64_t times = 1;   // strikes before it is spent; 0: never spent
  int64_t skip = 0;    // matching calls let through first
  int64_t every = 1;   // then strikes each n-th matching call
  Json arguments;      // the whole rule
  int64_t seen = 0;
  int64_t struck = 0;

  bool Fits(const Request& request) const;
  bool Spent() const { return times > 0 && struck >= times; }
  int64_t Int(const char* key, int64_t fallback) const;
  std::string Text(const char* key, std::string_view fallback) const;
};

// The rule, or what is wrong with it.
std::variant<FaultRule, std::string> ParseFault(const Json& json);
std::variant<FaultRule, std::string> ParseFaultText(std::string_view text);

// Not synchronised: the owner guards it.
class Faults {
 public:
  void Add(FaultRule rule) { rules_.push_back(std::move(rule)); }
  void Clear() { rules_.clear(); }
  // The rules that strike this call: every companion, and of the others the first.
  std::vector<FaultRule> Take(const Request& request);
  Json ToJson() const;

 private:
  std::vector<FaultRule> rules_;
};

}  // namespace falcon::simulator
