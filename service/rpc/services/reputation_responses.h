// From what VirusTotal said to messages: the steps that the methods of ReputationService share.
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
#include "runtime/task.h"

namespace falcon::rpc {

// Nullopt: unspecified.
std::optional<reputation::Kind> KindOf(v1::IndicatorType type);

// One value to look up, and what it is called in errors.
struct Question {
  Question(std::string what, std::string_view name, std::optional<reputation::Kind> kind)
      : value(std::move(what)), id(name), indicator(reputation::ParseIndicator(value, kind)) {}
  // One that cannot be asked.
  Question(std::string_view name, absl::Status why) : id(name), indicator(std::move(why)) {}

  std::string value;
  std::string id;
  absl::StatusOr<reputation::Indicator> indicator;
};

using Outcomes = std::vector<absl::StatusOr<reputation::Answer>>;

// One outcome a question, in their order.
Task<Outcomes> AskAll(reputation::Client& client, std::vector<Question> questions,
                      reputation::LookUpTerms terms);

// Why nothing at all could be answered: the first failure that is not the value's own fault. OK
// where anything was answered, or where all failures are the values' own.
absl::Status FailureOfAll(const Outcomes& outcomes);

void Fill(const Question& question, const reputation::Answer& answer, v1::Reputation& out);

// `failure` of the value or record `id`.
v1::PartialError Missing(std::string_view id, const absl::Status& failure);

// Until the first turn of those that a spent quota failed; nullopt: none did.
std::optional<milliseconds> RetryAfterOf(const Outcomes& outcomes);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_REPUTATION_RESPONSES_H_
