// Failures by gRPC's code and the gateway's reason.
#include "mcp/tools/failure_words.h"

#include <string_view>

#include "mcp/tools/untrusted.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Failure;
using grpc::StatusCode;

constexpr size_t kTextBytes = 300;

std::string Milliseconds(std::chrono::milliseconds span) {
  return client::SpanText(absl::Milliseconds(span.count()));
}

bool IsCursor(const Failure& failure) {
  return failure.reason.starts_with("PAGE_TOKEN_") || failure.reason == "CURSOR_EXPIRED";
}

std::string Unreachable(const Failure& failure, const Bridge& bridge) {
  return StrCat("The gateway at ", bridge.address, " does not answer (",
                UntrustedText(failure.message, kTextBytes),
                "). Nothing was looked up. Start falcon-gateway there or set --gateway / "
                "FALCON_GATEWAY_ADDRESS.");
}

std::string AtAProxy(int status, const Bridge& bridge) {
  return StrCat(
      "A proxy at ", bridge.address, " answered with HTTP ", status,
      " in the gateway's place, so nothing was looked up: the gateway behind it is starting, "
      "busy or not reached.");
}

std::string Denied(const Failure& failure) {
  const std::string scopes = failure.Fact("required_scopes");
  if (scopes.empty()) return "Falcon does not let the gateway's API client read this.";
  return StrCat("Falcon denied the read: the gateway's API client needs the scope ",
                UntrustedText(scopes, kTextBytes),
                ", or its IP allow-list lacks the gateway's address.");
}

std::string Exhausted(const Failure& failure) {
  if (failure.reason == "UPSTREAM_BODY_TOO_LARGE") return "The answer would be too large.";
  if (failure.reason.starts_with("QUEUE_") || failure.reason == "MEMORY_PRESSURE") {
    return "The gateway is busy, so Falcon was not asked; this says nothing about what exists.";
  }
  std::string out = "A quota is spent.";
  for (const client::Violation& quota : failure.quotas) {
    out = StrCat("A quota is spent: ", UntrustedText(quota.description, kTextBytes), ".");
  }
  return out;
}

}  // namespace

bool IsUnreachable(const Failure& failure) {
  return failure.code == StatusCode::UNAVAILABLE && failure.reason.empty() &&
         !failure.ProxyStatus();
}

std::string WhatHappened(const Failure& failure, const Bridge& bridge) {
  if (IsUnreachable(failure)) return Unreachable(failure, bridge);
  if (const auto status = failure.ProxyStatus()) return AtAProxy(*status, bridge);
  if (failure.reason.starts_with("PAGE_TOKEN_")) {
    return "The cursor does not belong to these arguments, or is none of this gateway's.";
  }
  switch (failure.code) {
    case StatusCode::INVALID_ARGUMENT:
      return "These arguments were refused; nothing was looked up.";
    case StatusCode::NOT_FOUND:
      return "There is no such record.";
    case StatusCode::PERMISSION_DENIED:
      return Denied(failure);
    case StatusCode::RESOURCE_EXHAUSTED:
      return Exhausted(failure);
    case StatusCode::DEADLINE_EXCEEDED:
      return "No answer came in time.";
    case StatusCode::OUT_OF_RANGE:
      return "The list does not go so far.";
    case StatusCode::ABORTED:
      return "Falcon lost the place in the list.";
    case StatusCode::UNAVAILABLE:
      return "Falcon could not be asked, so this says nothing about what exists.";
    case StatusCode::UNIMPLEMENTED:
      return failure.reason.empty()
                 ? StrCat(
                       "The gateway at ", bridge.address,
                       " does not know this call: it is older than the bridge, or something else.")
                 : "Falcon no longer serves this.";
    case StatusCode::FAILED_PRECONDITION:
      return "The gateway is not set up for this.";
    case StatusCode::CANCELLED:
      return "The call was cancelled.";
    default:
      return "The look-up failed, so this says nothing about what exists.";
  }
}

std::string Advice(const Failure& failure) {
  if (IsCursor(failure)) return "Call again without `cursor` to begin anew.";
  if (failure.ProxyStatus()) return {};
  switch (failure.code) {
    case StatusCode::PERMISSION_DENIED:
      if (failure.Fact("required_scopes").empty()) return {};
      return "To grant it, in the Falcon console: Support and resources > API clients and keys > "
             "edit the client > scopes. check_access shows all scopes.";
    case StatusCode::RESOURCE_EXHAUSTED:
      return failure.reason == "UPSTREAM_BODY_TOO_LARGE"
                 ? "Ask for fewer `fields` or a smaller `limit`."
                 : "";
    case StatusCode::DEADLINE_EXCEEDED:
      return "Ask for less: fewer days, narrower filters, a smaller `limit`.";
    case StatusCode::OUT_OF_RANGE:
      return "Narrow the filters, for example to a shorter time.";
    case StatusCode::FAILED_PRECONDITION:
      return "Its operator has to settle this; its log says more.";
    default:
      return {};
  }
}

std::string RetrySentence(const Failure& failure) {
  if (IsUnreachable(failure)) return "A retry will not help before a gateway runs there.";
  const bool same_again = IsCursor(failure) || failure.reason == "UPSTREAM_BODY_TOO_LARGE";
  if (same_again) return "The same call again will not help.";
  if (failure.retry_delay) return StrCat("Retry after ", Milliseconds(*failure.retry_delay), ".");
  if (failure.ProxyStatus() && failure.MayPass()) return "Retry in a few seconds.";
  return failure.MayPass() ? "A retry may help." : "A retry will not help.";
}

}  // namespace falcon::mcp
