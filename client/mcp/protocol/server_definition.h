// What a server offers, and what its tools, resources and prompts answer with. Plain values; the
// functions in them do the work.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_SERVER_DEFINITION_H_
#define FALCON_CLIENT_MCP_PROTOCOL_SERVER_DEFINITION_H_

#include <algorithm>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "mcp/protocol/json.h"

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
  std::string text = {};
  // Of kImage and kAudio, in base64.
  std::string data = {};
  std::string mime_type = {};
  // Of kResource: embedded.
  ResourceContents resource = {};

  static Content Text(std::string text) { return {.text = std::move(text)}; }
  static Content Image(std::string data, std::string mime_type) {
    return {.kind = Kind::kImage, .data = std::move(data), .mime_type = std::move(mime_type)};
  }
  static Content Audio(std::string data, std::string mime_type) {
    return {.kind = Kind::kAudio, .data = std::move(data), .mime_type = std::move(mime_type)};
  }
  static Content Resource(ResourceContents resource) {
    return {.kind = Kind::kResource, .resource = std::move(resource)};
  }
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

// What a running call may look at and say. Lives as long as the call.
struct CallContext {
  // A stop means that the client wants no answer any more: end soon; what is returned is dropped.
  std::stop_token stop;
  // Tells the client how far the call is; `progress` must grow from call to call, `total` 0: not
  // known. Does nothing where the client did not ask for it. Any thread.
  std::function<void(double progress, double total, const std::string& message)> progress;
};

// Functions run on worker threads, several at once, and may block until `stop`.

struct Annotations {
  bool read_only = true;
  bool destructive = false;
  bool idempotent = true;
  bool open_world = true;
};

struct Tool {
  std::string name;
  std::string title;
  std::string description;
  // Texts of JSON Schemas (2020-12) with root type object; `output_schema` empty: none.
  std::string input_schema;
  std::string output_schema;
  Annotations annotations;
  // `arguments` is an object. Wrong values are results with is_error.
  std::function<ToolResult(const Json& arguments, const CallContext& context)> call;
};

struct Resource {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
};

struct ResourceTemplate {
  // RFC 6570, level 1.
  std::string uri_template;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
};

struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  // Required arguments are there, unknown ones are not. An InvalidArgument error is the client's.
  std::function<absl::StatusOr<PromptResult>(const std::map<std::string, std::string>& arguments,
                                             const CallContext& context)>
      get;
};

// What is being completed.
struct CompletionRequest {
  // Name of the prompt, or template of the resource; the other is empty.
  std::string prompt;
  std::string uri_template;
  std::string argument;
  // What is typed so far.
  std::string value;
  // Arguments that have their values already.
  std::map<std::string, std::string> arguments;
};

struct ServerDefinition {
  // serverInfo.
  std::string name;
  std::string title;
  std::string version;
  std::string description;
  // For the model: how to use the server as a whole.
  std::string instructions;

  // In the order that lists show.
  std::vector<Tool> tools;
  std::vector<Resource> resources;
  std::vector<ResourceTemplate> resource_templates;
  std::vector<Prompt> prompts;

  // Any URI, listed or not. NotFound: there is none; other errors: it could not be read. Unset: the
  // server has no resources.
  std::function<absl::StatusOr<std::vector<ResourceContents>>(const std::string& uri,
                                                              const CallContext& context)>
      read_resource;
  // Unset: the server completes nothing. Errors end as an empty list.
  std::function<Completions(const CompletionRequest& request, const CallContext& context)> complete;
};

template <class Named>
const Named* FindNamed(const std::vector<Named>& all, std::string_view name) {
  const auto found =
      std::ranges::find_if(all, [name](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_SERVER_DEFINITION_H_
