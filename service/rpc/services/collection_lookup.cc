// Look-ups by id: Get and BatchGet.
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "google/protobuf/reflection.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

using google::protobuf::Message;

absl::StatusOr<upstream::LookupPlan> Collection::PrepareLookup(const Message& request,
                                                               RequestValidator validator) const {
  upstream::LookupPlan plan;
  plan.operation = spec_.lookup_operation;
  plan.decoder = &decoder_;
  plan.options = Options(request, validator);
  plan.id_field = id_field_;
  plan.answer_bytes = spec_.max_response_bytes;
  ValidateStaleness(request, validator);
  RETURN_IF_ERROR(validator.status());
  return plan;
}

std::string Collection::Canonical(const std::string& id) const {
  return spec_.canonical_id == nullptr ? id : spec_.canonical_id(id);
}

Task<absl::Status> Collection::FetchOne(RpcContext& context, const Message& request,
                                        Message& response) const {
  const std::string requested = StringField(request, spec_.id_field);
  RequestValidator validator;
  validator.Check(requested, spec_.validate_id, spec_.id_field);
  ASSIGN_OR_CO_RETURN(upstream::LookupPlan plan, PrepareLookup(request, std::move(validator)));
  const auto* field = RecordField(response.GetDescriptor(), record_);
  const auto& reflection = *response.GetReflection();
  const Message& prototype = reflection.GetMessage(response, field);
  const std::string id = Canonical(requested);
  const std::vector<std::string> ids(1, id);
  ASSIGN_OR_CO_RETURN(upstream::Entities found,
                      co_await upstream::LookupRecords(deps_.Read(context), std::move(plan), ids,
                                                       prototype, context.report));
  const auto record = found.records.find(id);
  if (record == found.records.end()) {
    v1::PartialError missing = found.Missing(id);
    missing.set_id(requested);
    co_return NotFoundStatus(missing, spec_.id_field);
  }
  upstream::FitTexts(*record->second, spec_.max_response_bytes, id, context.stats);
  reflection.SetAllocatedMessage(&response, record->second.release(), field);
  co_return absl::OkStatus();
}

Task<absl::Status> Collection::FetchMany(RpcContext& context, const Message& request,
                                         Message& response, upstream::Parameters query,
                                         RequestValidator validator) const {
  const auto* field = PluralField(request.GetDescriptor(), request_id_field());
  const auto texts = request.GetReflection()->GetRepeatedFieldRef<std::string>(request, field);
  const google::protobuf::RepeatedPtrField<std::string> requested(texts.begin(), texts.end());
  ValidateIds(requested, spec_.validate_id, field->name(), validator);
  ASSIGN_OR_CO_RETURN(upstream::LookupPlan plan, PrepareLookup(request, std::move(validator)));
  plan.query = std::move(query);
  const RequestedIds ids(requested, spec_.canonical_id);
  const std::string records = RecordField(response.GetDescriptor(), record_)->name();
  CO_RETURN_IF_ERROR(co_await upstream::LookupInto(
      deps_.Read(context), std::move(plan), ids.canonical(), response, records, context.report));
  ids.RestoreIn(response);
  co_return absl::OkStatus();
}

RequestedIds::RequestedIds(const Texts& requested, CanonicalId canonical) : requested_(requested) {
  canonical_.reserve(static_cast<size_t>(requested.size()));
  for (const std::string& id : requested) {
    canonical_.push_back(canonical == nullptr ? id : canonical(id));
  }
}

RequestedIds::RequestedIds(const Texts& requested, const Texts& canonical)
    : requested_(requested), canonical_(canonical.begin(), canonical.end()) {}

void RequestedIds::RestoreIn(google::protobuf::Message& response) const {
  const auto& reflection = *response.GetReflection();
  const auto* missing = response.GetDescriptor()->FindFieldByName("missing");
  const int count = reflection.FieldSize(response, missing);
  if (count == 0) return;
  std::map<std::string_view, std::set<std::string_view>> spellings;
  for (size_t i = 0; i < canonical_.size(); ++i) {
    spellings[canonical_[i]].insert(requested_[static_cast<int>(i)]);
  }
  std::vector<v1::PartialError> errors(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    errors[static_cast<size_t>(i)].CopyFrom(reflection.GetRepeatedMessage(response, missing, i));
  }
  reflection.ClearField(&response, missing);
  for (v1::PartialError& error : errors) {
    const std::string canonical = error.id();
    for (const std::string_view id : spellings[canonical]) {
      error.set_id(std::string(id));
      reflection.AddMessage(&response, missing)->CopyFrom(error);
    }
  }
}

absl::Status NotFoundStatus(const v1::PartialError& error, std::string_view field) {
  absl::Status status;
  if (error.code() == 404) {
    status = Error(absl::StatusCode::kNotFound, "NOT_FOUND",
                   StrCat("Falcon knows no record with ", field, " ", error.id()));
  } else if (error.code() == 403) {
    status = Error(absl::StatusCode::kPermissionDenied, "RECORD_DENIED",
                   "Falcon does not show this record");
  } else if (error.code() == 400) {
    status = InvalidField(field, "Falcon refused this id");
  } else {
    status =
        Error(absl::StatusCode::kUnavailable, "UPSTREAM_ERROR", "Falcon failed for this record");
  }
  if (error.code() != 404 && !error.message().empty()) {
    status = WithMetadata(std::move(status), kUpstreamText, error.message());
  }
  return WithMetadata(WithMetadata(status, "id", error.id()), "http_status", StrCat(error.code()));
}

}  // namespace falcon::rpc
