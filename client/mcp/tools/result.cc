#include "mcp/tools/result.h"

#include <utility>
#include <vector>

#include "mcp/tools/untrusted.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Failure;
using grpc::StatusCode;
using ParameterOf = std::function<std::string(const std::string&)>;

constexpr size_t kMessageBytes = 1024;
constexpr size_t kDetailBytes = 300;
constexpr size_t kExampleBytes = 512;
constexpr size_t kFieldBytes = 128;

bool IsCursor(const Failure& failure) {
  return failure.reason.starts_with("PAGE_TOKEN_") || failure.reason == "CURSOR_EXPIRED";
}

std::string Denied(const Failure& failure) {
  const std::string scopes = failure.Fact("required_scopes");
  if (scopes.empty()) return "Falcon does not let the gateway's API client read this.";
  return StrCat("Falcon denied the read: the gateway's API client needs the scope ",
                UntrustedText(scopes, kDetailBytes),
                ", or its IP allow-list lacks the gateway's address.");
}

std::string Exhausted(const Failure& failure) {
  if (failure.reason == "UPSTREAM_BODY_TOO_LARGE") return "The answer would be too large.";
  if (failure.reason.starts_with("QUEUE_") || failure.reason == "MEMORY_PRESSURE") {
    return "The gateway is busy, so Falcon was not asked; this says nothing about what exists.";
  }
  if (failure.quotas.empty()) return "A quota is spent.";
  return StrCat(
      "A quota is spent: ", UntrustedText(failure.quotas.back().description, kDetailBytes), ".");
}

// Without the failure's own message: "Falcon denied the read."
std::string WhatHappened(const Failure& failure, const Bridge& bridge) {
  if (IsUnreachable(failure)) {
    return StrCat("The gateway at ", bridge.address, " does not answer (",
                  UntrustedText(failure.message, kDetailBytes),
                  "). Nothing was looked up. Start falcon-gateway there or set --gateway / "
                  "FALCON_GATEWAY_ADDRESS.");
  }
  if (const auto status = failure.ProxyStatus()) {
    return StrCat("A proxy at ", bridge.address, " answered with HTTP ", *status,
                  " in the gateway's place, so nothing was looked up: the gateway behind it is "
                  "starting, busy or not reached.");
  }
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
      if (!failure.reason.empty()) return "Falcon no longer serves this.";
      return StrCat("The gateway at ", bridge.address,
                    " does not know this call: it is older than the bridge, or something else.");
    case StatusCode::FAILED_PRECONDITION:
      return "The gateway is not set up for this.";
    case StatusCode::CANCELLED:
      return "The call was cancelled.";
    default:
      return "The look-up failed, so this says nothing about what exists.";
  }
}

// What to do about it; empty: nothing to say.
std::string_view Advice(const Failure& failure) {
  if (IsCursor(failure)) return "Call again without `cursor` to begin anew.";
  if (failure.ProxyStatus()) return {};
  if (failure.reason == "UPSTREAM_BODY_TOO_LARGE") {
    return "Ask for fewer `fields` or a smaller `limit`.";
  }
  switch (failure.code) {
    case StatusCode::PERMISSION_DENIED:
      if (failure.Fact("required_scopes").empty()) return {};
      return "To grant it, in the Falcon console: Support and resources > API clients and keys > "
             "edit the client > scopes. check_access shows all scopes.";
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
  if (failure.retry_delay) {
    return StrCat("Retry after ",
                  client::SpanText(absl::Milliseconds(failure.retry_delay->count())), ".");
  }
  if (failure.ProxyStatus() && failure.MayPass()) return "Retry in a few seconds.";
  return failure.MayPass() ? "A retry may help." : "A retry will not help.";
}

// What the gateway says itself. It puts a lone violation into the message too.
std::string OwnLines(const Failure& failure, const ParameterOf& parameter_of) {
  std::string out;
  for (const client::Violation& violation : failure.violations) {
    const std::string name = violation.field.empty() ? "request" : parameter_of(violation.field);
    out.append(StrCat("- ", UntrustedText(name, kFieldBytes), ": ",
                      UntrustedText(violation.description, kMessageBytes), "\n"));
  }
  if (failure.violations.empty() && !failure.message.empty()) {
    out = StrCat(UntrustedText(failure.message, kMessageBytes), "\n");
  }
  const std::string corrected = failure.Fact("corrected_filter");
  if (corrected.empty() || corrected.size() > kExampleBytes) return out;
  return StrCat(out, "Try: fql ", Text(Json(EscapedText(corrected, kMessageBytes))), "\n");
}

}  // namespace

ToolResult MakeResult(ResultParts parts, const Bridge& bridge) {
  const UntrustedBlock block(bridge.nonce());
  ToolResult result;
  result.structured = Text(parts.structured);
  result.content.push_back(Content::Text(StrCat(parts.summary, "\n", block.Open())));
  result.content.push_back(
      Content::Text(parts.cards.empty() ? result.structured : std::move(parts.cards)));
  result.content.push_back(
      Content::Text(parts.next.empty() ? block.Close() : StrCat(block.Close(), "\n", parts.next)));
  return result;
}

ToolResult ErrorResult(std::string text) {
  ToolResult result;
  result.content.push_back(Content::Text(std::move(text)));
  result.is_error = true;
  return result;
}

std::string FailureSentences(const Failure& failure, const Bridge& bridge,
                             const ParameterOf& parameter_of) {
  // A failure without a reason is none of the gateway's.
  const bool own = !failure.reason.empty();
  std::string out = WhatHappened(failure, bridge) + "\n";
  if (own) out.append(OwnLines(failure, parameter_of));
  if (const std::string_view advice = Advice(failure); !advice.empty()) {
    out.append(StrCat(advice, " "));
  }
  out.append(RetrySentence(failure));
  if (const std::string trace = failure.Fact("trace_id"); !trace.empty()) {
    out.append(
        StrCat(" Falcon's trace id, for its support: ", UntrustedText(trace, kFieldBytes), "."));
  }
  const std::string others = own ? failure.Fact("upstream_text") : failure.message;
  if (IsUnreachable(failure) || others.empty()) return out;
  return StrCat(out, "\n",
                UntrustedBlock(bridge.nonce()).Around(UntrustedText(others, kMessageBytes)));
}

bool IsUnreachable(const Failure& failure) {
  return failure.code == StatusCode::UNAVAILABLE && failure.reason.empty() &&
         !failure.ProxyStatus();
}

}  // namespace falcon::mcp
