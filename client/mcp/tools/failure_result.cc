// Puts a failure's sentences together: ours first, what may quote Falcon last and bounded.
#include "mcp/tools/failure_result.h"

#include <vector>

#include "mcp/tools/failure_words.h"
#include "mcp/tools/result_text.h"
#include "mcp/tools/shown_text.h"
#include "mcp/tools/untrusted.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Failure;

using ParameterOf = std::function<std::string(const std::string&)>;

constexpr size_t kMessageBytes = 1024;
constexpr size_t kExampleBytes = 512;
constexpr size_t kFieldBytes = 128;

// The gateway puts a lone violation into the message too.
std::string ViolationLines(const Failure& failure, const ParameterOf& parameter_of) {
  std::string out;
  for (const client::Violation& violation : failure.violations) {
    const std::string name = violation.field.empty() ? "request" : parameter_of(violation.field);
    out.append(StrCat("- ", UntrustedText(name, kFieldBytes), ": ",
                      UntrustedText(violation.description, kMessageBytes), "\n"));
  }
  return out;
}

std::string OwnMessage(const Failure& failure, const ParameterOf& parameter_of) {
  if (!failure.violations.empty()) return ViolationLines(failure, parameter_of);
  return failure.message.empty() ? "" : StrCat(UntrustedText(failure.message, kMessageBytes), "\n");
}

// "Try: fql "severity:>60"": the filter that the gateway itself would take.
std::string Example(const Failure& failure) {
  const std::string corrected = failure.Fact("corrected_filter");
  if (corrected.empty() || corrected.size() > kExampleBytes) return {};
  std::string out = "Try: fql \"";
  AppendShown(out, corrected, kMessageBytes, Place::kJsonString);
  return out + "\"\n";
}

}  // namespace

std::string FailureSentences(const Failure& failure, const Bridge& bridge,
                             const ParameterOf& parameter_of) {
  // A failure without a reason is none of the gateway's.
  const bool own = !failure.reason.empty();
  std::string out = WhatHappened(failure, bridge) + "\n";
  if (own) out.append(OwnMessage(failure, parameter_of));
  if (own) out.append(Example(failure));
  std::vector<std::string> sentences;
  if (std::string advice = Advice(failure); !advice.empty()) {
    sentences.push_back(std::move(advice));
  }
  sentences.push_back(RetrySentence(failure));
  if (const std::string trace = failure.Fact("trace_id"); !trace.empty()) {
    sentences.push_back(
        StrCat("Falcon's trace id, for its support: ", UntrustedText(trace, kFieldBytes), "."));
  }
  out.append(Sentences(sentences));
  const std::string others = own ? failure.Fact("upstream_text") : failure.message;
  if (IsUnreachable(failure) || others.empty()) return out;
  return StrCat(out, "\n", Boundary(bridge.nonce()).Around(UntrustedText(others, kMessageBytes)));
}

ToolResult FailureResult(const Failure& failure, const Bridge& bridge,
                         const ParameterOf& parameter_of) {
  return ErrorResult(FailureSentences(failure, bridge, parameter_of));
}

}  // namespace falcon::mcp
