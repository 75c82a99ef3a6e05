// Converts VirusTotal's reports to messages, for the methods of ReputationService.
#ifndef FALCON_RPC_SERVICES_REPUTATION_RESPONSES_H_
#define FALCON_RPC_SERVICES_REPUTATION_RESPONSES_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/reputation.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "reputation/client.h"
#include "runtime/loop.h"

namespace falcon::rpc {

// Nullopt: unspecified, so that the value tells its kind.
std::optional<reputation::Kind> KindOf(v1::IndicatorType type);

// A value to look up, and its name in errors.
struct Question {
  Question(std::string what, std::string_view name, std::optional<reputation::Kind> kind)
      : value(std::move(what)), id(name), indicator(reputation::ParseIndicator(value, kind)) {}
  // A value that cannot be looked up.
  Question(std::string_view name, absl::Status why) : id(name), indicator(std::move(why)) {}

  std::string value;
  std::string id;
  absl::StatusOr<reputation::Indicator> indicator;
};

using Outcomes = std::vector<absl::StatusOr<reputation::Answer>>;

// One outcome per question, in their order.
Task<Outcomes> AskAll(reputation::Client& client, std::vector<Question> questions,
                      reputation::LookUpTerms terms);

// Why no question was answered: the first failure that is not caused by its value. OK where any
// question was answered, or where all failures are caused by their values.
absl::Status FailureOfAll(const Outcomes& outcomes);

void Fill(const Question& question, const reputation::Answer& answer, v1::Reputation& out);

// `failure` of the value or record `id`.
v1::PartialError Missing(std::string_view id, const absl::Status& failure);

// Time until the quota allows the first of the questions that it failed; nullopt: it failed none.
std::optional<milliseconds> RetryAfterOf(const Outcomes& outcomes);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_REPUTATION_RESPONSES_H_
