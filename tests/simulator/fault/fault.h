// Faults on demand: their rules, and what each kind does to a call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/api/envelope.h"
#include "simulator/base/json.h"
#include "simulator/base/time.h"
#include "simulator/net/http.h"

namespace falcon::simulator {

// How a fault takes part in a call.
enum class FaultRole {
  kCompanion,  // adds to the call; any number apply
  kInstead,    // answers in place of the handler
  kAfter,      // changes what the handler answered
};

// One rule. As JSON:
//   {"kind":"status","path":"/alerts","method":"POST","times":1,"skip":0,"every":1, ...arguments}
// As text:
//   status path=/alerts method=POST times=1 skip=0 code=503
// In the text form a value is read as JSON when it is JSON, else as text. Quotes keep blanks:
// body="a b".
struct FaultRule {
  std::string kind;
  FaultRole role = FaultRole::kInstead;
  std::string path;    // prefix; empty: every path (token kinds: /oauth2/token)
  std::string method;  // empty: every method
  std::string asks;    // text that the request's body contains; empty: any body
  int64_t times = 1;   // calls it applies to before it is spent; 0: never spent
  int64_t skip = 0;    // matching calls let through first
  int64_t every = 1;   // then applies to each n-th matching call
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
  // The rules that apply to this call: every companion, and of the others the first.
  std::vector<FaultRule> Take(const Request& request);
  Json ToJson() const;

 private:
  std::vector<FaultRule> rules_;
};

struct FaultContext {
  const Call& call;
  const Clock& clock;
  int rate_limit = 6000;
  bool retry_after_in_ms = false;
};

// For rules of role kInstead, whose kinds InsteadKinds names.
Reply AnswerInstead(const FaultRule& rule, const FaultContext& context);
std::vector<std::string_view> InsteadKinds();
// For rules of role kAfter, whose kinds AfterKinds names.
void Distort(const FaultRule& rule, const FaultContext& context, Reply* reply);
std::vector<std::string_view> AfterKinds();

std::string Gzip(std::string_view text);
// Sets or replaces a header, names compared without case.
void SetHeader(Reply* reply, std::string_view name, std::string value);
bool HasHeader(const Reply& reply, std::string_view name);

// The value of X-Ratelimit-Retryafter for an instant.
std::string RetryAfterText(Nanos instant, bool in_ms);

}  // namespace falcon::simulator
