// A server with three small tools, whose calls a test can hold, watch and release.
#ifndef FALCON_TESTS_UNIT_MCP_TRANSPORT_TEST_SERVER_H_
#define FALCON_TESTS_UNIT_MCP_TRANSPORT_TEST_SERVER_H_

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "mcp/protocol/offer.h"
#include "mcp/protocol/server.h"
#include "mcp/protocol/workers.h"

namespace falcon::mcp {

// Tools: `echo` answers with its argument `text`; `hold` answers when the gate is open; `steps`
// tells its first step, waits for the gate, tells its second and answers.
class TestServer {
 public:
  TestServer();
  ~TestServer() { Open(); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Server& server() { return server_; }

  void Open();
  // Block until so many calls have come to the gate, or have been stopped there, in all.
  void AwaitHeld(int count);
  void AwaitStopped(int count);
  int stopped();

 private:
  Offer MakeOffer();
  ToolResult Hold(const CallContext& context);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;
  int held_ = 0;
  int stopped_ = 0;
  const Offer offer_;
  Workers workers_{4, 16};
  Server server_{offer_, workers_};
};

// Messages of the initialize era.
std::string InitializeMessage(int id);
std::string CallMessage(int id, std::string_view tool, const Json& arguments = Json::object());
std::string CancelMessage(int id);
// With a progress token.
std::string StepsMessage(int id);

// The same of the stateless era: its `_meta` put into a message.
std::string Stateless(const std::string& message);
// The headers that go with it on HTTP.
std::string StatelessHeaders(std::string_view method, std::string_view name);

// The text of the first block of an answer to tools/call.
std::string TextOf(const Json& answer);

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_TRANSPORT_TEST_SERVER_H_
