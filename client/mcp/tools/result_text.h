// A tool's result: the structured content, and its three blocks of text.
#ifndef FALCON_CLIENT_MCP_TOOLS_RESULT_TEXT_H_
#define FALCON_CLIENT_MCP_TOOLS_RESULT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/content.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Room for all text but the data: what is left of a result's budget is for the data, in each form.
inline constexpr size_t kTextReserve = 1024;

struct ResultParts {
  // Text of the object.
  std::string structured;
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

// Sentences side by side.
std::string Sentences(const std::vector<std::string>& sentences);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RESULT_TEXT_H_
