// Tools' failures, by the tool's own names.
#include "mcp/tools/tool_failure.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mcp/tools/answer_words.h"
#include "mcp/tools/failure_result.h"
#include "mcp/tools/parameters_list.h"
#include "mcp/tools/result_text.h"
#include "mcp/tools/tool_list.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

constexpr size_t kKeyBytes = 300;

ToolResult NoSuchRecord(const BoundTool& tool, const Asked& asked) {
  std::string text = StrCat("Falcon answered: there is no ", OneRecord(*tool.method), " with ",
                            AskedKey(tool, asked), ". A retry will not help.");
  if (const ToolFacts* search = SiblingTool(tool, ToolKind::kSearch)) {
    text.append(StrCat(" ", search->name, " finds the ids of those that exist."));
  }
  return ErrorResult(std::move(text));
}

}  // namespace

client::Answer AskGateway(const BoundTool& tool, const google::protobuf::Message& request,
                          const Bridge& bridge, const CallContext& context) {
  return bridge.gateway.Unary(*tool.method, request,
                              {.timeout = bridge.timeout, .stop = context.stop, .metadata = {}});
}

const ToolFacts* SiblingTool(const BoundTool& tool, ToolKind kind) {
  const auto table = ToolTable();
  const auto found = std::find_if(table.begin(), table.end(), [&](const ToolFacts& facts) {
    return facts.kind == kind && facts.noun == tool.facts->noun;
  });
  return found == table.end() ? nullptr : &*found;
}

std::string AskedKey(const BoundTool& tool, const Asked& asked) {
  const google::protobuf::Message& request = *asked.request;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  request.GetReflection()->ListFields(request, &fields);
  for (const auto* field : fields) {
    const bool text = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING;
    if (field->is_repeated() || !text) continue;
    return StrCat(ParameterNameOf(tool, field->name()), " ",
                  UntrustedText(client::ScalarText(request, *field, -1), kKeyBytes));
  }
  return {};
}

ToolResult ToolFailure(const BoundTool& tool, const Asked& asked, const client::Failure& failure,
                       const Bridge& bridge) {
  const bool missing = failure.code == grpc::StatusCode::NOT_FOUND;
  if (missing && tool.facts->kind == ToolKind::kGet) return NoSuchRecord(tool, asked);
  return FailureResult(failure, bridge,
                       [&](const std::string& field) { return ParameterNameOf(tool, field); });
}

ToolResult WrongCursor(const BoundTool& tool, bool of_other_arguments) {
  return ErrorResult(StrCat("The cursor ",
                            of_other_arguments
                                ? "belongs to other arguments: all but limit and format must stay."
                                : "is none that this tool gave.",
                            " Nothing was looked up. Call ", tool.facts->name,
                            " again without `cursor`. A retry with it will not help."));
}

}  // namespace falcon::mcp
