// Reads an answer: document, failure inside a 200, failure by status.
#include "upstream/call/parse_response.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "http/response_hints.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;

constexpr size_t kMaxText = 256;
constexpr size_t kMaxPageText = 200;

// What is known of an answer once its body is gone.
struct Answer {
  const Operation& operation;
  int http_status;
  bool continuation;
  bool page = false;  // of HTML, from something before Falcon
  bool json = false;
  std::string trace_id = {};
  std::string text = {};  // Falcon's own or the page's, as it came
  std::optional<milliseconds> delay = std::nullopt;
};

bool Contains(std::string_view lower_text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return lower_text.find(word) != std::string_view::npos;
  });
}

// What a page in place of an answer says of its sender, or nothing.
std::string_view PageNote(const Answer& answer) {
  return answer.page ? ": a page came instead of Falcon's answer, as from a proxy or firewall" : "";
}

absl::Status Expired(const Answer& answer) {
  return Error(StatusCode::kAborted, "CURSOR_EXPIRED",
               StrCat("Falcon no longer knows where the last page ended", PageNote(answer)));
}

absl::Status EndpointRetired(const Answer& answer) {
  return Error(StatusCode::kUnimplemented, "ENDPOINT_RETIRED",
               StrCat("Falcon no longer serves ", http::MethodName(answer.operation.method), " ",
                      answer.operation.path, PageNote(answer)));
}

absl::Status InvalidRequest(const Answer& answer) {
  const std::string text = Lower(answer.text);
  if (Contains(text, {"offset"}) && Contains(text, {"limit"})) {
    return Error(StatusCode::kOutOfRange, "OFFSET_WINDOW",
                 StrCat("Falcon does not count so far; narrow the filter", PageNote(answer)));
  }
  if (answer.continuation &&
      Contains(text, {"expired", "scroll", "cursor", "context", "token", "after"})) {
    return Expired(answer);
  }
  if (answer.page) {
    return Error(
        StatusCode::kInvalidArgument, "REQUEST_INVALID",
        StrCat("the request was refused with status ", answer.http_status, PageNote(answer)));
  }
  const bool looks_up = answer.operation.max_ids > 0;
  return Error(StatusCode::kInvalidArgument, looks_up ? "REQUEST_INVALID" : "FQL_INVALID",
               StrCat("Falcon refused the ", looks_up ? "ids" : "query", PageNote(answer)));
}

absl::Status PermissionDenied(const Answer& answer) {
  if (answer.page) {
    return Error(StatusCode::kPermissionDenied, "UPSTREAM_PROXY",
                 StrCat("access was denied with status ", answer.http_status, PageNote(answer)));
  }
  const absl::Status denied = Error(
      StatusCode::kPermissionDenied, "SCOPE_MISSING",
      StrCat("Falcon denied the read: its API client needs the scope '", answer.operation.scope,
             "', or the client's IP allow-list does not hold the gateway's address",
             PageNote(answer)));
  return WithMetadata(denied, "required_scopes", answer.operation.scope);
}

absl::Status RateLimited(const Answer& answer) {
  const absl::Status limited =
      Error(StatusCode::kResourceExhausted, "RATE_LIMITED",
            StrCat("Falcon's rate limit for this customer is spent", PageNote(answer)));
  return answer.delay.has_value() ? WithRetryAfter(limited, *answer.delay) : limited;
}

absl::Status Failed(const Answer& answer, std::string_view how) {
  const absl::Status failed = Error(StatusCode::kUnavailable, "UPSTREAM_ERROR",
                                    StrCat("Falcon failed ", how, PageNote(answer)));
  return answer.delay.has_value() ? WithRetryAfter(failed, *answer.delay) : failed;
}

// `code`: the HTTP status, or that of an error inside a 200; 0: the error says none.
absl::Status Failure(const Answer& answer, int code) {
  if (code == 0) {
    const std::string_view what = answer.text.empty() ? "an error without words" : "an error";
    return Failed(answer, StrCat("with ", what, " in an answer of status ", answer.http_status));
  }
  const bool gone = code == 404 || code == 410;
  if (gone && answer.continuation) return Expired(answer);
  if (code == 405 || code == 410 || (code == 404 && !answer.json)) return EndpointRetired(answer);
  if (code == 400 || code == 422) return InvalidRequest(answer);
  if (code == 403) return PermissionDenied(answer);
  if (code == 429) return RateLimited(answer);
  if (code == 401) {
    return Error(StatusCode::kFailedPrecondition, "UPSTREAM_AUTH",
                 StrCat("Falcon refused the gateway's token", PageNote(answer)));
  }
  if (code == 404) {
    return Error(StatusCode::kNotFound, "NOT_FOUND",
                 StrCat("Falcon knows no such record", PageNote(answer)));
  }
  if (code == 413 || code == 414 || code == 431) {
    return Error(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE",
                 StrCat("Falcon found the request too large", PageNote(answer)));
  }
  if (code > 408 && code < 500) {
    return Error(StatusCode::kInvalidArgument, "REQUEST_INVALID",
                 StrCat("Falcon refused the request with status ", code, PageNote(answer)));
  }
  if (code >= 100 && code < 400) {
    return Error(StatusCode::kInternal, "UPSTREAM_PROTOCOL",
                 StrCat("Falcon answered with the unexpected status ", code, PageNote(answer)));
  }
  return Failed(answer, StrCat("with status ", code));
}

absl::Status FromProxy(const Answer& answer) {
  return Error(StatusCode::kUnavailable, "UPSTREAM_PROXY",
               StrCat("an HTML page came instead of Falcon's answer, with status ",
                      answer.http_status, ": a proxy or a log-in page stands between"));
}

// `encoding`: what the answer says of itself.
absl::Status Malformed(const absl::Status& problem, std::string_view encoding) {
  std::string message = StrCat("Falcon's answer is no JSON: ", ToStd(problem.message()));
  if (!encoding.empty() && !EqualsIgnoringCase(encoding, "gzip")) {
    message += StrCat("; it came with Content-Encoding ", EscapeUnsafe(encoding, 32),
                      ", which was not asked for");
  }
  return Error(StatusCode::kUnavailable, "UPSTREAM_MALFORMED", message);
}

absl::Status WithAnswerFacts(absl::Status status, const Answer& answer) {
  status = WithMetadata(std::move(status), "operation", answer.operation.id);
  status = WithMetadata(std::move(status), "http_status", StrCat(answer.http_status));
  if (!answer.text.empty()) {
    const size_t most = answer.page ? kMaxPageText : kMaxText;
    status = WithMetadata(std::move(status), kUpstreamText, EscapeUnsafe(answer.text, most));
  }
  if (answer.trace_id.empty()) return status;
  return WithMetadata(std::move(status), "trace_id", EscapeUnsafe(answer.trace_id, 64));
}

// Whether errors without resources are an answer all the same: each says what is wrong with one id
// that was asked for.
bool AnswersById(const Operation& operation, const std::vector<json::ApiError>& errors) {
  return operation.max_ids > 0 &&
         std::none_of(errors.begin(), errors.end(),
                      [](const json::ApiError& error) { return error.id.empty(); });
}

// `url` from its path on.
std::string_view FromPath(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme > url.find_first_of("/?")) return url;
  return url.substr(std::min(url.find('/', scheme + 3), url.size()));
}

// The query of the page that header `Next-Page` names, on the operation's own path and no other.
// Of an absolute address nothing else counts: the next call goes to our Falcon.
absl::Status TakeNextPage(const Operation& operation, std::string_view next_page,
                          json::Document& document) {
  if (operation.paging != Paging::kNextPage || next_page.empty()) return absl::OkStatus();
  const std::string_view page = FromPath(next_page);
  const size_t query = std::min(page.find('?'), page.size());
  if (page.substr(0, query) != operation.path || query + 1 >= page.size()) {
    return Error(StatusCode::kInternal, "UPSTREAM_PROTOCOL",
                 StrCat("Falcon's next page is ", EscapeUnsafe(next_page, kMaxText), ", not on ",
                        operation.path));
  }
  document.SetNext(std::string(page.substr(query + 1)));
  return absl::OkStatus();
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
               StrCat("what came is no answer of Falcon's: ", why));
}

bool IsFailure(const json::ApiError& error) { return error.code >= 400 && error.code < 600; }

// The status of the first error that has one; 0: none does.
int CodeOf(const std::vector<json::ApiError>& errors) {
  const auto found = std::find_if(errors.begin(), errors.end(), IsFailure);
  return found == errors.end() ? 0 : found->code;
}

// Of the error that decides, else of the first that says anything.
std::string TextOf(const std::vector<json::ApiError>& errors) {
  auto found = std::find_if(errors.begin(), errors.end(), IsFailure);
  if (found == errors.end()) {
    found = std::find_if(errors.begin(), errors.end(),
                         [](const json::ApiError& error) { return !error.message.empty(); });
  }
  return found == errors.end() ? "" : found->message;
}

void Read(const json::Envelope& envelope, bool success, Answer& answer) {
  answer.json = envelope.has_meta || envelope.has_errors;
  answer.page = false;
  if (!envelope.trace_id.empty()) answer.trace_id = envelope.trace_id;
  std::string text = TextOf(envelope.errors);
  // JSON that is not Falcon's has its words elsewhere: then all of it stands for them.
  if (success || !text.empty()) answer.text = std::move(text);
}

// What is told of an answer before its body goes to the parser.
Answer Describe(const Operation& operation, const http::HttpResponse& response, bool continuation,
                WallTime now) {
  Answer answer = {
      .operation = operation,
      .http_status = response.status,
      .continuation = continuation,
      .page = http::IsMarkup(response.body) || http::HasHtmlContentType(response.headers)};
  answer.trace_id = http::FindHeader(response.headers, "X-Cs-Traceid");
  answer.delay = http::ParseRetryAfter(response.headers, now);
  answer.text = answer.page ? http::MarkupText(response.body, 2 * kMaxPageText)
                            : response.body.substr(0, 2 * kMaxText);
  return answer;
}

}  // namespace

absl::StatusOr<json::Document> ParseResponse(const Operation& operation,
                                             http::HttpResponse response, bool continuation,
                                             WallTime now, json::Parser& parser) {
  Answer answer = Describe(operation, response, continuation, now);
  const std::string next_page(http::FindHeader(response.headers, "Next-Page"));
  const std::string encoding(http::FindHeader(response.headers, "Content-Encoding"));
  const bool success = response.status >= 200 && response.status < 300;
  absl::StatusOr<json::Document> document = parser.Parse(std::move(response.body));
  if (document.ok()) Read(document->envelope(), success, answer);
  if (!success) return WithAnswerFacts(Failure(answer, answer.http_status), answer);
  if (answer.page) return WithAnswerFacts(FromProxy(answer), answer);
  if (!document.ok()) return WithAnswerFacts(Malformed(document.status(), encoding), answer);
  const json::Envelope& envelope = document->envelope();
  const bool failed = envelope.resources == 0 && !envelope.errors.empty() &&
                      !AnswersById(operation, envelope.errors);
  if (failed) return WithAnswerFacts(Failure(answer, CodeOf(envelope.errors)), answer);
  const std::string_view foreign = Foreign(operation, *document);
  if (!foreign.empty()) return WithAnswerFacts(Malformed(foreign), answer);
  const absl::Status next = TakeNextPage(operation, next_page, *document);
  if (!next.ok()) return WithAnswerFacts(next, answer);
  return document;
}

}  // namespace falcon::upstream
