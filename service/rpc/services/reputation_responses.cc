// Reports to messages, field by field.
#include "rpc/services/reputation_responses.h"

#include <algorithm>
#include <functional>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/text.h"
#include "google/protobuf/util/time_util.h"
#include "reputation/report.h"
#include "runtime/concurrency.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;
using reputation::Answer;
using reputation::Kind;
using reputation::Report;

// Concurrent look-ups; the quota decides how many may start.
constexpr size_t kSideBySide = 8;

v1::IndicatorType TypeOf(Kind kind) {
  switch (kind) {
    case Kind::kMd5:
      return v1::INDICATOR_TYPE_MD5;
    case Kind::kSha1:
      return v1::INDICATOR_TYPE_SHA1;
    case Kind::kSha256:
      return v1::INDICATOR_TYPE_SHA256;
    case Kind::kDomain:
      return v1::INDICATOR_TYPE_DOMAIN;
    case Kind::kIpv4:
      return v1::INDICATOR_TYPE_IPV4;
    case Kind::kIpv6:
      return v1::INDICATOR_TYPE_IPV6;
    case Kind::kUrl:
      return v1::INDICATOR_TYPE_URL;
  }
  return v1::INDICATOR_TYPE_UNSPECIFIED;
}

v1::ReputationVerdict VerdictOf(const Report& report) {
  switch (reputation::Judge(report)) {
    case reputation::Verdict::kMalicious:
      return v1::REPUTATION_VERDICT_MALICIOUS;
    case reputation::Verdict::kSuspicious:
      return v1::REPUTATION_VERDICT_SUSPICIOUS;
    case reputation::Verdict::kHarmless:
      return v1::REPUTATION_VERDICT_HARMLESS;
    case reputation::Verdict::kUndetected:
      return v1::REPUTATION_VERDICT_UNDETECTED;
    case reputation::Verdict::kUnknown:
      break;
  }
  return v1::REPUTATION_VERDICT_UNDETERMINED;
}

void Fill(const reputation::EngineCounts& counts, v1::EngineCounts& out) {
  out.set_malicious(counts.malicious);
  out.set_suspicious(counts.suspicious);
  out.set_undetected(counts.undetected);
  out.set_harmless(counts.harmless);
  out.set_timeout(counts.timeout);
  out.set_failure(counts.failure);
  out.set_type_unsupported(counts.type_unsupported);
}

void FillDates(const Report& report, v1::Reputation& out) {
  if (report.last_analysis_date.has_value()) {
    out.mutable_last_analysis_date()->set_seconds(*report.last_analysis_date);
  }
  if (report.first_submission_date.has_value()) {
    out.mutable_first_submission_date()->set_seconds(*report.first_submission_date);
  }
  if (report.creation_date.has_value()) {
    out.mutable_creation_date()->set_seconds(*report.creation_date);
  }
}

void Fill(const Report& report, v1::Reputation& out) {
  Fill(report.counts, *out.mutable_last_analysis_stats());
  FillDates(report, out);
  if (report.reputation.has_value()) out.set_reputation(*report.reputation);
  out.set_object_id(report.object_id);
  out.set_meaningful_name(report.meaningful_name);
  out.mutable_names()->Add(report.names.begin(), report.names.end());
  out.mutable_tags()->Add(report.tags.begin(), report.tags.end());
  out.set_type_description(report.type_description);
  out.set_suggested_threat_label(report.suggested_threat_label);
  if (report.size.has_value()) out.set_size(*report.size);
  out.set_registrar(report.registrar);
  out.set_as_owner(report.as_owner);
  if (report.asn.has_value()) out.set_asn(*report.asn);
  out.set_country(report.country);
}

// The HTTP status that corresponds to a failure.
int CodeOf(const absl::Status& failure) {
  int code = 0;
  if (absl::SimpleAtoi(Metadata(failure)["http_status"], &code)) return code;
  switch (failure.code()) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

Task<absl::StatusOr<Answer>> Ask(reputation::Client& client,
                                 absl::StatusOr<reputation::Indicator> indicator,
                                 reputation::LookUpTerms terms) {
  if (!indicator.ok()) co_return indicator.status();
  co_return co_await client.LookUp(*std::move(indicator), std::move(terms));
}

}  // namespace

std::optional<Kind> KindOf(v1::IndicatorType type) {
  for (const Kind kind : {Kind::kMd5, Kind::kSha1, Kind::kSha256, Kind::kDomain, Kind::kIpv4,
                          Kind::kIpv6, Kind::kUrl}) {
    if (TypeOf(kind) == type) return kind;
  }
  return std::nullopt;
}

Task<Outcomes> AskAll(reputation::Client& client, std::vector<Question> questions,
                      reputation::LookUpTerms terms) {
  const size_t count = questions.size();
  std::function<Task<absl::StatusOr<Answer>>(size_t)> ask =
      [&client, questions = std::move(questions), terms = std::move(terms)](size_t i) {
        return Ask(client, questions[i].indicator, terms);
      };
  co_return co_await runtime::CollectAllWindowed(count, kSideBySide, std::move(ask));
}

absl::Status FailureOfAll(const Outcomes& outcomes) {
  absl::Status first;
  for (const absl::StatusOr<Answer>& outcome : outcomes) {
    if (outcome.ok()) return absl::OkStatus();
    const bool of_value = outcome.status().code() == absl::StatusCode::kInvalidArgument ||
                          outcome.status().code() == absl::StatusCode::kNotFound;
    if (first.ok() && !of_value) first = outcome.status();
  }
  return first;
}

void Fill(const Question& question, const Answer& answer, v1::Reputation& out) {
  out.set_value(question.value);
  out.set_type(TypeOf(question.indicator->kind));
  out.set_verdict(VerdictOf(*answer.report));
  out.set_permalink(reputation::Permalink(*question.indicator));
  *out.mutable_age() = TimeUtil::MillisecondsToDuration(answer.age.count());
  if (answer.report->known) Fill(*answer.report, out);
}

v1::PartialError Missing(std::string_view id, const absl::Status& failure) {
  v1::PartialError error;
  error.set_code(CodeOf(failure));
  error.set_message(EscapeUnsafe(ToStd(failure.message()), 512));
  error.set_id(std::string(id));
  return error;
}

std::optional<milliseconds> RetryAfterOf(const Outcomes& outcomes) {
  std::optional<milliseconds> least;
  for (const absl::StatusOr<Answer>& outcome : outcomes) {
    if (outcome.ok() || Reason(outcome.status()) != "REPUTATION_QUOTA") continue;
    const std::optional<milliseconds> wait = RetryAfter(outcome.status());
    if (wait.has_value()) least = std::min(*wait, least.value_or(*wait));
  }
  return least;
}

}  // namespace falcon::rpc
