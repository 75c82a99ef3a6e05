// Fuzzes the protocol side of the MCP bridge: arbitrary bytes as messages of one conversation, on
// stdio and on HTTP. Each message sent is one line of valid JSON.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/protocol/server.h"

namespace {

using falcon::mcp::CallContext;
using falcon::mcp::Content;
using falcon::mcp::HttpHeaders;
using falcon::mcp::Json;
using falcon::mcp::OutgoingMessage;
using falcon::mcp::Server;
using falcon::mcp::ServerDefinition;
using falcon::mcp::Session;
using falcon::mcp::ToolResult;
using falcon::mcp::Workers;

class Checker : public falcon::mcp::ResponseSink {
 public:
  void Send(OutgoingMessage message) override {
    if (message.text.find_first_of("\r\n") != std::string::npos) std::abort();
    const Json json = Json::parse(message.text, nullptr, false);
    if (!json.is_object() || json.value("jsonrpc", "") != "2.0") std::abort();
    if (message.last == json.contains("method")) std::abort();
  }
};

ServerDefinition OneTool() {
  ServerDefinition offer;
  offer.name = "fuzzed";
  offer.version = "1";
  falcon::mcp::Tool tool;
  tool.name = "echo";
  tool.input_schema = R"({"type":"object"})";
  tool.call = [](const Json& arguments, const CallContext& context) {
    const std::string text = falcon::mcp::Text(arguments);
    context.progress(1, 2, text);
    return ToolResult{{Content::Text(text)}, text, false};
  };
  offer.tools.push_back(std::move(tool));
  return offer;
}

// One message per line. With an odd first byte the messages come as on HTTP, after lines of
// headers.
void Converse(Server& server, std::string_view text, bool http) {
  const auto session = std::make_shared<Session>();
  const auto outlet = std::make_shared<Checker>();
  const auto next_line = [&text] {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  while (!text.empty()) {
    HttpHeaders headers;
    if (http) {
      headers.protocol_version = next_line();
      headers.method = next_line();
      headers.name = next_line();
    }
    server.Handle(next_line(), session, outlet, http ? &headers : nullptr);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const ServerDefinition offer = OneTool();
  if (size == 0) return 0;
  // Calls in flight end before the next input begins.
  Workers workers(1, 64);
  Server server(offer, workers);
  Converse(server, {reinterpret_cast<const char*>(data) + 1, size - 1}, data[0] % 2 == 1);
  return 0;
}
