// Says where a page starts in the way that its operation understands.
#include "upstream/paging/page_request.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_join.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/expression.h"
#include "upstream/lookup/record_fields.h"
#include "upstream/operation/request_text.h"

namespace falcon::upstream {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Falcon's records nest four deep; some messages hold themselves.
constexpr int kMaxDepth = 4;

// `filter`, from the anchor of a re-seek on.
std::string FilterAt(const PagePlan& plan, const Cursor& cursor) {
  if (cursor.anchor.empty()) return cursor.filter;
  fql::Condition from;
  from.field = plan.order.field;
  from.op = plan.order.descending ? fql::Operator::kLessOrEqual : fql::Operator::kGreaterOrEqual;
  const auto type = plan.seek_field->cpp_type();
  const bool text =
      type == FieldDescriptor::CPPTYPE_MESSAGE || type == FieldDescriptor::CPPTYPE_STRING;
  if (text && plan.seek_kind != options::v1::FQL_KIND_EPOCH_SECONDS) {
    from.values.emplace_back(cursor.anchor);
  } else {
    from.values.emplace_back(fql::Number{cursor.anchor});
  }
  const std::string condition = fql::Expression::Of(from).Text();
  return cursor.filter.empty() ? condition : StrCat("(", cursor.filter, ")+", condition);
}

// Names of the records' keys, where the operation can leave out the others.
std::string FieldsParameter(const PagePlan& plan) {
  const bool all = plan.options.selection.everything() || plan.options.additional_fields;
  if (!plan.operation->takes_fields || all) return "";
  return absl::StrJoin(DecodedBy(plan).selection.TopLevelJsonKeys(plan.id_field->containing_type()),
                       ",");
}

// Of the selected fields, and of those selected inside them.
void AddFacets(const Descriptor& record, const json::FieldSelection& selection, int depth,
               std::set<std::string>& facets) {
  for (int i = 0; i < record.field_count(); ++i) {
    const FieldDescriptor& field = *record.field(i);
    if (!selection.Has(&field)) continue;
    if (field.options().HasExtension(options::v1::facet)) {
      facets.insert(field.options().GetExtension(options::v1::facet));
    }
    const Descriptor* inside = field.message_type();
    const bool own = inside != nullptr && inside->file() == record.file() && !field.is_map();
    if (own && depth < kMaxDepth) AddFacets(*inside, selection.Below(&field), depth + 1, facets);
  }
}

std::set<std::string> Facets(const PagePlan& plan) {
  std::set<std::string> facets;
  AddFacets(*plan.id_field->containing_type(), DecodedBy(plan).selection, 0, facets);
  return facets;
}

// The page that Falcon's own link names, with what it leaves out and a limit of ours.
Parameters LinkedPage(std::string_view link, const Parameters& ours) {
  Parameters parameters;
  for (auto& [name, value] : ParseQuery(link)) {
    if (name != "limit") parameters.emplace_back(std::move(name), std::move(value));
  }
  for (const auto& [name, value] : ours) {
    const bool said = std::any_of(parameters.begin(), parameters.end(),
                                  [&](const auto& one) { return one.first == name; });
    if (!said) parameters.emplace_back(name, value);
  }
  return parameters;
}

UpstreamRequest BodyCall(const PagePlan& plan, const Parameters& parameters, int limit) {
  UpstreamRequest call(*plan.operation);
  nlohmann::json body;
  body["limit"] = limit;
  for (const auto& [name, value] : parameters) body[name] = value;
  call.body = JsonText(body);
  return call;
}

}  // namespace

int64_t OffsetOf(const Cursor& cursor) {
  int64_t offset = 0;
  const char* end = cursor.upstream.data() + cursor.upstream.size();
  std::from_chars(cursor.upstream.data(), end, offset);
  return offset;
}

UpstreamRequest PageCall(const PagePlan& plan, const Cursor& cursor, int limit) {
  Parameters parameters;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) parameters.emplace_back(name, std::move(value));
  };
  const Paging paging = plan.operation->paging;
  if (paging != Paging::kNextPage) {
    add(paging == Paging::kAfter ? "after" : "offset", cursor.upstream);
  }
  const std::string fields = FieldsParameter(plan);
  add("filter", FilterAt(plan, cursor));
  add("sort", plan.order.Text());
  add("fields", fields);
  for (const std::string& facet : Facets(plan)) add("facet", facet);
  parameters.insert(parameters.end(), plan.query.begin(), plan.query.end());
  const bool in_body = plan.operation->method == http::Method::kPost;
  UpstreamRequest call =
      in_body ? BodyCall(plan, parameters, limit) : UpstreamRequest(*plan.operation);
  if (!in_body) {
    parameters.emplace_back("limit", StrCat(limit));
    const bool linked = paging == Paging::kNextPage && !cursor.upstream.empty();
    call.query = linked ? LinkedPage(cursor.upstream, parameters) : std::move(parameters);
  }
  call.continuation = !cursor.upstream.empty() && paging != Paging::kOffset;
  // Parameters other than a search text may change what a record holds.
  const bool plain =
      std::ranges::all_of(plan.query, [](const auto& one) { return one.first == "q"; });
  if (plan.look_ups != nullptr && fields.empty() && plain) {
    call.cache_records_as = BatchKey{plan.look_ups, json::JsonKey(plan.id_field), {}};
  }
  return call;
}

}  // namespace falcon::upstream
