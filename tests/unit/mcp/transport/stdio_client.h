// A client at the other end of two pipes, and the serving of them on a thread.
#ifndef FALCON_TESTS_UNIT_MCP_TRANSPORT_STDIO_CLIENT_H_
#define FALCON_TESTS_UNIT_MCP_TRANSPORT_STDIO_CLIENT_H_

#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/json.h"
#include "mcp/protocol/server.h"
#include "mcp/transport/stdio.h"

namespace falcon::mcp {

// Ends the serving when it goes.
class StdioClient {
 public:
  explicit StdioClient(Server& server, std::chrono::milliseconds grace = std::chrono::hours(1)) {
    signal(SIGPIPE, SIG_IGN);
    if (pipe(to_server_.data()) != 0 || pipe(from_server_.data()) != 0) std::abort();
    ended_ = std::async(std::launch::async, [this, &server, grace] {
      const bool well = ServeStdio(server, to_server_[0], from_server_[1], grace);
      close(from_server_[1]);
      return well;
    });
  }
  ~StdioClient() {
    CloseInput();
    if (ended_.valid()) ended_.wait();
    CloseOutput();
    close(to_server_[0]);
  }
  StdioClient(const StdioClient&) = delete;
  StdioClient& operator=(const StdioClient&) = delete;

  void SendBytes(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(to_server_[1], bytes.data(), bytes.size());
      if (written < 0) return;
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  void Send(std::string_view message) { SendBytes(std::string(message) + "\n"); }

  // The next line as it is, without its end; empty: the output has ended.
  std::string ReadLine() {
    size_t end = 0;
    while ((end = read_.find('\n')) == std::string::npos) {
      std::array<char, 65536> chunk;
      const ssize_t size = read(from_server_[0], chunk.data(), chunk.size());
      if (size <= 0) return {};
      read_.append(chunk.data(), static_cast<size_t>(size));
    }
    std::string line = read_.substr(0, end);
    read_.erase(0, end + 1);
    return line;
  }
  Json ReadMessage() { return Json::parse(ReadLine(), nullptr, false); }

  // What is left to read, to the end.
  std::vector<Json> ReadRest() {
    std::vector<Json> messages;
    for (std::string line = ReadLine(); !line.empty(); line = ReadLine()) {
      messages.push_back(Json::parse(line, nullptr, false));
    }
    return messages;
  }

  void CloseInput() { Close(to_server_[1]); }
  void CloseOutput() { Close(from_server_[0]); }
  // What ServeStdio returned.
  bool AwaitEnd() { return ended_.get(); }

 private:
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }

  std::array<int, 2> to_server_;
  std::array<int, 2> from_server_;
  std::string read_;
  std::future<bool> ended_;
};

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_TRANSPORT_STDIO_CLIENT_H_
