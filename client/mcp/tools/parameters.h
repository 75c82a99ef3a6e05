// The parameters of a tool, derived from its request's descriptor: request fields under the names
// that a model uses, and the bridge's own (limit, cursor, view, fields, format).
#ifndef FALCON_CLIENT_MCP_TOOLS_PARAMETERS_H_
#define FALCON_CLIENT_MCP_TOOLS_PARAMETERS_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "mcp/tools/tool_request.h"
#include "messages.h"

namespace falcon::mcp {

enum class ParameterKind { kText, kInteger, kNumber, kBoolean, kEnum, kInstant, kFields };

// Where a value goes: into the request, or to the bridge itself.
enum class ParameterUse { kRequest, kOrder, kLimit, kCursor, kFields, kView, kFormat };

struct Parameter {
  // As a model says it: "severity".
  std::string name;
  ParameterKind kind = ParameterKind::kText;
  ParameterUse use = ParameterUse::kRequest;
  // From the request, through its filter, to an end of an interval; empty for view and format.
  client::ParameterPath path;
  bool list = false;
  bool required = false;
  // Of numbers, both included; both 0: any.
  int least = 0;
  int most = 0;
  // Of kEnum.
  std::vector<std::string> words;

  // The field, or the interval whose end it is.
  const google::protobuf::FieldDescriptor& field() const {
    return *(kind == ParameterKind::kInstant ? path[path.size() - 2] : path.back());
  }
  bool bounded() const { return most > least; }
};

// In the order of the request's fields, the bridge's own ones last.
std::vector<Parameter> ParametersOf(const ToolBinding& tool);

// Those of which a call names exactly one, such as host_id and hostname; else empty.
std::vector<std::string> EitherOf(const ToolBinding& tool,
                                  const std::vector<Parameter>& parameters);

// What a model calls a field of the request: "severities[1]" -> "severity", "created.end" ->
// "created_before"; a field that is no parameter keeps its name.
std::string ParameterNameOf(const ToolBinding& tool, std::string_view request_field);

// What the schema says of it; empty where its name and words say all.
std::string DescriptionOf(const ToolBinding& tool, const Parameter& parameter);

// A proto comment without marks, with request fields named as parameters.
std::string PlainComment(const ToolBinding& tool, std::string_view comment);

// JSON Schemas of arguments and of structured content: one line, self-contained.
std::string InputSchemaOf(const ToolBinding& tool);
std::string OutputSchemaOf(const ToolBinding& tool);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_PARAMETERS_H_
