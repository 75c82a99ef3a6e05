#include "mcp/tools/parameters.h"

#include <algorithm>
#include <array>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// What few ask for: each costs every reader of the tool list, and `fql` reaches nearly all.
constexpr std::array<std::string_view, 21> kLeftOut = {
    "read_options", "view",      "min_severity",     "from_parent",   "include_deleted",
    "products",     "groups",    "sources",          "suppressed",    "include_relations",
    "state",        "user_id",   "reference_ids",    "origin",        "min_base_score",
    "threat_types", "os_is_eol", "malware_families", "exprt_ratings", "actions",
    "criticalities"};
constexpr std::array<std::string_view, 17> kLeftOutHere = {
    "AggregateDetectionsRequest.created",
    "AggregateDetectionsRequest.technique",
    "AggregateDetectionsRequest.tactic",
    "AggregateDetectionsRequest.query",
    "ListIocsRequest.platforms",
    "ListIocsRequest.query",
    "ListVulnerabilitiesRequest.platforms",
    "ListVulnerabilitiesRequest.product_types",
    "ListIncidentsRequest.tags",
    "ListIncidentsRequest.tactic",
    "ListIncidentsRequest.technique",
    "ListIncidentsRequest.query",
    "ListIncidentsRequest.username",
    "ListDiscoveredHostsRequest.tags",
    "ListDiscoveredHostsRequest.product_types",
    "ListDiscoveredApplicationsRequest.platforms",
    "ListDiscoveredApplicationsRequest.version"};

constexpr int kMaxDays = 365;
constexpr int kMaxRecords = 500;
// Of ids alone.
constexpr int kMaxIds = 100;

struct NameAndUse {
  std::string name;
  ParameterUse use = ParameterUse::kRequest;
};

NameAndUse NameAndUseOf(const FieldDescriptor& field) {
  std::string name = client::Replace(client::FlagNameOf(field), '-', '_');
  if (name == "page_size") return {"limit", ParameterUse::kLimit};
  if (name == "page_token") return {"cursor", ParameterUse::kCursor};
  if (name == "read_mask") return {"fields", ParameterUse::kFields};
  if (name == "order_by") return {"order_by", ParameterUse::kOrder};
  if (name == "device_id") return {.name = "host_id"};
  return {.name = std::move(name)};
}

std::string NameOf(const FieldDescriptor& field) { return NameAndUseOf(field).name; }

template <class List, class Value>
bool Contains(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool IsLeftOut(const ToolBinding& tool, const FieldDescriptor& field) {
  const std::string here = StrCat(tool.method->descriptor->input_type()->name(), ".", field.name());
  return Contains(kLeftOut, field.name()) || Contains(kLeftOutHere, here);
}

bool IsTimeRange(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() == "falcon_gateway.v1.TimeRange";
}

// The interval that `days` is short for; others are rare.
bool IsMainRange(const FieldDescriptor& range) {
  const FieldDescriptor* days = range.containing_type()->FindFieldByName("days");
  return days != nullptr && days->options().GetExtension(options::v1::typed_filter).field() ==
                                range.options().GetExtension(options::v1::typed_filter).field();
}

ParameterKind KindOf(const FieldDescriptor& field) {
  if (field.name() == "read_mask") return ParameterKind::kFields;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return ParameterKind::kEnum;
    case FieldDescriptor::CPPTYPE_BOOL:
      return ParameterKind::kBoolean;
    case FieldDescriptor::CPPTYPE_STRING:
      return ParameterKind::kText;
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return ParameterKind::kNumber;
    default:
      return ParameterKind::kInteger;
  }
}

// A Get asks for one record by the field that it has, or by either of two.
bool IsKeyOfGet(const ToolBinding& tool, const FieldDescriptor& field) {
  return tool.spec->kind == ToolKind::kGet && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

void AddRange(const client::ParameterPath& path, std::vector<Parameter>& out) {
  const FieldDescriptor& field = *path.back();
  for (int i = 0; i < field.message_type()->field_count(); ++i) {
    const FieldDescriptor* end = field.message_type()->field(i);
    Parameter parameter;
    parameter.name = StrCat(NameOf(field), end->name() == "start" ? "_after" : "_before");
    parameter.kind = ParameterKind::kInstant;
    parameter.path = path;
    parameter.path.push_back(end);
    out.push_back(std::move(parameter));
  }
}

int MostOf(const ToolBinding& tool, const FieldDescriptor& field, const Parameter& parameter) {
  const auto& options = field.options();
  if (parameter.use == ParameterUse::kLimit) {
    return tool.spec->kind == ToolKind::kSearch ? kMaxRecords : kMaxIds;
  }
  const bool days = options.GetExtension(options::v1::typed_filter).operator_() ==
                    options::v1::FILTER_OPERATOR_WITHIN_DAYS;
  if (days) return kMaxDays;
  return parameter.kind == ParameterKind::kInteger
             ? static_cast<int>(options.GetExtension(options::v1::bounds).max())
             : 0;
}

void AddField(const ToolBinding& tool, const client::ParameterPath& path,
              std::vector<Parameter>& out) {
  const FieldDescriptor& field = *path.back();
  if (IsLeftOut(tool, field)) return;
  if (IsTimeRange(field)) {
    if (IsMainRange(field)) AddRange(path, out);
    return;
  }
  Parameter parameter;
  parameter.name = NameOf(field);
  parameter.kind = KindOf(field);
  parameter.use = NameAndUseOf(field).use;
  parameter.path = path;
  parameter.list = field.is_repeated() || parameter.kind == ParameterKind::kFields;
  parameter.required =
      field.options().GetExtension(options::v1::required) || IsKeyOfGet(tool, field);
  if (field.enum_type() != nullptr) parameter.words = client::EnumWords(*field.enum_type());
  parameter.most = MostOf(tool, field, parameter);
  parameter.least = parameter.most > 0 ? 1 : 0;
  out.push_back(std::move(parameter));
}

Parameter OwnWord(std::string name, ParameterUse use, std::vector<std::string> words) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.kind = ParameterKind::kEnum;
  parameter.use = use;
  parameter.words = std::move(words);
  return parameter;
}

// Those of its filter in the filter's place.
std::vector<client::ParameterPath> FieldsOf(const Descriptor& request) {
  std::vector<client::ParameterPath> fields;
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    const Descriptor* filter = field->name() == "filter" ? field->message_type() : nullptr;
    if (filter == nullptr) fields.push_back({field});
    for (int j = 0; filter != nullptr && j < filter->field_count(); ++j) {
      fields.push_back({field, filter->field(j)});
    }
  }
  return fields;
}

}  // namespace

std::vector<Parameter> ParametersOf(const ToolBinding& tool) {
  std::vector<Parameter> all;
  for (const bool own : {false, true}) {
    for (const client::ParameterPath& path : FieldsOf(*tool.method->descriptor->input_type())) {
      const bool is_own = NameAndUseOf(*path.back()).use != ParameterUse::kRequest;
      if (is_own == own) AddField(tool, path, all);
    }
  }
  // An id that is not alone is not required by itself.
  const auto keys =
      std::count_if(all.begin(), all.end(), [](const Parameter& p) { return p.required; });
  if (tool.spec->kind == ToolKind::kGet && keys > 1) {
    for (Parameter& parameter : all) parameter.required = false;
  }
  if (tool.method->shape.read_mask != nullptr) {
    if (tool.spec->kind == ToolKind::kSearch || tool.spec->kind == ToolKind::kGet) {
      all.push_back(OwnWord("view", ParameterUse::kView, {"brief", "full"}));
    }
    all.push_back(OwnWord("format", ParameterUse::kFormat, {"json", "text"}));
  }
  return all;
}

std::vector<std::string> EitherOf(const ToolBinding& tool,
                                  const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) {
    if (parameter.path.empty() || parameter.required) continue;
    if (IsKeyOfGet(tool, parameter.field())) names.push_back(parameter.name);
  }
  return names;
}

std::string ParameterNameOf(const ToolBinding& tool, std::string_view request_field) {
  std::string_view name = request_field;
  if (name.starts_with("filter.")) name.remove_prefix(std::string_view("filter.").size());
  const client::ParameterPath path = client::FindParameter(
      *tool.method->descriptor->input_type(), name.substr(0, name.find_first_of(".[")));
  if (path.empty() || IsLeftOut(tool, *path.back())) return std::string(request_field);
  const FieldDescriptor& field = *path.back();
  if (!IsTimeRange(field)) return NameOf(field);
  if (!IsMainRange(field)) return std::string(request_field);
  return StrCat(NameOf(field), request_field.ends_with(".end") ? "_before" : "_after");
}

}  // namespace falcon::mcp
