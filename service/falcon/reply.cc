// Reads an answer: document, failure inside a 200, failure by status.
#include "falcon/reply.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "wire/rate_limit_header.h"

namespace falcon {
namespace {

using absl::StatusCode;

constexpr size_t kMostText = 256;

// What is known of an answer once its body is gone.
struct Answer {
  const Operation& operation;
  int http_status;
  bool continuation;
  bool html = false;
  bool json = false;
  std::string trace_id = {};
  std::string text = {};  // Falcon's own, as it came
  std::optional<milliseconds> delay = std::nullopt;
};

bool Contains(std::string_view lower_text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return lower_text.find(word) != std::string_view::npos;
  });
}

bool IsHtml(const wire::HttpResponse& response) {
  const std::string type = Lower(wire::FindHeader(response.headers, "Content-Type"));
  if (type.starts_with("text/html") || type.starts_with("application/xhtml")) return true;
  const auto first = std::find_if(response.body.begin(), response.body.end(), [](char c) {
    return std::isspace(static_cast<unsigned char>(c)) == 0;
  });
  return first != response.body.end() && *first == '<';
}

// ": <text>", or nothing.
std::string Quoted(const Answer& answer) {
  if (answer.text.empty() || answer.html) return "";
  return Cat(": ", EscapeHostile(answer.text, kMostText));
}

absl::Status Expired(const Answer& answer) {
  return Error(StatusCode::kAborted, "CURSOR_EXPIRED",
               Cat("Falcon no longer knows where the last page ended", Quoted(answer)));
}

absl::Status Retired(const Answer& answer) {
  return Error(StatusCode::kUnimplemented, "ENDPOINT_RETIRED",
               Cat("Falcon no longer serves ", wire::MethodName(answer.operation.method), " ",
                   answer.operation.path, Quoted(answer)));
}

absl::Status Refused(const Answer& answer) {
  const std::string text = Lower(answer.text);
  if (Contains(text, {"offset"}) && Contains(text, {"limit"})) {
    return Error(StatusCode::kOutOfRange, "OFFSET_WINDOW",
                 Cat("Falcon does not count so far; narrow the filter", Quoted(answer)));
  }
  if (answer.continuation &&
      Contains(text, {"expired", "scroll", "cursor", "context", "token", "after"})) {
    return Expired(answer);
  }
  const bool looks_up = answer.operation.max_ids > 0;
  return Error(StatusCode::kInvalidArgument, looks_up ? "REQUEST_INVALID" : "FQL_INVALID",
               Cat("Falcon refused the ", looks_up ? "ids" : "query", Quoted(answer)));
}

absl::Status Denied(const Answer& answer) {
  const absl::Status denied = Error(
      StatusCode::kPermissionDenied, "SCOPE_MISSING",
      Cat("Falcon denied the read: its API client needs the scope '", answer.operation.scope,
          "', or the client's IP allow-list does not hold the gateway's address", Quoted(answer)));
  return WithFact(denied, "required_scopes", answer.operation.scope);
}

absl::Status Limited(const Answer& answer) {
  const absl::Status limited =
      Error(StatusCode::kResourceExhausted, "RATE_LIMITED",
            Cat("Falcon's rate limit for this customer is spent", Quoted(answer)));
  return answer.delay.has_value() ? WithRetryAfter(limited, *answer.delay) : limited;
}

// `code`: the HTTP status, or that of an error inside a 200.
absl::Status Failure(const Answer& answer, int code) {
  const bool gone = code == 404 || code == 410;
  if (gone && answer.continuation) return Expired(answer);
  if (code == 405 || code == 410 || (code == 404 && !answer.json)) return Retired(answer);
  if (code == 400 || code == 422) return Refused(answer);
  if (code == 403) return Denied(answer);
  if (code == 429) return Limited(answer);
  if (code == 401) {
    return Error(StatusCode::kFailedPrecondition, "UPSTREAM_AUTH",
                 Cat("Falcon refused the gateway's token", Quoted(answer)));
  }
  if (code == 404) {
    return Error(StatusCode::kNotFound, "NOT_FOUND",
                 Cat("Falcon knows no such record", Quoted(answer)));
  }
  if (code == 413 || code == 414 || code == 431) {
    return Error(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE",
                 Cat("Falcon found the request too large", Quoted(answer)));
  }
  if (code > 408 && code < 500) {
    return Error(StatusCode::kInvalidArgument, "REQUEST_INVALID",
                 Cat("Falcon refused the request with status ", code, Quoted(answer)));
  }
  if (code >= 100 && code < 400) {
    return Error(StatusCode::kInternal, "UPSTREAM_PROTOCOL",
                 Cat("Falcon answered with the unexpected status ", code, Quoted(answer)));
  }
  return Error(StatusCode::kUnavailable, "UPSTREAM_ERROR",
               Cat("Falcon failed with status ", code, Quoted(answer)));
}

absl::Status FromProxy(const Answer& answer) {
  return Error(StatusCode::kUnavailable, "UPSTREAM_PROXY",
               Cat("an HTML page came instead of Falcon's answer, with status ", answer.http_status,
                   ": a proxy or a log-in page stands between"));
}

absl::Status WithAnswerFacts(absl::Status status, const Answer& answer) {
  status = WithFact(std::move(status), "operation", answer.operation.id);
  status = WithFact(std::move(status), "http_status", Cat(answer.http_status));
  if (answer.trace_id.empty()) return status;
  return WithFact(std::move(status), "trace_id", EscapeHostile(answer.trace_id, 64));
}

// Whether errors without resources are an answer all the same: each says what is wrong with one id
// that was asked for.
bool AnswersById(const Operation& operation, const std::vector<json::ApiError>& errors) {
  return operation.max_ids > 0 &&
         std::none_of(errors.begin(), errors.end(),
                      [](const json::ApiError& error) { return error.id.empty(); });
}

// The query of the page that header `Next-Page` names, on the operation's own path and no other.
absl::Status TakeNextPage(const Operation& operation, std::string_view next_page,
                          json::Document& document) {
  if (operation.paging != Paging::kNextPage || next_page.empty()) return absl::OkStatus();
  const size_t query = std::min(next_page.find('?'), next_page.size());
  if (next_page.substr(0, query) != operation.path || query + 1 >= next_page.size()) {
    return Error(StatusCode::kInternal, "UPSTREAM_PROTOCOL",
                 Cat("Falcon's next page is ", EscapeHostile(next_page, kMostText), ", not on ",
                     operation.path));
  }
  document.SetNext(std::string(next_page.substr(query + 1)));
  return absl::OkStatus();
}

// A failure that Falcon tells inside a success, by the first code that it gives.
absl::Status FailureInside(const Answer& answer, const std::vector<json::ApiError>& errors) {
  for (const json::ApiError& error : errors) {
    if (error.code != 0) return Failure(answer, error.code);
  }
  return Error(StatusCode::kUnavailable, "UPSTREAM_ERROR",
               Cat("Falcon failed and gave no code", Quoted(answer)));
}

// What keeps a success from being an answer of `operation`; empty: nothing. Whatever answers in
// Falcon's place must not read as "nothing found".
std::string_view Foreign(const Operation& operation, const json::Document& document) {
  const json::Envelope& envelope = document.envelope();
  const bool by_id = !envelope.errors.empty() && AnswersById(operation, envelope.errors);
  if (envelope.resources == 0 && by_id) return "";
  if (envelope.form == json::Resources::kAbsent) return "it has no `resources`";
  if (envelope.form == json::Resources::kOther) return "its `resources` are no list";
  const Answers answers = AnswersOf(operation);
  if (envelope.resources == 0) {
    if (!envelope.has_meta) return "it has neither records nor `meta`";
    return answers == Answers::kAggregates ? "it holds no aggregate" : "";
  }
  switch (answers) {
    case Answers::kIds:
      return envelope.texts == envelope.resources ? "" : "its `resources` are no ids";
    case Answers::kRecords:
      return envelope.objects > 0 ? "" : "its `resources` are no records";
    case Answers::kAggregates:
      return document.Has(0, operation.aggregate_key) ? "" : "it holds no aggregate";
  }
  return "";
}

absl::Status Malformed(std::string_view why) {
  return Error(StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
               Cat("what came is no answer of Falcon's: ", why));
}

void Read(const json::Envelope& envelope, Answer& answer) {
  answer.json = envelope.has_meta || envelope.has_errors;
  if (!envelope.trace_id.empty()) answer.trace_id = envelope.trace_id;
  answer.text = envelope.errors.empty() ? "" : envelope.errors.front().message;
}

}  // namespace

absl::StatusOr<json::Document> ReadReply(const Operation& operation, wire::HttpResponse response,
                                         bool continuation, WallTime now, json::Parser& parser) {
  Answer answer = {.operation = operation,
                   .http_status = response.status,
                   .continuation = continuation,
                   .html = IsHtml(response)};
  answer.trace_id = wire::FindHeader(response.headers, "X-Cs-Traceid");
  answer.delay = wire::RateLimitDelay(response.headers, now);
  const std::string next_page(wire::FindHeader(response.headers, "Next-Page"));
  const bool success = response.status >= 200 && response.status < 300;
  if (answer.html) return WithAnswerFacts(FromProxy(answer), answer);
  if (!success) answer.text = response.body.substr(0, 2 * kMostText);
  absl::StatusOr<json::Document> document = parser.Parse(std::move(response.body));
  if (document.ok()) Read(document->envelope(), answer);
  if (!success) return WithAnswerFacts(Failure(answer, answer.http_status), answer);
  if (!document.ok()) {
    return WithAnswerFacts(Malformed(ToStd(document.status().message())), answer);
  }
  const json::Envelope& envelope = document->envelope();
  const bool failed = envelope.resources == 0 && !envelope.errors.empty() &&
                      !AnswersById(operation, envelope.errors);
  if (failed) return WithAnswerFacts(FailureInside(answer, envelope.errors), answer);
  const std::string_view foreign = Foreign(operation, *document);
  if (!foreign.empty()) return WithAnswerFacts(Malformed(foreign), answer);
  const absl::Status next = TakeNextPage(operation, next_page, *document);
  if (!next.ok()) return WithAnswerFacts(next, answer);
  return document;
}

}  // namespace falcon
