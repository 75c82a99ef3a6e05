// Results of tools: answers inside a block of untrusted data, and failures that teach.
#ifndef FALCON_CLIENT_MCP_TOOLS_RESULT_H_
#define FALCON_CLIENT_MCP_TOOLS_RESULT_H_

#include <functional>
#include <string>

#include "failure.h"
#include "mcp/protocol/json.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Room for all text but the data: what is left of a result's budget is for the data, in each form.
inline constexpr size_t kTextReserve = 1024;

struct ResultParts {
  OrderedJson structured = OrderedJson::object();
  // Shown instead of it in the text, where cards were asked for; empty: the same.
  std::string cards;
  // One or two sentences of our own words.
  std::string summary;
  // How to go on or to narrow, in our own words; empty: nothing to add.
  std::string next;
};

// Block 1: the summary, the data notice, the opening tag. Block 2: the data. Block 3: the closing
// tag, and how to go on.
ToolResult MakeResult(ResultParts parts, const Bridge& bridge);

// A failure of our own, in one block.
ToolResult ErrorResult(std::string text);

// A failed call to the gateway in plain sentences: what was wrong, what would be right, whether a
// retry helps and when. Without hostile characters; text that Falcon wrote stands inside a block.
// `parameter_of` names request fields as the model knows them.
std::string FailureSentences(const client::Failure& failure, const Bridge& bridge,
                             const std::function<std::string(const std::string&)>& parameter_of);

// The gateway did not even answer: nobody listens at its address.
bool IsUnreachable(const client::Failure& failure);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RESULT_H_
