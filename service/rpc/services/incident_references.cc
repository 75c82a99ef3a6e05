// Queries the cases of a few reference ids at a time, and reads their records, since a query returns
// ids only.
#include "rpc/services/incident_references.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/letter_case.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "fql/expression.h"
#include "upstream/lookup/lookup.h"
#include "upstream/operation/operation_table.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxReferenceBytes = 64;
// Each is queried as given and in upper case: twice as many conditions.
constexpr size_t kReferencesPerCall = 10;

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string AnyOf(std::span<const std::string> references) {
  std::set<std::string> spellings;
  for (const std::string& reference : references) {
    spellings.insert(reference);
    spellings.insert(UpperCase(reference));
  }
  std::vector<fql::Expression> conditions;
  conditions.reserve(spellings.size());
  for (const std::string& spelling : spellings) {
    conditions.push_back(fql::Expression::Of({.field = "reference_id", .values = {spelling}}));
  }
  return fql::Expression::Or(std::move(conditions)).Text();
}

}  // namespace

bool IsReferenceId(std::string_view id) {
  const size_t hyphen = id.find('-');
  if (hyphen == std::string_view::npos || id.size() > kMaxReferenceBytes) return false;
  const std::string_view name = id.substr(0, hyphen);
  const bool letter = !name.empty() && absl::ascii_isalpha(static_cast<unsigned char>(name[0]));
  return letter && IsDigits(id.substr(hyphen + 1)) && std::ranges::all_of(name, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c));
         });
}

Task<absl::Status> IncidentReferences::Read(RpcContext& call, std::vector<std::string> references,
                                            IdsByReference& found) const {
  upstream::UpstreamRequest query(upstream::operation::kQueryCases);
  query.query = {{"filter", AnyOf(references)}, {"limit", StrCat(2 * references.size())}};
  ASSIGN_OR_CO_RETURN(const json::Document answer, co_await deps_.Call(std::move(query), call));
  const std::vector<std::string> ids = answer.Ids();
  if (ids.empty()) co_return absl::OkStatus();
  upstream::LookupPlan plan;
  plan.operation = &upstream::operation::kGetCases;
  plan.decoder = &incidents_.decoder();
  plan.id_field = v1::Incident::descriptor()->FindFieldByName("id");
  google::protobuf::FieldMask mask;
  mask.add_paths("reference_id");
  ASSIGN_OR_CO_RETURN(plan.options.selection,
                      json::FieldSelection::FromMask(mask, v1::Incident::descriptor()));
  json::DecodeReport unseen;  // not of what the answer shows
  ASSIGN_OR_CO_RETURN(const upstream::Entities cases,
                      co_await upstream::LookupRecords(deps_.Read(call), std::move(plan), ids,
                                                       v1::Incident::default_instance(), unseen));
  for (const auto& [id, record] : cases.records) {
    found[UpperCase(static_cast<const v1::Incident&>(*record).reference_id())] = id;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentReferences::Resolve(
    RpcContext& call, google::protobuf::RepeatedPtrField<std::string>& ids) const {
  std::set<std::string> distinct;
  for (const std::string& id : ids) {
    if (IsReferenceId(id)) distinct.insert(id);
  }
  const std::vector<std::string> references(distinct.begin(), distinct.end());
  IdsByReference found;
  for (size_t at = 0; at < references.size(); at += kReferencesPerCall) {
    const size_t end = std::min(references.size(), at + kReferencesPerCall);
    const auto part = std::vector<std::string>(references.begin() + static_cast<ptrdiff_t>(at),
                                               references.begin() + static_cast<ptrdiff_t>(end));
    CO_RETURN_IF_ERROR(co_await Read(call, part, found));
  }
  for (std::string& id : ids) {
    const auto known = found.find(UpperCase(id));
    if (distinct.contains(id) && known != found.end()) id = known->second;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentReferences::Resolve(RpcContext& call, std::string& id) const {
  google::protobuf::RepeatedPtrField<std::string> ids;
  *ids.Add() = id;
  CO_RETURN_IF_ERROR(co_await Resolve(call, ids));
  id = ids.Get(0);
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc
