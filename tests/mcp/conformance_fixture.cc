// A server for MCP's conformance suite: `mcp_conformance_fixture --port N` serves on loopback, until
// it is interrupted, what the suite expects under the names that it fixes.
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/protocol/server.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/protocol/workers.h"
#include "mcp/transport/http.h"

namespace falcon::mcp {
namespace {

// One red pixel.
constexpr const char* kPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJg"
    "gg==";
// A WAV file without samples.
constexpr const char* kWav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

constexpr const char* kNoArguments = R"({"type":"object","additionalProperties":false})";

// Keywords of JSON Schema 2020-12 that a server must not lose.
constexpr const char* kRichSchema = R"({
  "$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
  "$defs":{"address":{"$anchor":"addressDef","type":"object",
    "properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
  "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
    "contactMethod":{"type":"string","enum":["phone","email"]},
    "phone":{"type":"string"},"email":{"type":"string"}},
  "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
  "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
  "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false})";

using Call = std::function<ToolResult(const Json&, const CallContext&)>;

Tool Named(std::string name, std::string description, Call call) {
  Tool tool;
  tool.name = std::move(name);
  tool.description = std::move(description);
  tool.input_schema = kNoArguments;
  tool.call = std::move(call);
  return tool;
}

// A tool that always answers the same.
Tool Fixed(std::string name, std::string description, ToolResult result) {
  return Named(std::move(name), std::move(description),
               [result = std::move(result)](const Json&, const CallContext&) { return result; });
}

ToolResult Of(std::vector<Content> content) { return {std::move(content), {}, false}; }

ToolResult WithProgress(const Json& /*arguments*/, const CallContext& context) {
  for (const double done : {0.0, 50.0, 100.0}) context.progress(done, 100, "");
  return Of({Content::Text("Progress was told three times.")});
}

std::vector<Tool> Tools() {
  std::vector<Tool> tools;
  tools.push_back(Fixed("test_simple_text", "Answers one text.",
                        Of({Content::Text("This is a simple text response for testing.")})));
  tools.push_back(
      Fixed("test_image_content", "Answers an image.", Of({Content::Image(kPng, "image/png")})));
  tools.push_back(
      Fixed("test_audio_content", "Answers a sound.", Of({Content::Audio(kWav, "audio/wav")})));
  tools.push_back(Fixed("test_embedded_resource", "Answers a resource.",
                        Of({Content::Resource({"test://embedded-resource", "text/plain",
                                               "This is an embedded resource content.", ""})})));
  tools.push_back(
      Fixed("test_multiple_content_types", "Answers a text, an image and a resource.",
            Of({Content::Text("Multiple content types test:"), Content::Image(kPng, "image/png"),
                Content::Resource({"test://mixed-content-resource", "application/json",
                                   R"({"test":"data","value":123})", ""})})));
  ToolResult error = Of({Content::Text("This tool intentionally returns an error for testing")});
  error.is_error = true;
  tools.push_back(Fixed("test_error_handling", "Always fails.", std::move(error)));
  tools.push_back(Named("test_tool_with_progress", "Tells its progress.", WithProgress));
  tools.push_back(
      Named("test_streaming_elicitation", "Streams, and asks the client nothing.", WithProgress));
  tools.push_back(Fixed("test_logging_tool", "Logs nothing.", Of({Content::Text("Not logged.")})));
  tools.push_back(Fixed("json_schema_2020_12_tool", "Has a rich schema.",
                        Of({Content::Text("The schema is what counts.")})));
  tools.back().input_schema = kRichSchema;
  return tools;
}

absl::StatusOr<std::vector<ResourceContents>> Read(const std::string& uri,
                                                   const CallContext& /*context*/) {
  if (uri == "test://static-text") {
    return {{{uri, "text/plain", "This is the content of the static text resource.", ""}}};
  }
  if (uri == "test://static-binary") return {{{uri, "image/png", "", kPng}}};
  constexpr std::string_view kBefore = "test://template/";
  constexpr std::string_view kBehind = "/data";
  std::string_view id = uri;
  if (id.starts_with(kBefore) && id.ends_with(kBehind) &&
      id.size() > kBefore.size() + kBehind.size()) {
    id.remove_prefix(kBefore.size());
    id.remove_suffix(kBehind.size());
    const Json data = {{"id", id}, {"templateTest", true}, {"data", "Data for the id"}};
    return {{{uri, "application/json", Text(data), ""}}};
  }
  return absl::NotFoundError("Resource not found");
}

using Arguments = std::map<std::string, std::string>;

Prompt NamedPrompt(std::string name, std::vector<PromptArgument> arguments,
                   std::function<std::vector<Content>(const Arguments&)> contents) {
  Prompt prompt;
  prompt.name = std::move(name);
  prompt.description = "A prompt for testing.";
  prompt.arguments = std::move(arguments);
  prompt.get = [contents = std::move(contents)](
                   const Arguments& given, const CallContext&) -> absl::StatusOr<PromptResult> {
    PromptResult result;
    for (Content& content : contents(given)) {
      result.messages.push_back({"user", std::move(content)});
    }
    return result;
  };
  return prompt;
}

std::vector<Prompt> Prompts() {
  return {
      NamedPrompt("test_simple_prompt", {},
                  [](const Arguments&) -> std::vector<Content> {
                    return {Content::Text("This is a simple prompt for testing.")};
                  }),
      NamedPrompt("test_prompt_with_arguments",
                  {{"arg1", "First test argument", true}, {"arg2", "Second test argument", true}},
                  [](const Arguments& given) -> std::vector<Content> {
                    return {Content::Text("Prompt with arguments: arg1='" + given.at("arg1") +
                                          "', arg2='" + given.at("arg2") + "'")};
                  }),
      NamedPrompt("test_prompt_with_embedded_resource",
                  {{"resourceUri", "The resource to embed", true}},
                  [](const Arguments& given) -> std::vector<Content> {
                    return {Content::Resource({given.at("resourceUri"), "text/plain",
                                               "Embedded resource content for testing.", ""}),
                            Content::Text("Please process the embedded resource above.")};
                  }),
      NamedPrompt("test_prompt_with_image", {},
                  [](const Arguments&) -> std::vector<Content> {
                    return {Content::Image(kPng, "image/png"),
                            Content::Text("Please analyze the image above.")};
                  }),
  };
}

ServerDefinition ConformanceOffer() {
  ServerDefinition offer;
  offer.name = "mcp-conformance-fixture";
  offer.title = "Conformance fixture";
  offer.version = FALCON_GATEWAY_VERSION;
  offer.tools = Tools();
  offer.resources = {
      {"test://static-text", "static-text", "Static text", "A text.", "text/plain"},
      {"test://static-binary", "static-binary", "Static image", "An image.", "image/png"}};
  offer.resource_templates = {
      {"test://template/{id}/data", "template", "Template", "Data of an id.", "application/json"}};
  offer.read_resource = Read;
  offer.prompts = Prompts();
  offer.complete = [](const CompletionRequest& request, const CallContext&) {
    Completions completions;
    completions.values = {request.value + "_first", request.value + "_second"};
    return completions;
  };
  return offer;
}

std::optional<uint16_t> PortOf(int argc, char** argv) {
  if (argc == 1) return 0;
  if (argc != 3 || std::string_view(argv[1]) != "--port") return std::nullopt;
  const std::string_view text = argv[2];
  uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace
}  // namespace falcon::mcp

int main(int argc, char** argv) {
  const auto port = falcon::mcp::PortOf(argc, argv);
  if (!port.has_value()) {
    std::fprintf(stderr, "usage: mcp_conformance_fixture [--port N]\n");
    return 2;
  }
  // Before any thread starts, so that none of them takes the signals.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const falcon::mcp::ServerDefinition offer = falcon::mcp::ConformanceOffer();
  falcon::mcp::Workers workers(8, 64);
  falcon::mcp::Server server(offer, workers);
  falcon::mcp::HttpOptions options;
  options.port = *port;
  const auto transport = falcon::mcp::HttpTransport::Listen(server, std::move(options));
  if (!transport.ok()) {
    std::fprintf(stderr, "%s\n", std::string(transport.status().message()).c_str());
    return 1;
  }
  std::printf("listening on http://127.0.0.1:%u/mcp\n", unsigned{(*transport)->port()});
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
