// A server over a small offer, and a client that records what it is sent.
#ifndef FALCON_TESTS_UNIT_MCP_PROTOCOL_HARNESS_H_
#define FALCON_TESTS_UNIT_MCP_PROTOCOL_HARNESS_H_

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/protocol/server.h"

namespace falcon::mcp {

// Keeps what is sent. Thread-safe.
class Recorder : public ResponseSink {
 public:
  void Send(OutgoingMessage message) override {
    const std::lock_guard lock(mutex_);
    lasts_ += message.last ? 1 : 0;
    sent_.push_back(std::move(message));
    changed_.notify_all();
  }

  // Waits for that many answers, then gives all that was sent.
  std::vector<OutgoingMessage> AfterAnswers(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return lasts_ >= count; });
    return sent_;
  }
  std::vector<OutgoingMessage> sent() { return AfterAnswers(0); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<OutgoingMessage> sent_;
  size_t lasts_ = 0;
};

// Opens once.
class Gate {
 public:
  void Open() {
    // Under the lock: who waits may destroy the gate at once.
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

inline Tool MakeTool(std::string name,
                     std::function<ToolResult(const Json&, const CallContext&)> call) {
  Tool tool;
  tool.name = std::move(name);
  tool.title = "A title";
  tool.description = "A description.";
  tool.input_schema = R"({"type":"object"})";
  tool.call = std::move(call);
  return tool;
}

// One tool, resource, template and prompt: `echo`, `test://one`, `test://{id}`, `greet`.
inline ServerDefinition SmallServer() {
  ServerDefinition offer;
  offer.name = "tested";
  offer.title = "Tested server";
  offer.version = "1.2";
  offer.instructions = "Ask.";
  offer.tools.push_back(MakeTool("echo", [](const Json& arguments, const CallContext&) {
    return ToolResult{{Content::Text("said")}, Text(arguments), false};
  }));
  offer.resources.push_back({"test://one", "one", "", "The one.", "text/plain"});
  offer.resource_templates.push_back({"test://{id}", "any", "", "", ""});
  offer.read_resource = [](const std::string& uri,
                           const CallContext&) -> absl::StatusOr<std::vector<ResourceContents>> {
    if (uri == "test://one") return {{{uri, "text/plain", "1", ""}}};
    if (uri == "test://down") return absl::UnavailableError("The gateway is away.");
    if (uri == "test://empty") return std::vector<ResourceContents>();
    return absl::NotFoundError("There is no resource " + uri + ".");
  };
  Prompt prompt;
  prompt.name = "greet";
  prompt.description = "Greets.";
  prompt.arguments = {{"who", "Whom to greet.", true}, {"how", "", false}};
  prompt.get = [](const std::map<std::string, std::string>& arguments,
                  const CallContext&) -> absl::StatusOr<PromptResult> {
    const std::string& who = arguments.at("who");
    if (who == "nobody") return absl::InvalidArgumentError("Nobody cannot be greeted.");
    if (who == "broken") return absl::InternalError("It broke.");
    return PromptResult{"A greeting", {{"user", Content::Text("Hello " + who)}}};
  };
  offer.prompts.push_back(std::move(prompt));
  offer.complete = [](const CompletionRequest& request, const CallContext&) {
    Completions completions;
    completions.values = {request.prompt + request.uri_template + "/" + request.argument + "/" +
                          request.value};
    return completions;
  };
  return offer;
}

inline constexpr const char* kMeta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

// A request of the stateless era. `params` without braces; may be empty.
inline std::string Modern(const std::string& method, const std::string& params = "",
                          const std::string& id = "1") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":{)" + params +
         (params.empty() ? "" : ",") + kMeta + "}}";
}

// A request of the initialize era.
inline std::string Legacy(const std::string& method, const std::string& params = "",
                          const std::string& id = "1") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":{)" + params +
         "}}";
}

inline Json Parsed(const std::string& text) {
  EXPECT_EQ(text.find('\n'), std::string::npos);
  Json json = Json::parse(text, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << text;
  return json;
}

// One conversation, as on stdio.
class Conversation {
 public:
  explicit Conversation(ServerDefinition offer, size_t threads = 4, size_t most_waiting = 64)
      : offer_(std::move(offer)), workers_(threads, most_waiting), server_(offer_, workers_) {}
  Conversation() : Conversation(SmallServer()) {}

  bool Send(const std::string& message, const HttpHeaders* headers = nullptr) {
    return server_.Handle(message, session_, outlet_, headers);
  }

  // Sends one message on an outlet of its own and waits for the answer.
  OutgoingMessage AskWhole(const std::string& message, const HttpHeaders* headers = nullptr) {
    const auto outlet = std::make_shared<Recorder>();
    EXPECT_TRUE(server_.Handle(message, session_, outlet, headers)) << message;
    return outlet->AfterAnswers(1).back();
  }
  Json Ask(const std::string& message, const HttpHeaders* headers = nullptr) {
    return Parsed(AskWhole(message, headers).text);
  }

  void Initialize() { Ask(Legacy("initialize", R"("protocolVersion":"2025-11-25")", "0")); }

  Recorder& outlet() { return *outlet_; }
  Session& session() { return *session_; }

 private:
  const ServerDefinition offer_;
  Workers workers_;
  Server server_;
  const std::shared_ptr<Session> session_ = std::make_shared<Session>();
  const std::shared_ptr<Recorder> outlet_ = std::make_shared<Recorder>();
};

struct ConversationTest : ::testing::Test {
  Conversation conversation;
};

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_PROTOCOL_HARNESS_H_
