// The tools, and messages of both eras.
#include "tests/unit/mcp/transport/test_server.h"

#include <utility>

namespace falcon::mcp {
namespace {

constexpr const char* kAnyObject = R"({"type":"object"})";

Tool MakeTool(std::string name,
              std::function<ToolResult(const Json& arguments, const CallContext& context)> call) {
  Tool tool;
  tool.name = std::move(name);
  tool.description = "A tool of tests.";
  tool.input_schema = kAnyObject;
  tool.call = std::move(call);
  return tool;
}

ToolResult TextResult(std::string text) { return {{Content::Text(std::move(text))}, {}, false}; }

std::string Request(int id, std::string_view method, Json params) {
  return Text(Json{{"jsonrpc", "2.0"},
                   {"id", id},
                   {"method", std::string(method)},
                   {"params", std::move(params)}});
}

}  // namespace

TestServer::TestServer() : offer_(MakeOffer()) {}

Offer TestServer::MakeOffer() {
  Offer offer;
  offer.name = "test";
  offer.version = "1";
  offer.tools.push_back(MakeTool("echo", [](const Json& arguments, const CallContext&) {
    return TextResult(arguments.value("text", std::string()));
  }));
  offer.tools.push_back(
      MakeTool("hold", [this](const Json&, const CallContext& context) { return Hold(context); }));
  offer.tools.push_back(MakeTool("steps", [this](const Json&, const CallContext& context) {
    context.progress(1, 2, "first");
    ToolResult result = Hold(context);
    context.progress(2, 2, "second");
    return result;
  }));
  return offer;
}

ToolResult TestServer::Hold(const CallContext& context) {
  std::unique_lock lock(mutex_);
  ++held_;
  changed_.notify_all();
  if (changed_.wait(lock, context.stop, [this] { return open_; })) return TextResult("held");
  ++stopped_;
  changed_.notify_all();
  return TextResult("stopped");
}

void TestServer::Open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void TestServer::AwaitHeld(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_ >= count; });
}

void TestServer::AwaitStopped(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ >= count; });
}

int TestServer::stopped() {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::string InitializeMessage(int id) {
  return Request(id, "initialize",
                 {{"protocolVersion", "2025-11-25"},
                  {"capabilities", Json::object()},
                  {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
}

std::string CallMessage(int id, std::string_view tool, const Json& arguments) {
  return Request(id, "tools/call", {{"name", std::string(tool)}, {"arguments", arguments}});
}

std::string StepsMessage(int id) {
  return Request(id, "tools/call", {{"name", "steps"}, {"_meta", {{"progressToken", "p"}}}});
}

std::string CancelMessage(int id) {
  return Text(Json{
      {"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}});
}

std::string Stateless(const std::string& message) {
  Json json = Json::parse(message);
  Json& meta = json["params"]["_meta"];
  meta["io.modelcontextprotocol/protocolVersion"] = std::string(kStatelessVersion);
  meta["io.modelcontextprotocol/clientCapabilities"] = Json::object();
  return Text(json);
}

std::string StatelessHeaders(std::string_view method, std::string_view name) {
  std::string headers = "MCP-Protocol-Version: ";
  headers.append(kStatelessVersion).append("\r\nMcp-Method: ").append(method).append("\r\n");
  if (!name.empty()) headers.append("Mcp-Name: ").append(name).append("\r\n");
  return headers;
}

std::string TextOf(const Json& answer) {
  return answer.at("result").at("content").at(0).at("text").get<std::string>();
}

}  // namespace falcon::mcp
