// ReputationService: VirusTotal's reputation of values, and of Falcon's IOCs.
#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "falcon_gateway/v1/reputation.grpc.pb.h"
#include "google/protobuf/util/time_util.h"
#include "reputation/report.h"
#include "rpc/services/collection.h"
#include "runtime/concurrency.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;
using reputation::Answer;
using reputation::Kind;
using reputation::Report;

constexpr int kMaxValues = 100;
// Concurrent look-ups; the quota decides how many may start.
constexpr size_t kSideBySide = 8;

void CheckValue(std::string_view value, const std::string& field, RequestValidator& validator) {
  if (value.empty()) validator.AddViolation(field, "must not be empty");
  if (value.size() <= reputation::kMaxValueBytes) return;
  validator.AddViolation(field, StrCat("has more than ", reputation::kMaxValueBytes, " bytes"));
}

void CheckType(v1::IndicatorType type, const std::string& field, RequestValidator& validator) {
  if (v1::IndicatorType_IsValid(type)) return;
  validator.AddViolation(field, StrCat("no type of indicator has number ", static_cast<int>(type)));
}

RequestValidator CheckRequest(const v1::BatchGetReputationsRequest& request) {
  RequestValidator validator;
  CheckType(request.type(), "type", validator);
  if (request.values().empty() || request.values_size() > kMaxValues) {
    validator.AddViolation("values", StrCat("must hold 1 to ", kMaxValues, " values"));
    return validator;
  }
  for (int i = 0; i < request.values_size(); ++i) {
    CheckValue(request.values(i), StrCat("values[", i, "]"), validator);
  }
  return validator;
}

RequestValidator CheckRequest(const v1::CheckIocsRequest& request) {
  RequestValidator validator;
  const int count = request.ids_size() + request.iocs_size();
  if (count == 0 || count > kMaxValues) {
    validator.AddViolation("ids", StrCat("`ids` and `iocs` together must hold 1 to ", kMaxValues));
    return validator;
  }
  ValidateIds(request.ids(), ValidateIocId, "ids", validator);
  for (int i = 0; i < request.iocs_size(); ++i) {
    CheckType(request.iocs(i).type(), StrCat("iocs[", i, "].type"), validator);
    CheckValue(request.iocs(i).value(), StrCat("iocs[", i, "].value"), validator);
  }
  return validator;
}

// The name of `kind` in an enum of ours, behind its prefix: INDICATOR_TYPE_SHA256.
std::string EnumName(std::string_view prefix, Kind kind) {
  return StrCat(prefix, absl::AsciiStrToUpper(ToAbsl(reputation::KindName(kind))));
}

v1::IndicatorType TypeOf(Kind kind) {
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  v1::IndicatorType_Parse(EnumName("INDICATOR_TYPE_", kind), &type);
  return type;
}

// The kind whose name `name` is. Nullopt: none is, so that the value tells its kind.
std::optional<Kind> KindOf(std::string_view prefix, std::string_view name) {
  for (const Kind kind : {Kind::kMd5, Kind::kSha1, Kind::kSha256, Kind::kDomain, Kind::kIpv4,
                          Kind::kIpv6, Kind::kUrl}) {
    if (EnumName(prefix, kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<Kind> KindOf(v1::IndicatorType type) {
  return KindOf("INDICATOR_TYPE_", v1::IndicatorType_Name(type));
}

// A value to look up, and its name in errors.
struct Question {
  Question(std::string what, std::string_view name, std::optional<reputation::Kind> kind)
      : value(std::move(what)), id(name), indicator(reputation::ParseIndicator(value, kind)) {}
  // A value that cannot be looked up.
  Question(std::string_view name, absl::Status why) : id(name), indicator(std::move(why)) {}

  std::string value;
  std::string id;
  absl::StatusOr<reputation::Indicator> indicator;
};

Question QuestionOf(const v1::Ioc& ioc) {
  const std::optional<Kind> kind = KindOf("IOC_TYPE_", v1::IocType_Name(ioc.type()));
  if (kind.has_value()) return {ioc.value(), ioc.id(), kind};
  return {ioc.id(), Error(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID",
                          "the IOC is of a type that VirusTotal cannot look up")};
}

using Outcomes = std::vector<absl::StatusOr<Answer>>;

Task<absl::StatusOr<Answer>> Ask(reputation::Client& client,
                                 absl::StatusOr<reputation::Indicator> indicator,
                                 reputation::LookUpTerms terms) {
  if (!indicator.ok()) co_return indicator.status();
  co_return co_await client.LookUp(*std::move(indicator), std::move(terms));
}

// One outcome per question, in their order.
Task<Outcomes> AskAll(reputation::Client& client, std::vector<Question> questions,
                      reputation::LookUpTerms terms) {
  const size_t count = questions.size();
  std::function<Task<absl::StatusOr<Answer>>(size_t)> ask =
      [&client, questions = std::move(questions), terms = std::move(terms)](size_t i) {
        return Ask(client, questions[i].indicator, terms);
      };
  co_return co_await runtime::CollectAllWindowed(count, kSideBySide, std::move(ask));
}

// Why no question was answered: the first failure that is not caused by its value. OK where any
// question was answered, or where all failures are caused by their values.
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

void Fill(const Question& question, const Answer& answer, v1::Reputation& out) {
  out.set_value(question.value);
  out.set_type(TypeOf(question.indicator->kind));
  out.set_verdict(VerdictOf(*answer.report));
  out.set_permalink(reputation::Permalink(*question.indicator));
  *out.mutable_age() = TimeUtil::MillisecondsToDuration(answer.age.count());
  if (answer.report->known) Fill(*answer.report, out);
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

// `failure` of the value or record `id`.
v1::PartialError Missing(std::string_view id, const absl::Status& failure) {
  v1::PartialError error;
  error.set_code(CodeOf(failure));
  error.set_message(EscapeUnsafe(ToStd(failure.message()), 512));
  error.set_id(std::string(id));
  return error;
}

// Time until the quota allows the first of the questions that it failed; nullopt: it failed none.
std::optional<milliseconds> RetryAfterOf(const Outcomes& outcomes) {
  std::optional<milliseconds> least;
  for (const absl::StatusOr<Answer>& outcome : outcomes) {
    if (outcome.ok() || Reason(outcome.status()) != "REPUTATION_QUOTA") continue;
    const std::optional<milliseconds> wait = RetryAfter(outcome.status());
    if (wait.has_value()) least = std::min(*wait, least.value_or(*wait));
  }
  return least;
}

// A little before the call's deadline, so that results in time are returned even if the last look-up
// is late.
Deadline LookUpDeadline(const RpcContext& context, const Clock& clock) {
  const milliseconds left = context.options.deadline.Left(clock);
  return Deadline::In(clock, left - std::min(milliseconds(1000), left / 10));
}

// When the oldest report that the request accepts was fetched.
SteadyTime OldestTaken(const RpcContext& context, const Clock& clock) {
  if (!context.options.max_staleness.has_value()) return SteadyTime::min();
  return clock.Now() - *context.options.max_staleness;
}

class ReputationService final : public v1::ReputationService::CallbackService {
 public:
  ReputationService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : environment_(environment),
        deps_(deps),
        client_(*deps.virustotal),
        iocs_(v1::Ioc::descriptor()) {}

  Unary* BatchGetReputations(Context* context, const v1::BatchGetReputationsRequest* request,
                             v1::BatchGetReputationsResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&ReputationService::BatchGet, this));
  }
  Unary* CheckIocs(Context* context, const v1::CheckIocsRequest* request,
                   v1::CheckIocsResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&ReputationService::Check, this));
  }

 private:
  // Where the reputation of the question at a place goes.
  using AddReputation = std::function<v1::Reputation*(size_t place, const Question& question)>;

  Task<absl::Status> BatchGet(RpcContext& context, const v1::BatchGetReputationsRequest& request,
                              v1::BatchGetReputationsResponse& response) {
    CO_RETURN_IF_ERROR(MayAsk(context, request));
    std::vector<Question> questions;
    for (const std::string& value : request.values()) {
      questions.emplace_back(value, value, KindOf(request.type()));
    }
    const AddReputation add = [&](size_t, const Question&) { return response.add_reputations(); };
    const SteadyTime not_before = OldestTaken(context, environment_.clock);
    co_return co_await AskInto(context, std::move(questions), not_before, add, response);
  }

  Task<absl::Status> Check(RpcContext& context, const v1::CheckIocsRequest& request,
                           v1::CheckIocsResponse& response) {
    CO_RETURN_IF_ERROR(MayAsk(context, request));
    const SteadyTime not_before = OldestTaken(context, environment_.clock);
    ASSIGN_OR_CO_RETURN(std::vector<Question> questions,
                        co_await Resolve(context, request, response));
    const size_t by_id = questions.size();
    for (const v1::IocValue& ioc : request.iocs()) {
      questions.emplace_back(ioc.value(), ioc.value(), KindOf(ioc.type()));
    }
    const AddReputation add = [&](size_t i, const Question& question) {
      v1::IocCheck& check = *response.add_checks();
      if (i < by_id) check.set_ioc_id(question.id);
      return check.mutable_reputation();
    };
    co_return co_await AskInto(context, std::move(questions), not_before, add, response);
  }

  template <class Request>
  absl::Status MayAsk(const RpcContext& context, const Request& request) const {
    RequestValidator validator = CheckRequest(request);
    ValidateStaleness(request, validator);
    RETURN_IF_ERROR(validator.status());
    RETURN_IF_ERROR(client_.Ready());
    return context.options.validate_only ? upstream::ValidatedStatus() : absl::OkStatus();
  }

  // A question for each id that Falcon knows; the others go to `missing` of `response`.
  Task<absl::StatusOr<std::vector<Question>>> Resolve(RpcContext& context,
                                                      const v1::CheckIocsRequest& request,
                                                      v1::CheckIocsResponse& response) {
    std::vector<Question> questions;
    if (request.ids().empty()) co_return questions;
    std::vector<std::string> ids;
    for (const std::string& id : request.ids()) ids.push_back(Lower(id));
    upstream::LookupPlan plan{.operation = &upstream::operation::kGetIocs,
                              .decoder = &iocs_,
                              .options = {},
                              .id_field = v1::Ioc::descriptor()->FindFieldByName("id"),
                              .query = {}};
    ASSIGN_OR_CO_RETURN(
        const upstream::Entities found,
        co_await upstream::LookupRecords(deps_.Read(context), std::move(plan), ids,
                                         v1::Ioc::default_instance(), context.report));
    for (const std::string& id : ids) {
      const auto record = found.records.find(id);
      if (record == found.records.end()) {
        *response.add_missing() = found.Missing(id);
      } else {
        questions.push_back(QuestionOf(static_cast<const v1::Ioc&>(*record->second)));
      }
    }
    co_return questions;
  }

  // Looks up `questions`. A report goes to what `add` returns for its question, a failure to
  // `missing` of `response`.
  template <class Response>
  Task<absl::Status> AskInto(RpcContext& context, std::vector<Question> questions,
                             SteadyTime not_before, const AddReputation& add, Response& response) {
    const reputation::LookUpTerms terms = {.caller = context.options.client_id,
                                           .deadline = LookUpDeadline(context, environment_.clock),
                                           .calls = std::make_shared<int>(0),
                                           .not_before = not_before};
    const Outcomes outcomes = co_await AskAll(client_, questions, terms);
    CO_RETURN_IF_ERROR(FailureOfAll(outcomes));
    for (size_t i = 0; i < questions.size(); ++i) {
      if (outcomes[i].ok()) {
        context.stats.AddAge(outcomes[i]->age);
        Fill(questions[i], *outcomes[i], *add(i, questions[i]));
      } else {
        *response.add_missing() = Missing(questions[i].id, outcomes[i].status());
      }
    }
    response.set_virustotal_calls(*terms.calls);
    const std::optional<milliseconds> wait = RetryAfterOf(outcomes);
    if (wait.has_value()) {
      *response.mutable_retry_after() = TimeUtil::MillisecondsToDuration(wait->count());
    }
    co_return absl::OkStatus();
  }

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  reputation::Client& client_;
  const json::Decoder iocs_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewReputationService(const RpcEnvironment& environment,
                                                    const ServiceDeps& deps) {
  return std::make_unique<ReputationService>(environment, deps);
}

}  // namespace falcon::rpc
