// Answers of tools, resources, prompts and completions as the members of a result, in JSON text.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_CONTENT_JSON_H_
#define FALCON_CLIENT_MCP_PROTOCOL_CONTENT_JSON_H_

#include <string>
#include <vector>

#include "mcp/protocol/content.h"

namespace falcon::mcp {

// Most values of a completion.
inline constexpr size_t kMostCompletions = 100;

std::string ToolResultMembers(const ToolResult& result);
std::string ContentsMembers(const std::vector<ResourceContents>& contents);
std::string PromptMembers(const PromptResult& result);
// What is too much is left out, and said to be.
std::string CompletionMembers(const Completions& completions);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_CONTENT_JSON_H_
