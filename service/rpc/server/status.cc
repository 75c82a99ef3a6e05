// Builds google.rpc.Status.
#include "rpc/server/status.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/error.h"
#include "base/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace falcon::rpc {
namespace {

// The trailers of an RPC must stay under gRPC's 8 KiB, base64 included.
constexpr size_t kMaxTrailers = 6 << 10;
constexpr size_t kMaxMessage = 1024;
constexpr size_t kMaxDescription = 240;
constexpr size_t kMaxFact = 128;
constexpr size_t kMaxUpstreamText = 512;
constexpr size_t kMaxViolations = 8;
constexpr milliseconds kUnavailablePause{1000};

std::optional<milliseconds> Pause(const absl::Status& status) {
  const std::optional<milliseconds> asked = RetryAfter(status);
  if (asked.has_value() || status.code() != absl::StatusCode::kUnavailable) return asked;
  return kUnavailablePause;
}

// Whether the same call may succeed later.
bool IsRetryable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return RetryAfter(status).has_value();
  }
}

// Whole or not at all: a part of a filter is another filter, and an escaped one too.
bool FitsWhole(const std::string& filter, size_t taken) {
  // base64 makes four bytes of three; 64 for keys and lengths.
  const size_t bytes = (taken + filter.size() + 64) * 4 / 3;
  return bytes <= kMaxTrailers && EscapeUnsafe(filter, filter.size()) == filter;
}

// `others`: bytes of the trailers beside `out`.
void AddErrorInfo(const absl::Status& status, size_t others, google::rpc::Status& out) {
  google::rpc::ErrorInfo info;
  const std::string reason = Reason(status);
  info.set_reason(reason.empty() ? "INTERNAL" : reason);
  info.set_domain("falcon-gateway");
  const std::map<std::string, std::string> facts = Metadata(status);
  for (const auto& [key, value] : facts) {
    if (key == kCorrectedFilter) continue;
    const size_t most = key == kUpstreamText ? kMaxUpstreamText : kMaxFact;
    (*info.mutable_metadata())[key] = EscapeUnsafe(value, most);
  }
  (*info.mutable_metadata())["retryable"] = IsRetryable(status) ? "true" : "false";
  const auto corrected = facts.find(std::string(kCorrectedFilter));
  const size_t taken = others + out.ByteSizeLong() + info.ByteSizeLong();
  if (corrected != facts.end() && FitsWhole(corrected->second, taken)) {
    (*info.mutable_metadata())[corrected->first] = corrected->second;
  }
  out.add_details()->PackFrom(info);
}

void AddBadRequest(const absl::Status& status, google::rpc::Status& out) {
  const std::vector<FieldViolation> violations = Violations(status);
  if (violations.empty()) return;
  google::rpc::BadRequest bad;
  for (size_t i = 0; i < std::min(violations.size(), kMaxViolations); ++i) {
    auto* violation = bad.add_field_violations();
    violation->set_field(EscapeUnsafe(violations[i].field, kMaxFact));
    violation->set_description(EscapeUnsafe(violations[i].description, kMaxDescription));
  }
  out.add_details()->PackFrom(bad);
}

void AddRetryInfo(const absl::Status& status, google::rpc::Status& out) {
  const std::optional<milliseconds> pause = Pause(status);
  if (!pause.has_value()) return;
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(pause->count() / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(pause->count() % 1000 * 1'000'000));
  out.add_details()->PackFrom(retry);
}

void AddQuotaFailure(const absl::Status& status, google::rpc::Status& out) {
  const std::string reason = Reason(status);
  // UNAVAILABLE: the limit of the token endpoint, which is by address.
  const bool falcon =
      reason == "RATE_LIMITED" && status.code() == absl::StatusCode::kResourceExhausted;
  if (!falcon && reason != "REPUTATION_QUOTA") return;
  google::rpc::QuotaFailure quota;
  auto* violation = quota.add_violations();
  violation->set_subject(falcon ? "falcon:customer" : "virustotal:key");
  violation->set_description(
      falcon ? "Falcon's requests a minute, shared by every client of the customer"
             : "VirusTotal's look-ups a minute and a day, shared by every user of the key");
  out.add_details()->PackFrom(quota);
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message = EscapeUnsafe(ToStd(status.message()), kMaxMessage);
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(Utf8Prefix(message, 256)));
  google::rpc::Status others;
  AddBadRequest(status, others);
  AddRetryInfo(status, others);
  AddQuotaFailure(status, others);
  // It stands first and fills what the others leave.
  AddErrorInfo(status, message.size() + others.ByteSizeLong(), details);
  details.MergeFrom(others);
  return {static_cast<grpc::StatusCode>(status.code()), message, details.SerializeAsString()};
}

std::optional<int64_t> RetryPushback(const absl::Status& status) {
  const std::optional<milliseconds> pause = Pause(status);
  if (pause.has_value()) return pause->count();
  if (status.code() == absl::StatusCode::kResourceExhausted) return -1;
  return std::nullopt;
}

absl::Status StatusFromException(std::exception_ptr error, bool deadline_passed) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& failure) {
    if (failure.code() == boost::asio::error::operation_aborted) {
      return deadline_passed ? Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                                     "the call's deadline passed")
                             : Error(absl::StatusCode::kCancelled, "CANCELLED", "the caller left");
    }
    return Error(absl::StatusCode::kInternal, "INTERNAL", failure.what());
  } catch (const std::exception& failure) {
    return Error(absl::StatusCode::kInternal, "INTERNAL", failure.what());
  }
}

}  // namespace falcon::rpc
