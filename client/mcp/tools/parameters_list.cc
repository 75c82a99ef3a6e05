// Request fields as parameters.
#include "mcp/tools/parameters_list.h"

#include <algorithm>
#include <array>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Cat;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// What few ask for: each costs every reader of the tool list, and a raw filter reaches nearly all.
constexpr std::array<std::string_view, 20> kLeftOut = {
    "read_options", "min_severity",     "from_parent",   "include_deleted", "include_relations",
    "products",     "groups",           "sources",       "min_base_score",  "suppressed",
    "state",        "reference_ids",    "user_id",       "origin",          "os_is_eol",
    "threat_types", "malware_families", "exprt_ratings", "actions",         "criticalities"};
// The same of one request.
constexpr std::array<std::string_view, 16> kLeftOutHere = {
    "falcon_gateway.v1.AggregateDetectionsRequest.created",
    "falcon_gateway.v1.AggregateDetectionsRequest.technique",
    "falcon_gateway.v1.AggregateDetectionsRequest.tactic",
    "falcon_gateway.v1.AggregateDetectionsRequest.query",
    "falcon_gateway.v1.ListIocsRequest.platforms",
    "falcon_gateway.v1.ListVulnerabilitiesRequest.platforms",
    "falcon_gateway.v1.ListVulnerabilitiesRequest.product_types",
    "falcon_gateway.v1.ListIncidentsRequest.tags",
    "falcon_gateway.v1.ListIncidentsRequest.tactic",
    "falcon_gateway.v1.ListIncidentsRequest.technique",
    "falcon_gateway.v1.ListIncidentsRequest.query",
    "falcon_gateway.v1.ListIncidentsRequest.username",
    "falcon_gateway.v1.ListDiscoveredHostsRequest.tags",
    "falcon_gateway.v1.ListDiscoveredHostsRequest.product_types",
    "falcon_gateway.v1.ListDiscoveredApplicationsRequest.platforms",
    "falcon_gateway.v1.ListDiscoveredApplicationsRequest.version"};

// Protos do not say that a field must be set.
constexpr std::array<std::string_view, 4> kRequired = {
    "falcon_gateway.v1.AggregateDetectionsRequest.field", "falcon_gateway.v1.GetIocDevicesRequest.type",
    "falcon_gateway.v1.GetIocDevicesRequest.value", "falcon_gateway.v1.BatchGetReputationsRequest.values"};

struct Bounds {
  std::string_view field;
  int least;
  int most;
};
constexpr std::array<Bounds, 3> kBounds = {
    {{"days", 1, 365}, {"min_base_score", 0, 10}, {"size", 1, 1000}}};

constexpr int kMostRecords = 500;
// Of ids alone.
constexpr int kMostIds = 100;

template <class List, class Value>
bool Contains(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool IsLeftOut(const FieldDescriptor& field) {
  return Contains(kLeftOut, field.name()) || Contains(kLeftOutHere, field.full_name());
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

std::string NameOf(const FieldDescriptor& field) {
  std::string name = client::Replace(client::FlagNameOf(field), '-', '_');
  if (name == "page_size") return "limit";
  if (name == "page_token") return "cursor";
  if (name == "read_mask") return "fields";
  if (name == "device_id") return "host_id";
  return name;
}

ParameterUse UseOf(const FieldDescriptor& field) {
  if (field.name() == "page_size") return ParameterUse::kLimit;
  if (field.name() == "page_token") return ParameterUse::kCursor;
  if (field.name() == "read_mask") return ParameterUse::kFields;
  if (field.name() == "order_by") return ParameterUse::kOrder;
  return ParameterUse::kRequest;
}

ParameterKind KindOf(const FieldDescriptor& field) {
  if (field.name() == "read_mask") return ParameterKind::kFields;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return ParameterKind::kWord;
    case FieldDescriptor::CPPTYPE_BOOL:
      return ParameterKind::kBoolean;
    case FieldDescriptor::CPPTYPE_STRING:
      return ParameterKind::kText;
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return ParameterKind::kNumber;
    default:
      return ParameterKind::kWhole;
  }
}

// A Get asks for one record by the field that it has, or by either of two.
bool IsKeyOfGet(const BoundTool& tool, const FieldDescriptor& field) {
  return tool.facts->kind == ToolKind::kGet && field.message_type() == nullptr;
}

void AddRange(const FieldDescriptor& field, std::vector<Parameter>& out) {
  for (int i = 0; i < field.message_type()->field_count(); ++i) {
    const FieldDescriptor* end = field.message_type()->field(i);
    Parameter parameter;
    parameter.name = Cat(NameOf(field), end->name() == "start" ? "_after" : "_before");
    parameter.kind = ParameterKind::kInstant;
    parameter.path = {&field, end};
    out.push_back(std::move(parameter));
  }
}

void AddField(const BoundTool& tool, const FieldDescriptor& field, std::vector<Parameter>& out) {
  if (IsLeftOut(field)) return;
  if (IsTimeRange(field)) {
    if (IsMainRange(field)) AddRange(field, out);
    return;
  }
  Parameter parameter;
  parameter.name = NameOf(field);
  parameter.kind = KindOf(field);
  parameter.use = UseOf(field);
  parameter.path = {&field};
  parameter.list = field.is_repeated() || parameter.kind == ParameterKind::kFields;
  parameter.required = Contains(kRequired, field.full_name()) || IsKeyOfGet(tool, field);
  if (field.enum_type() != nullptr) parameter.words = client::EnumWords(*field.enum_type());
  for (const Bounds& bounds : kBounds) {
    if (bounds.field != field.name()) continue;
    parameter.least = bounds.least;
    parameter.most = bounds.most;
  }
  if (parameter.use == ParameterUse::kLimit) {
    parameter.least = 1;
    parameter.most = tool.facts->kind == ToolKind::kSearch ? kMostRecords : kMostIds;
  }
  out.push_back(std::move(parameter));
}

Parameter OwnWord(std::string name, ParameterUse use, std::vector<std::string> words) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.kind = ParameterKind::kWord;
  parameter.use = use;
  parameter.words = std::move(words);
  return parameter;
}

}  // namespace

std::vector<Parameter> ParametersOf(const BoundTool& tool) {
  const Descriptor& request = *tool.method->descriptor->input_type();
  std::vector<Parameter> all;
  for (const bool own : {false, true}) {
    for (int i = 0; i < request.field_count(); ++i) {
      const FieldDescriptor& field = *request.field(i);
      if ((UseOf(field) != ParameterUse::kRequest) == own) AddField(tool, field, all);
    }
  }
  // An id that is not alone is not required by itself.
  const auto keys =
      std::count_if(all.begin(), all.end(), [](const Parameter& p) { return p.required; });
  if (tool.facts->kind == ToolKind::kGet && keys > 1) {
    for (Parameter& parameter : all) parameter.required = false;
  }
  if (tool.method->shape.read_mask != nullptr) {
    if (tool.facts->kind == ToolKind::kSearch || tool.facts->kind == ToolKind::kGet) {
      all.push_back(OwnWord("view", ParameterUse::kView, {"brief", "full"}));
    }
    all.push_back(OwnWord("format", ParameterUse::kFormat, {"json", "text"}));
  }
  return all;
}

std::vector<std::string> EitherOf(const BoundTool& tool, const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) {
    if (parameter.path.empty() || parameter.required) continue;
    if (IsKeyOfGet(tool, *parameter.path.front())) names.push_back(parameter.name);
  }
  return names;
}

std::string ParameterNameOf(const BoundTool& tool, std::string_view request_field) {
  const std::string name(request_field.substr(0, request_field.find_first_of(".[")));
  const FieldDescriptor* field = tool.method->descriptor->input_type()->FindFieldByName(name);
  if (field == nullptr || IsLeftOut(*field)) return std::string(request_field);
  if (!IsTimeRange(*field)) return NameOf(*field);
  if (!IsMainRange(*field)) return std::string(request_field);
  return Cat(NameOf(*field), request_field.ends_with(".end") ? "_before" : "_after");
}

}  // namespace falcon::mcp
