// Puts results together.
#include "mcp/tools/result_text.h"

#include <utility>

#include "mcp/tools/untrusted.h"
#include "text.h"

namespace falcon::mcp {

ToolResult MakeResult(ResultParts parts, const Bridge& bridge) {
  const Boundary boundary(bridge.nonce());
  ToolResult result;
  result.content.push_back(Content::Text(StrCat(parts.summary, "\n", boundary.Open())));
  result.content.push_back(
      Content::Text(parts.cards.empty() ? parts.structured : std::move(parts.cards)));
  result.content.push_back(Content::Text(
      parts.next.empty() ? boundary.Close() : StrCat(boundary.Close(), "\n", parts.next)));
  result.structured = std::move(parts.structured);
  return result;
}

ToolResult ErrorResult(std::string text) {
  ToolResult result;
  result.content.push_back(Content::Text(std::move(text)));
  result.is_error = true;
  return result;
}

std::string Sentences(const std::vector<std::string>& sentences) {
  return client::Join(sentences, " ");
}

}  // namespace falcon::mcp
