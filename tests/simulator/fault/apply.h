// What each fault kind does to a call.
#pragma once

#include "simulator/api/envelope.h"
#include "simulator/base/clock.h"
#include "simulator/fault/rule.h"

namespace falcon::simulator {

struct FaultContext {
  const Call& call;
  const Clock& clock;
  int rate_limit = 6000;
  bool retry_after_in_ms = false;
};

// For rules of role kInstead.
Reply AnswerInstead(const FaultRule& rule, const FaultContext& context);
// For rules of role kAfter.
void Distort(const FaultRule& rule, const FaultContext& context, Reply* reply);

// Sets or replaces a header, names compared without case.
void SetHeader(Reply* reply, std::string_view name, std::string value);
bool HasHeader(const Reply& reply, std::string_view name);

// The value of X-Ratelimit-Retryafter for an instant.
std::string RetryAfterText(Nanos instant, bool in_ms);

}  // namespace falcon::simulator
