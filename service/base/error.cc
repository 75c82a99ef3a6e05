// Keeps the extras of a failure as payloads of absl::Status, one payload an item.
#include "base/error.h"

#include <cstdlib>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "base/text.h"

namespace falcon {
namespace {

constexpr std::string_view kReason = "falcon-gateway/reason";
constexpr std::string_view kRetryAfter = "falcon-gateway/retry-after-ms";
constexpr std::string_view kFact = "falcon-gateway/fact/";
constexpr std::string_view kViolation = "falcon-gateway/violation/";

void Attach(absl::Status& status, std::string_view url, std::string_view value) {
  status.SetPayload(ToAbsl(url), absl::Cord(ToAbsl(value)));
}

std::optional<std::string> Payload(const absl::Status& status, std::string_view url) {
  const auto cord = status.GetPayload(ToAbsl(url));
  if (!cord.has_value()) return std::nullopt;
  return std::string(*cord);
}

// Sorted by key: absl visits payloads in no promised order.
std::map<std::string, std::string> PayloadsUnder(const absl::Status& status,
                                                 std::string_view prefix) {
  std::map<std::string, std::string> found;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
    const std::string_view name = ToStd(url);
    if (name.starts_with(prefix)) found.emplace(name.substr(prefix.size()), std::string(value));
  });
  return found;
}

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message) {
  absl::Status status(code, ToAbsl(message));
  Attach(status, kReason, reason);
  return status;
}

absl::Status InvalidField(std::string_view field, std::string_view description,
                          std::string_view reason) {
  return InvalidFields({{std::string(field), std::string(description)}}, reason);
}

absl::Status InvalidFields(const std::vector<FieldViolation>& violations, std::string_view reason) {
  std::string message;
  for (const FieldViolation& violation : violations) {
    if (!message.empty()) message += "; ";
    message += StrCat(violation.field, ": ", violation.description);
  }
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, reason, message);
  for (size_t i = 0; i < violations.size(); ++i) {
    Attach(status, StrCat(kViolation, absl::StrFormat("%06d", i)),
           StrCat(violations[i].field, "\n", violations[i].description));
  }
  return status;
}

absl::Status WithMetadata(absl::Status status, std::string_view key, std::string_view value) {
  Attach(status, StrCat(kFact, key), value);
  return status;
}

absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay) {
  Attach(status, kRetryAfter, StrCat(delay.count()));
  return status;
}

std::string MessageWithUpstreamText(const absl::Status& status) {
  const std::string said = Payload(status, StrCat(kFact, kUpstreamText)).value_or("");
  return said.empty() ? std::string(status.message()) : StrCat(ToStd(status.message()), ": ", said);
}

std::string Reason(const absl::Status& status) { return Payload(status, kReason).value_or(""); }

std::map<std::string, std::string> Metadata(const absl::Status& status) {
  return PayloadsUnder(status, kFact);
}

std::vector<FieldViolation> Violations(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  for (const auto& [key, value] : PayloadsUnder(status, kViolation)) {
    const size_t cut = value.find('\n');
    violations.push_back({value.substr(0, cut), value.substr(cut + 1)});
  }
  return violations;
}

std::optional<std::chrono::milliseconds> RetryAfter(const absl::Status& status) {
  const std::optional<std::string> text = Payload(status, kRetryAfter);
  if (!text.has_value()) return std::nullopt;
  return std::chrono::milliseconds(std::strtoll(text->c_str(), nullptr, 10));
}

}  // namespace falcon
