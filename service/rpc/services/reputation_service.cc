// ReputationService: VirusTotal's reputation of values, and of Falcon's IOCs.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "falcon_gateway/v1/reputation.grpc.pb.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/collection.h"
#include "rpc/services/reputation_responses.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxValues = 100;

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

// Falcon's types of IOCs, all of which VirusTotal knows.
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

// A little before the call's deadline, so that results in time are returned even if the last look-up
// is late.
Deadline LookUpDeadline(const RpcContext& call, const Clock& clock) {
  const milliseconds left = call.options.deadline.Left(clock);
  return Deadline::In(clock, left - std::min(milliseconds(1000), left / 10));
}

// When the oldest report that the request accepts was fetched.
SteadyTime OldestTaken(const RpcContext& call, const Clock& clock) {
  if (!call.options.max_staleness.has_value()) return SteadyTime::min();
  return clock.Now() - *call.options.max_staleness;
}

reputation::LookUpTerms TermsOf(const RpcContext& call, const Clock& clock, SteadyTime not_before) {
  return {.caller = call.options.client_id,
          .deadline = LookUpDeadline(call, clock),
          .calls = std::make_shared<int>(0),
          .not_before = not_before};
}

void TakeAges(const Outcomes& outcomes, upstream::CallStats& stats) {
  for (const auto& outcome : outcomes) {
    if (outcome.ok()) stats.age = std::max(stats.age, outcome->age);
  }
}

template <class Response>
void FillCosts(const Outcomes& outcomes, int calls, Response& response) {
  response.set_virustotal_calls(calls);
  const std::optional<milliseconds> wait = RetryAfterOf(outcomes);
  if (!wait.has_value()) return;
  *response.mutable_retry_after() = TimeUtil::MillisecondsToDuration(wait->count());
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
                      [=, this](RpcContext& call) { return BatchGet(call, *request, *response); });
  }
  Unary* CheckIocs(Context* context, const v1::CheckIocsRequest* request,
                   v1::CheckIocsResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      [=, this](RpcContext& call) { return Check(call, *request, *response); });
  }

 private:
  Task<absl::Status> BatchGet(RpcContext& call, const v1::BatchGetReputationsRequest& request,
                              v1::BatchGetReputationsResponse& response) {
    RequestValidator validator = CheckRequest(request);
    ValidateStaleness(request, validator);
    CO_RETURN_IF_ERROR(validator.status());
    CO_RETURN_IF_ERROR(client_.Ready());
    if (call.options.validate_only) co_return upstream::ValidatedStatus();
    std::vector<Question> questions;
    for (const std::string& value : request.values()) {
      questions.emplace_back(value, value, rpc::KindOf(request.type()));
    }
    const reputation::LookUpTerms terms =
        TermsOf(call, environment_.clock, OldestTaken(call, environment_.clock));
    const Outcomes outcomes = co_await AskAll(client_, questions, terms);
    CO_RETURN_IF_ERROR(FailureOfAll(outcomes));
    TakeAges(outcomes, call.stats);
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

  // A question for each id that Falcon knows; the others go to `missing` of `response`.
  Task<absl::StatusOr<std::vector<Question>>> Resolve(RpcContext& call,
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
    ASSIGN_OR_CO_RETURN(const upstream::Entities found,
                        co_await upstream::LookupRecords(deps_.Read(call), std::move(plan), ids,
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

  Task<absl::Status> Check(RpcContext& call, const v1::CheckIocsRequest& request,
                           v1::CheckIocsResponse& response) {
    RequestValidator validator = CheckRequest(request);
    ValidateStaleness(request, validator);
    CO_RETURN_IF_ERROR(validator.status());
    CO_RETURN_IF_ERROR(client_.Ready());
    if (call.options.validate_only) co_return upstream::ValidatedStatus();
    const SteadyTime not_before = OldestTaken(call, environment_.clock);
    ASSIGN_OR_CO_RETURN(std::vector<Question> questions, co_await Resolve(call, request, response));
    const size_t by_id = questions.size();
    for (const v1::IocValue& ioc : request.iocs()) {
      questions.emplace_back(ioc.value(), ioc.value(), rpc::KindOf(ioc.type()));
    }
    const reputation::LookUpTerms terms = TermsOf(call, environment_.clock, not_before);
    const Outcomes outcomes = co_await AskAll(client_, questions, terms);
    CO_RETURN_IF_ERROR(FailureOfAll(outcomes));
    TakeAges(outcomes, call.stats);
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
