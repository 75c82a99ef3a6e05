// ReputationService: the gRPC face of VirusTotal's look-ups, and of Falcon's IOCs before them.
#include "rpc/reputation_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/staleness.h"
#include "rpc/unary_call.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMostValues = 100;

void CheckValue(std::string_view value, const std::string& field, Checks& checks) {
  if (value.empty()) checks.Violate(field, "must not be empty");
  if (value.size() <= reputation::kMostValueBytes) return;
  checks.Violate(field, Cat("has more than ", reputation::kMostValueBytes, " bytes"));
}

void CheckType(v1::IndicatorType type, const std::string& field, Checks& checks) {
  if (v1::IndicatorType_IsValid(type)) return;
  checks.Violate(field, Cat("no type of indicator has number ", static_cast<int>(type)));
}

Checks CheckRequest(const v1::BatchGetReputationsRequest& request) {
  Checks checks;
  CheckType(request.type(), "type", checks);
  if (request.values().empty() || request.values_size() > kMostValues) {
    checks.Violate("values", Cat("must hold 1 to ", kMostValues, " values"));
    return checks;
  }
  for (int i = 0; i < request.values_size(); ++i) {
    CheckValue(request.values(i), Cat("values[", i, "]"), checks);
  }
  return checks;
}

Checks CheckRequest(const v1::CheckIocsRequest& request) {
  Checks checks;
  const int count = request.ids_size() + request.iocs_size();
  if (count == 0 || count > kMostValues) {
    checks.Violate("ids", Cat("`ids` and `iocs` together must hold 1 to ", kMostValues));
    return checks;
  }
  CheckIds(request.ids(), IocIdShape, "ids", checks);
  for (int i = 0; i < request.iocs_size(); ++i) {
    CheckType(request.iocs(i).type(), Cat("iocs[", i, "].type"), checks);
    CheckValue(request.iocs(i).value(), Cat("iocs[", i, "].value"), checks);
  }
  return checks;
}

// The types of Falcon's IOC management, all of which VirusTotal knows.
std::optional<reputation::Kind> KindOf(const v1::Ioc& ioc) {
  switch (ioc.type()) {
    case v1::IOC_TYPE_SHA256:
      return reputation::Kind::kSha256;
    case v1::IOC_TYPE_MD5:
      return reputation::Kind::kMd5;
    case v1::IOC_TYPE_DOMAIN:
      return reputation::Kind::kDomain;
    case v1::IOC_TYPE_IPV4:
      return reputation::Kind::kIpv4;
    case v1::IOC_TYPE_IPV6:
      return reputation::Kind::kIpv6;
    default:
      return std::nullopt;
  }
}

Question QuestionOf(const v1::Ioc& ioc) {
  const std::optional<reputation::Kind> kind = KindOf(ioc);
  if (kind.has_value()) return {ioc.value(), ioc.id(), kind};
  return {ioc.id(), Error(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID",
                          "the IOC is of a type that VirusTotal cannot look up")};
}

// A little before the call's own: what came in time is answered though the last look-up did not.
Deadline LookUpDeadline(const Call& call, const Clock& clock) {
  const milliseconds left = call.reading.deadline.Left(clock);
  return Deadline::In(clock, left - std::min(milliseconds(1000), left / 10));
}

// The oldest report that the request takes, by when it came.
SteadyTime OldestTaken(const Call& call, const Clock& clock) {
  if (!call.reading.staleness.has_value()) return SteadyTime::min();
  return clock.Now() - *call.reading.staleness;
}

reputation::LookUpTerms TermsOf(const Call& call, const Clock& clock, SteadyTime not_before) {
  return {.caller = call.reading.caller,
          .deadline = LookUpDeadline(call, clock),
          .calls = std::make_shared<int>(0),
          .not_before = not_before};
}

void TakeAges(const Outcomes& outcomes, Reading& reading) {
  for (const auto& outcome : outcomes) {
    if (outcome.ok()) reading.age = std::max(reading.age, outcome->age);
  }
}

template <class Response>
void FillCosts(const Outcomes& outcomes, int calls, Response& response) {
  response.set_virustotal_calls(calls);
  const std::optional<milliseconds> wait = RetryAfterOf(outcomes);
  if (!wait.has_value()) return;
  *response.mutable_retry_after() = TimeUtil::MillisecondsToDuration(wait->count());
}

}  // namespace

ReputationService::ReputationService(const Edge& edge, const Upstream& upstream,
                                     reputation::Client& client)
    : edge_(edge), upstream_(upstream), client_(client), iocs_(v1::Ioc::descriptor()) {}

Task<absl::Status> ReputationService::BatchGet(Call& call,
                                               const v1::BatchGetReputationsRequest& request,
                                               v1::BatchGetReputationsResponse& response) {
  Checks checks = CheckRequest(request);
  TakeStaleness(request, call.reading, checks);
  CO_RETURN_IF_ERROR(checks.Verdict());
  CO_RETURN_IF_ERROR(client_.Ready());
  if (call.reading.validate_only) co_return Validated();
  std::vector<Question> questions;
  for (const std::string& value : request.values()) {
    questions.emplace_back(value, value, rpc::KindOf(request.type()));
  }
  const reputation::LookUpTerms terms = TermsOf(call, edge_.clock, OldestTaken(call, edge_.clock));
  const Outcomes outcomes = co_await AskAll(client_, questions, terms);
  CO_RETURN_IF_ERROR(FailureOfAll(outcomes));
  TakeAges(outcomes, call.reading);
  for (size_t i = 0; i < questions.size(); ++i) {
    if (outcomes[i].ok()) {
      Fill(questions[i], *outcomes[i], *response.add_reputations());
    } else {
      *response.add_missing() = Missing(questions[i].id, outcomes[i].status());
    }
  }
  FillCosts(outcomes, *terms.calls, response);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<Question>>> ReputationService::Resolve(
    Call& call, const v1::CheckIocsRequest& request, v1::CheckIocsResponse& response) {
  std::vector<Question> questions;
  if (request.ids().empty()) co_return questions;
  std::vector<std::string> ids;
  for (const std::string& id : request.ids()) ids.push_back(Lower(id));
  LookupPlan plan{.operation = &operation::kGetIocs,
                  .decoder = &iocs_,
                  .options = {},
                  .id_field = v1::Ioc::descriptor()->FindFieldByName("id"),
                  .query = {}};
  ASSIGN_OR_CO_RETURN(const Entities found,
                      co_await FetchEntities(upstream_.caller, std::move(plan), ids, call.reading,
                                             v1::Ioc::default_instance(), call.report));
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

Task<absl::Status> ReputationService::Check(Call& call, const v1::CheckIocsRequest& request,
                                            v1::CheckIocsResponse& response) {
  Checks checks = CheckRequest(request);
  TakeStaleness(request, call.reading, checks);
  CO_RETURN_IF_ERROR(checks.Verdict());
  CO_RETURN_IF_ERROR(client_.Ready());
  if (call.reading.validate_only) co_return Validated();
  const SteadyTime not_before = OldestTaken(call, edge_.clock);
  ASSIGN_OR_CO_RETURN(std::vector<Question> questions, co_await Resolve(call, request, response));
  const size_t by_id = questions.size();
  for (const v1::IocValue& ioc : request.iocs()) {
    questions.emplace_back(ioc.value(), ioc.value(), rpc::KindOf(ioc.type()));
  }
  const reputation::LookUpTerms terms = TermsOf(call, edge_.clock, not_before);
  const Outcomes outcomes = co_await AskAll(client_, questions, terms);
  CO_RETURN_IF_ERROR(FailureOfAll(outcomes));
  TakeAges(outcomes, call.reading);
  for (size_t i = 0; i < questions.size(); ++i) {
    if (!outcomes[i].ok()) {
      *response.add_missing() = Missing(questions[i].id, outcomes[i].status());
      continue;
    }
    v1::IocCheck& check = *response.add_checks();
    if (i < by_id) check.set_ioc_id(questions[i].id);
    Fill(questions[i], *outcomes[i], *check.mutable_reputation());
  }
  FillCosts(outcomes, *terms.calls, response);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

grpc::ServerUnaryReactor* ReputationService::BatchGetReputations(
    grpc::CallbackServerContext* context, const v1::BatchGetReputationsRequest* request,
    v1::BatchGetReputationsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.ReputationService/BatchGetReputations", context, request,
                response, [=, this](Call& call) { return BatchGet(call, *request, *response); });
}

grpc::ServerUnaryReactor* ReputationService::CheckIocs(grpc::CallbackServerContext* context,
                                                       const v1::CheckIocsRequest* request,
                                                       v1::CheckIocsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.ReputationService/CheckIocs", context, request, response,
                [=, this](Call& call) { return Check(call, *request, *response); });
}

}  // namespace falcon::rpc
