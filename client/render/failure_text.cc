// Failures in words.
#include "render/failure_text.h"

#include "text.h"

namespace falcon::client {
namespace {

std::string ViolationText(const Violation& violation) {
  if (violation.field.empty()) return violation.description;
  return StrCat(violation.field, ": ", violation.description);
}

// The gateway puts a lone violation into the message too.
std::string ViolationLines(const Failure& failure) {
  std::string out;
  for (const Violation& violation : failure.violations) {
    const std::string text = ViolationText(violation);
    if (text != failure.message) out.append(StrCat("  ", EscapeUnsafe(text), "\n"));
  }
  for (const Violation& violation : failure.quotas) {
    out.append(StrCat("  ", EscapeUnsafe(violation.field), ": ",
                      EscapeUnsafe(violation.description), "\n"));
  }
  return out;
}

std::string ProxyAdvice(int status) {
  return StrCat("A proxy at that address answered with HTTP ", status,
                " instead of the gateway, which is starting, busy or unreachable.");
}

// gRPC's own UNAVAILABLE, without details, comes when nobody listens.
std::string AdviceOf(const Failure& failure, std::string_view address) {
  if (const std::string filter = failure.Fact("corrected_filter"); !filter.empty()) {
    return StrCat("Try --fql ", ShellWord(EscapeUnsafe(filter)));
  }
  if (const std::string scopes = failure.Fact("required_scopes"); !scopes.empty()) {
    return StrCat("Grant the API client these scopes in the Falcon console: ", EscapeUnsafe(scopes),
                  ". `fgctl access` shows those it has.");
  }
  if (failure.retry_delay) {
    return StrCat("Try again in ", SpanText(absl::Milliseconds(failure.retry_delay->count())), ".");
  }
  if (const std::optional<int> status = failure.ProxyStatus()) {
    return ProxyAdvice(*status) + (failure.MayPass() ? " Try again." : "");
  }
  switch (failure.code) {
    case grpc::StatusCode::UNAVAILABLE:
      if (!failure.reason.empty()) {
        return "Try again. `fgctl status` shows the state of the gateway.";
      }
      return StrCat(
          "Is a gateway running at ", EscapeUnsafe(address),
          ", and does it use TLS as this call does? Set another address with --address or "
          "FALCON_GATEWAY_ADDRESS.");
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "Allow more time with --timeout, or request less.";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "All clients of the customer share Falcon's rate limit. Try again later.";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "The gateway is older than fgctl, or another server answers at that address.";
    default:
      return {};
  }
}

}  // namespace

std::string FailureText(const Failure& failure, std::string_view address, const Style& style) {
  const std::string name = failure.reason.empty() ? CodeName(failure.code) : failure.reason;
  const std::string message = EscapeUnsafe(failure.message);
  std::string out = StrCat(Painted("error:", Tint::kRed, style), " ",
                           message.empty() ? "The call failed." : message, " (", EscapeUnsafe(name),
                           ")\n", ViolationLines(failure));
  if (const std::string said = failure.Fact("upstream_text"); !said.empty()) {
    out.append(StrCat("  Falcon's message: ", EscapeUnsafe(said), "\n"));
  }
  if (const std::string advice = AdviceOf(failure, address); !advice.empty()) {
    out.append(StrCat("  ", advice, "\n"));
  }
  if (const std::string trace = failure.Fact("trace_id"); !trace.empty()) {
    out.append(StrCat("  Falcon trace id, for CrowdStrike support: ", EscapeUnsafe(trace), "\n"));
  }
  return out;
}

}  // namespace falcon::client
