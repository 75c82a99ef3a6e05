// The MCP bridge over HTTP, against clients that take too much, say nothing, or go away.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"

namespace falcon::e2e {
namespace {

Json Search(int id) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"method", "tools/call"},
          {"params", {{"name", "search_hosts"}, {"arguments", {{"limit", 1 + id}}}}}};
}

// A connection to the bridge; closes with its object.
class Connection {
 public:
  explicit Connection(const HttpBridge& bridge) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const std::string authority = bridge.url().substr(0, bridge.url().rfind('/'));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port =
        htons(static_cast<uint16_t>(std::stoi(authority.substr(authority.rfind(':') + 1))));
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Post(const std::string& body, const std::string& version = "1.1") const {
    const std::string head = "POST /mcp HTTP/" + version +
                             "\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             "Accept: application/json, text/event-stream\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n";
    Send(head + body);
  }
  // As much as the bridge takes.
  void Send(const std::string& bytes) const {
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t size = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return;
      sent += static_cast<size_t>(size);
    }
  }
  void FinishSending() const { shutdown(socket_, SHUT_WR); }
  // Until the bridge closes.
  std::string ReadToEnd() const {
    std::string all;
    char bytes[16384];
    for (ssize_t size; (size = read(socket_, bytes, sizeof(bytes))) > 0;) all.append(bytes, size);
    return all;
  }

 private:
  int socket_;
};

// In MiB, of a process: its largest resident size so far.
int PeakMib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoi(line.substr(6)) / 1024;
  }
  return -1;
}

class McpBulkheads : public ::testing::Test {
 protected:
  void StallHosts() { world_.Fault({{"kind", "stall"}, {"path", "/devices/"}, {"times", 0}}); }
  static bool Answered(const std::string& text) {
    return text.starts_with("HTTP/1.1 200") && text.find("\"returned\":1") != std::string::npos;
  }

  World world_{{.simulator = {"--hosts", "50", "--alerts", "50"}}};
};

TEST_F(McpBulkheads, LargeCallsAreRefusedWithoutTakingMemory) {
  const HttpBridge bridge(world_);
  StallHosts();
  std::string body = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":)"
                     R"("search_hosts","arguments":{"hostname":[[])";
  while (body.size() < (size_t{4} << 20)) body += ",[]";
  body += "]}}}";
  std::vector<std::unique_ptr<Connection>> clients;
  for (int i = 0; i < 24; ++i) {
    clients.push_back(std::make_unique<Connection>(bridge));
    clients.back()->Post(body);
    EXPECT_TRUE(clients.back()->ReadToEnd().starts_with("HTTP/1.1 413"));
  }
  EXPECT_LT(PeakMib(bridge.program().pid()), 512);
}

TEST_F(McpBulkheads, ManyMembersAreRefusedBeforeTheCallIsQueued) {
  const HttpBridge bridge(world_);
  Json call = Search(1);
  call["params"]["arguments"]["hostname"] = std::vector<int>(1001, 1);
  const HttpBridge::Reply reply = bridge.Post(call);
  EXPECT_NE(reply.body.find("1000 members"), std::string::npos) << reply.body;
  EXPECT_EQ(world_.Calls(), 0);
}

TEST_F(McpBulkheads, ClientsThatGoAwayFreeTheirWorkers) {
  const HttpBridge bridge(world_, {"--workers", "4"});
  StallHosts();
  {
    std::vector<std::unique_ptr<Connection>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<Connection>(bridge));
      clients.back()->Post(Search(i).dump());
    }
    WaitUntil([&] { return world_.Calls() == 4; });
  }
  Json other = Search(1);
  other["params"]["name"] = "search_detections";
  EXPECT_NE(bridge.Post(other).body.find("\"returned\":"), std::string::npos);
}

TEST_F(McpBulkheads, SilentConnectionsLockNobodyOut) {
  const HttpBridge bridge(world_);
  std::vector<std::unique_ptr<Connection>> silent;
  for (int i = 0; i < 64; ++i) silent.push_back(std::make_unique<Connection>(bridge));
  EXPECT_EQ(bridge.Post(Search(0)).status, 200);
}

TEST_F(McpBulkheads, Http10AndHalfClosedRequestsAreAnswered) {
  const HttpBridge bridge(world_);
  const Connection old_proxy(bridge);
  old_proxy.Post(Search(0).dump(), "1.0");
  EXPECT_TRUE(Answered(old_proxy.ReadToEnd()));
  const Connection half_closed(bridge);
  half_closed.Post(Search(0).dump());
  half_closed.FinishSending();
  EXPECT_TRUE(Answered(half_closed.ReadToEnd()));
}

}  // namespace
}  // namespace falcon::e2e
