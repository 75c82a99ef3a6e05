// The parameters of one tool, by rule from its request's descriptor.
#ifndef FALCON_CLIENT_MCP_TOOLS_PARAMETERS_LIST_H_
#define FALCON_CLIENT_MCP_TOOLS_PARAMETERS_LIST_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "mcp/tools/asked.h"
#include "messages.h"

namespace falcon::mcp {

enum class ParameterKind { kText, kWhole, kNumber, kBoolean, kWord, kInstant, kFields };

// Where a value goes: into the request, or to the bridge itself.
enum class ParameterUse { kRequest, kOrder, kLimit, kCursor, kFields, kView, kFormat };

struct Parameter {
  // As a model says it: "severity".
  std::string name;
  ParameterKind kind = ParameterKind::kText;
  ParameterUse use = ParameterUse::kRequest;
  // From the request, through its filter, to an end of an interval; none of view and format.
  client::ParameterPath path;

  // The field, or the interval whose end it is.
  const google::protobuf::FieldDescriptor& field() const {
    return *(kind == ParameterKind::kInstant ? path[path.size() - 2] : path.back());
  }
  // One value or several.
  bool list = false;
  bool required = false;
  // Of numbers, both included; both 0: any.
  int least = 0;
  int most = 0;
  // Of kWord.
  std::vector<std::string> words;

  bool bounded() const { return most > least; }
};

// In the order of the request's fields, the bridge's own ones last.
std::vector<Parameter> ParametersOf(const BoundTool& tool);

// Those of which a call names exactly one, such as host_id and hostname; else empty.
std::vector<std::string> EitherOf(const BoundTool& tool, const std::vector<Parameter>& parameters);

// What a model calls a field of the request: "severities[1]" -> "severity", "created.end" ->
// "created_before"; a field that is no parameter keeps its name.
std::string ParameterNameOf(const BoundTool& tool, std::string_view request_field);

// What the schema says of it; empty where its name and words say all.
std::string DescriptionOf(const BoundTool& tool, const Parameter& parameter);

// A proto comment without marks, with request fields named as parameters.
std::string PlainComment(const BoundTool& tool, std::string_view comment);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_PARAMETERS_LIST_H_
