// Clients of the bridge: one on pipes, message by message; the MCP inspector's command line; and
// plain HTTP.
#ifndef FALCON_TESTS_E2E_MCP_CLIENT_H_
#define FALCON_TESTS_E2E_MCP_CLIENT_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/program.h"
#include "tests/e2e/world.h"

namespace falcon::e2e {

// The bridge as a child on pipes. Starts with the handshake.
class McpClient {
 public:
  explicit McpClient(const World& world, std::vector<std::string> flags = {});
  // For a gateway at `address`. The log goes to `folder`.
  McpClient(const std::string& address, const std::string& folder, std::vector<std::string> flags);

  // Sends a request, and returns its id at once.
  int Send(const std::string& method, const Json& params = Json::object());
  int SendTool(const std::string& tool, const Json& arguments = Json::object());
  void Notify(const std::string& method, const Json& params = Json::object());
  // A line as it is.
  void SendLine(const std::string& line) { program_.Write(line + "\n"); }

  // The answer to a request, others may come before it; null when the bridge ended.
  Json Await(int id);
  // The next message, whatever it is; null when the bridge ended.
  Json Next();

  // The result of a request; a failed test where it is an error.
  Json Ask(const std::string& method, const Json& params = Json::object());
  // The result of a tool, which may have isError.
  Json Tool(const std::string& tool, const Json& arguments = Json::object());
  // Its structured content; a failed test where it has isError.
  Json Found(const std::string& tool, const Json& arguments = Json::object());

  Program& program() { return program_; }
  // All that it wrote to standard output so far.
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  Program program_;
  int last_id_ = 0;
  std::map<int, Json> early_;
  std::vector<std::string> lines_;
};

// What a tool's result says: all of its blocks of text.
std::string TextOf(const Json& result);

// The bridge's process with its HTTP face, at url().
class HttpBridge {
 public:
  explicit HttpBridge(const World& world, std::vector<std::string> flags = {});
  const std::string& url() const { return url_; }
  const Program& program() const { return program_; }

  // POST of one message. `headers` as "Name: value".
  HttpReply Post(const Json& message, const std::vector<std::string>& headers = {}) const;

 private:
  Program program_;
  std::string url_;
};

// The inspector's command line: `target` is a URL, or the bridge's command line.
Outcome Inspect(const World& world, const std::vector<std::string>& target,
                const std::vector<std::string>& arguments);

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_MCP_CLIENT_H_
