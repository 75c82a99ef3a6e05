// JSON-RPC on pipes, and HTTP by curl.
#include "tests/e2e/mcp_client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <utility>

namespace falcon::e2e {
namespace {

std::vector<std::string> With(std::vector<std::string> first, std::vector<std::string> then) {
  first.insert(first.end(), std::make_move_iterator(then.begin()),
               std::make_move_iterator(then.end()));
  return first;
}

}  // namespace

McpClient::McpClient(const World& world, std::vector<std::string> flags)
    : McpClient(world.address(), world.folder(), std::move(flags)) {}

McpClient::McpClient(const std::string& address, const std::string& folder,
                     std::vector<std::string> flags)
    : program_(BridgeProgram(), With({"--gateway", address}, std::move(flags)), {},
               folder + "/bridge.log", Input::kPiped) {
  Ask("initialize", {{"protocolVersion", "2025-11-25"},
                     {"capabilities", Json::object()},
                     {"clientInfo", {{"name", "e2e"}, {"version", "1"}}}});
  Notify("notifications/initialized");
}

int McpClient::Send(const std::string& method, const Json& params) {
  const int id = ++last_id_;
  SendLine(Json({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}).dump());
  return id;
}

int McpClient::SendTool(const std::string& tool, const Json& arguments) {
  return Send("tools/call", {{"name", tool}, {"arguments", arguments}});
}

void McpClient::Notify(const std::string& method, const Json& params) {
  SendLine(Json({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}).dump());
}

Json McpClient::Next() {
  std::string line = program_.ReadLine();
  if (line.empty()) return nullptr;
  Json message = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  EXPECT_EQ(message.value("jsonrpc", ""), "2.0") << line;
  lines_.push_back(std::move(line));
  return message;
}

Json McpClient::Await(int id) {
  while (!early_.contains(id)) {
    Json message = Next();
    if (message.is_null()) return message;
    if (message.contains("method")) continue;
    const Json of = message.value("id", Json());
    early_[of.is_number() ? of.get<int>() : 0] = std::move(message);
  }
  return std::exchange(early_[id], nullptr);
}

Json McpClient::Ask(const std::string& method, const Json& params) {
  const Json answer = Await(Send(method, params));
  EXPECT_TRUE(answer.contains("result")) << method << ": " << answer;
  return answer.value("result", Json::object());
}

Json McpClient::Tool(const std::string& tool, const Json& arguments) {
  return Ask("tools/call", {{"name", tool}, {"arguments", arguments}});
}

Json McpClient::Found(const std::string& tool, const Json& arguments) {
  const Json result = Tool(tool, arguments);
  EXPECT_FALSE(result.value("isError", false)) << tool << arguments << ": " << TextOf(result);
  return result.value("structuredContent", Json::object());
}

std::string TextOf(const Json& result) {
  std::string text;
  for (const Json& block : result.value("content", Json::array())) {
    text.append(block.value("text", "")).append("\n");
  }
  return text;
}

HttpBridge::HttpBridge(const World& world, std::vector<std::string> flags)
    : program_(BridgeProgram(),
               With({"--gateway", world.address(), "--http", "127.0.0.1:0"}, std::move(flags)), {},
               world.folder() + "/http_bridge.log") {
  const std::string mark = "listening on ";
  const std::string line = program_.ReadLine();
  EXPECT_TRUE(line.starts_with(mark)) << line << program_.Log();
  url_ = line.substr(std::min(mark.size(), line.size()));
}

HttpReply HttpBridge::Post(const Json& message, const std::vector<std::string>& headers) const {
  return Fetch("POST", url_, message.dump(),
               With({"Content-Type: application/json",
                     "Accept: application/json, text/event-stream", "Expect:"},
                    headers));
}

Outcome Inspect(const World& world, const std::vector<std::string>& target,
                const std::vector<std::string>& arguments) {
  // It keeps a catalogue in its home.
  const std::string home = world.folder() + "/inspector";
  std::filesystem::create_directories(home);
  const std::vector<std::string> all =
      With(With({"120", "env", "HOME=" + home, ToolPath("node/bin/node"),
                 ToolPath(".bin/mcp-inspector"), "--cli"},
                target),
           arguments);
  return RunToEnd("/usr/bin/timeout", all);
}

}  // namespace falcon::e2e
