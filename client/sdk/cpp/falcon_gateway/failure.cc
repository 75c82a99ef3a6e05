// Reads grpc-status-details-bin.
#include "falcon_gateway/failure.h"

#include <algorithm>
#include <charconv>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace falcon_gateway {
namespace {

using std::chrono::milliseconds;

void Read(const google::rpc::ErrorInfo& info, Failure& failure) {
  failure.reason = info.reason();
  failure.metadata.insert(info.metadata().begin(), info.metadata().end());
}

void Read(const google::rpc::BadRequest& bad, Failure& failure) {
  for (const auto& violation : bad.field_violations()) {
    failure.violations.push_back({violation.field(), violation.description()});
  }
}

void Read(const google::rpc::RetryInfo& retry, Failure& failure) {
  failure.retry_delay =
      milliseconds(retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000);
}

void Read(const google::rpc::QuotaFailure& quota, Failure& failure) {
  for (const auto& violation : quota.violations()) {
    failure.quotas.push_back({violation.subject(), violation.description()});
  }
}

template <class Detail>
void ReadIf(const google::protobuf::Any& any, Failure& failure) {
  Detail detail;
  if (any.Is<Detail>() && any.UnpackTo(&detail)) Read(detail, failure);
}

}  // namespace

std::string Failure::Fact(std::string_view key) const {
  const auto found = metadata.find(std::string(key));
  return found == metadata.end() ? std::string() : found->second;
}

// gRPC's own text is all that tells: "Received http2 header with status: 503", in other versions
// and languages "unexpected HTTP status code received from server: 503 (...)".
std::optional<int> Failure::ProxyStatus() const {
  if (!reason.empty() || !metadata.empty()) return std::nullopt;
  for (const std::string_view sign :
       {"http2 header with status: ", "http status: ", "HTTP status: ", "HTTP status code: ",
        "HTTP status code received from server: "}) {
    const size_t at = message.find(sign);
    if (at == std::string::npos) continue;
    const char* begin = message.data() + at + sign.size();
    int status = 0;
    const auto read = std::from_chars(begin, message.data() + message.size(), status);
    if (read.ec == std::errc() && status >= 100 && status <= 599) return status;
  }
  return std::nullopt;
}

std::vector<std::string> Failure::RequiredScopes() const {
  std::vector<std::string> scopes =
      absl::StrSplit(Fact("required_scopes"), ',', absl::SkipWhitespace());
  for (std::string& scope : scopes) absl::StripAsciiWhitespace(&scope);
  return scopes;
}

bool Failure::EndsToken() const {
  return reason == "CURSOR_EXPIRED" || reason.starts_with("PAGE_TOKEN_");
}

bool Failure::MayResume() const {
  if (EndsToken() || retry_forbidden) return false;
  if (MayPass() || code == grpc::StatusCode::CANCELLED) return true;
  // Other ways in which the streams of a gateway that shuts down end.
  return reason.empty() && (message.find("RST_STREAM") != std::string::npos ||
                            message.find("Stream removed") != std::string::npos);
}

bool Failure::MayPass() const {
  if (retry_forbidden) return false;
  if (const std::optional<int> status = ProxyStatus()) {
    // 404 and 408: a proxy whose route to the gateway is not there yet, or was too slow.
    return *status == 404 || *status == 408 || *status == 429 || *status >= 500;
  }
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::ABORTED:
      return true;
    default:
      return retry_delay.has_value();
  }
}

Failure FailureFrom(const grpc::Status& status) {
  Failure failure;
  failure.code = status.error_code();
  failure.message = status.error_message();
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return failure;
  for (const google::protobuf::Any& any : details.details()) {
    ReadIf<google::rpc::ErrorInfo>(any, failure);
    ReadIf<google::rpc::BadRequest>(any, failure);
    ReadIf<google::rpc::RetryInfo>(any, failure);
    ReadIf<google::rpc::QuotaFailure>(any, failure);
  }
  return failure;
}

Failure FailureFrom(const grpc::Status& status, const grpc::ClientContext& context) {
  Failure failure = FailureFrom(status);
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  if (pushback == trailers.end()) return failure;
  const grpc::string_ref text = pushback->second;
  int64_t ms = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), ms);
  // Negative, or none that gRPC knows: both forbid a retry.
  failure.retry_forbidden = read.ec != std::errc() || read.ptr != text.end() || ms < 0;
  if (!failure.retry_forbidden) {
    failure.retry_delay = std::max(failure.retry_delay.value_or(milliseconds(0)), milliseconds(ms));
  }
  return failure;
}

std::string CodeName(grpc::StatusCode code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

}  // namespace falcon_gateway
