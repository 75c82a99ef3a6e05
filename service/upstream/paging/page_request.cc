// Says where a page starts in the way that its operation understands, and reads from a response
// where the next one does.
#include "upstream/paging/page_request.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "absl/strings/str_join.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/expression.h"

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

// A link of our own, for a query whose first page has none although more match.
constexpr std::string_view kOffsetLink = "offset=";

// The rows of its query that lie before the page that `cursor` asks for.
int64_t RowsBefore(const PagePlan& plan, const Cursor& cursor) {
  if (ByOffset(plan)) return OffsetOf(cursor);
  if (!IsOffsetLink(cursor.upstream)) return cursor.offset;
  int64_t offset = 0;
  const std::string_view digits = std::string_view(cursor.upstream).substr(kOffsetLink.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  return offset;
}

// Whether a list that is counted ends with a page. Without a total only an empty page ends it, and
// a full one does not where the total is just reached: that may be wrong.
bool CountEnds(const PagePlan& plan, const PageEnd& end, const json::Envelope& envelope) {
  if (end.counts_more) return false;
  if (envelope.resources == 0) return true;
  const std::optional<int64_t> total = envelope.pagination.total;
  if (!total.has_value()) return !ByOffset(plan) && !end.full;
  const int window = plan.operation->max_window;
  const bool at_window = window > 0 && end.position >= window;
  return *total == end.position && (!end.full || at_window);
}

std::string CountedNext(const PagePlan& plan, const PageEnd& end, const json::Envelope& envelope) {
  if (CountEnds(plan, end, envelope)) return "";
  return ByOffset(plan) ? StrCat(end.position) : StrCat(kOffsetLink, end.position);
}

std::string NextOf(const PagePlan& plan, const PageEnd& end, const json::Envelope& envelope,
                   const Cursor& cursor) {
  const json::Pagination& pagination = envelope.pagination;
  switch (plan.operation->paging) {
    case Paging::kNone:
      return "";
    case Paging::kOffset:
      return CountedNext(plan, end, envelope);
    case Paging::kAfter:
      return pagination.after;
    case Paging::kNext:
      return pagination.next;
    case Paging::kNextPage:
      break;
  }
  const bool counted = cursor.upstream.empty() || IsOffsetLink(cursor.upstream);
  return pagination.next.empty() && counted ? CountedNext(plan, end, envelope) : pagination.next;
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

bool ByOffset(const PagePlan& plan) { return plan.operation->paging == Paging::kOffset; }

bool IsOffsetLink(std::string_view link) {
  return link.starts_with(kOffsetLink) && link.find('&') == std::string_view::npos;
}

std::string MovedOn(const PagePlan& plan, const Cursor& cursor, int64_t rows) {
  const int64_t offset = RowsBefore(plan, cursor) + rows;
  return ByOffset(plan) ? StrCat(offset) : StrCat(kOffsetLink, offset);
}

PageEnd EndOf(const PagePlan& plan, const json::Envelope& envelope, const Cursor& cursor,
              int limit) {
  const auto rows = static_cast<int64_t>(envelope.resources);
  const int64_t given = envelope.pagination.limit.value_or(0);
  const int64_t most = given > 0 ? std::min<int64_t>(limit, given) : limit;
  const std::optional<int64_t> total = envelope.pagination.total;
  PageEnd end;
  end.position = RowsBefore(plan, cursor) + rows;
  // What was sent from another query before counts as well.
  const bool all_sent = cursor.total.has_value() && cursor.sent >= *cursor.total;
  end.counts_more = total.has_value() && *total > end.position && !(rows == 0 && all_sent);
  end.counts_these = total.has_value() && *total <= end.position;
  end.full = rows > 0 && rows >= most;
  end.next = NextOf(plan, end, envelope, cursor);
  return end;
}

}  // namespace falcon::upstream
