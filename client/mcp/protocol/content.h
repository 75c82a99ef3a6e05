// What tools, resources and prompts answer with.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_CONTENT_H_
#define FALCON_CLIENT_MCP_PROTOCOL_CONTENT_H_

#include <string>
#include <vector>

namespace falcon::mcp {

// The contents of a resource: text, or bytes in base64 if `blob` is set.
struct ResourceContents {
  std::string uri;
  std::string mime_type;
  std::string text;
  std::string blob;
};

// One block of an answer.
struct Content {
  enum class Kind { kText, kImage, kAudio, kResource };
  Kind kind = Kind::kText;
  // Of kText.
  std::string text;
  // Of kImage and kAudio, in base64.
  std::string data;
  std::string mime_type;
  // Of kResource: embedded.
  ResourceContents resource;

  static Content Text(std::string text);
  static Content Image(std::string data, std::string mime_type);
  static Content Audio(std::string data, std::string mime_type);
  static Content Resource(ResourceContents resource);
};

struct ToolResult {
  std::vector<Content> content;
  // Text of a JSON object, inserted as it is; empty: none.
  std::string structured;
  bool is_error = false;
};

struct PromptMessage {
  // user or assistant.
  std::string role = "user";
  Content content;
};

struct PromptResult {
  std::string description;
  std::vector<PromptMessage> messages;
};

// At most 100 values, best first.
struct Completions {
  std::vector<std::string> values;
  // How many there are in all, if known and more than given: 0 else.
  size_t total = 0;
  bool has_more = false;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_CONTENT_H_
