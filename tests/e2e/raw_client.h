// Clients of bytes and of single HTTP/2 frames, for what no well-behaved client sends.
#ifndef FALCON_TESTS_E2E_RAW_CLIENT_H_
#define FALCON_TESTS_E2E_RAW_CLIENT_H_

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace falcon::e2e {

// A TCP connection on loopback, version 4; closes with its object.
class TcpClient {
 public:
  // `address`: anything that ends in ":PORT".
  explicit TcpClient(const std::string& address) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int port = std::atoi(address.substr(address.rfind(':') + 1).c_str());
    to.sin_port = htons(static_cast<in_port_t>(port));
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~TcpClient() { close(fd_); }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  bool connected() const { return connected_; }

  // All of `bytes`; false when the server has closed the connection.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void FinishSending() const { shutdown(fd_, SHUT_WR); }

  // Reads what has come, without waiting; false when the server has closed the connection.
  bool TakeWhatCame() const {
    char buffer[65536];
    while (true) {
      const ssize_t got = recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
      if (got == 0) return false;
      if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    }
  }
  // Waits for the next bytes; empty when the server has closed the connection.
  std::string Read() const {
    char buffer[65536];
    const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
    return got <= 0 ? "" : std::string(buffer, static_cast<size_t>(got));
  }
  std::string ReadToEnd() const {
    std::string all;
    for (std::string part; !(part = Read()).empty();) all += part;
    return all;
  }

 private:
  int fd_;
  bool connected_ = false;
};

// An HTTP/2 client of single frames.
class RawHttp2 : public TcpClient {
 public:
  using TcpClient::TcpClient;

  // Preface and settings.
  bool Begin() const { return Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0, "")); }

  static std::string Frame(int type, int flags, uint32_t stream, std::string_view body) {
    const auto size = static_cast<uint32_t>(body.size());
    std::string frame = Number(size).substr(1);
    frame += static_cast<char>(type);
    frame += static_cast<char>(flags);
    return frame + Number(stream) + std::string(body);
  }
  // HEADERS of a gRPC call, without END_STREAM.
  static std::string Call(uint32_t stream, std::string_view path) {
    return Frame(1, 4, stream,
                 "\x83\x86" + Literal(":path", path) + Literal(":authority", "x") +
                     Literal("te", "trailers") + Literal("content-type", "application/grpc"));
  }
  // DATA with one message, and END_STREAM.
  static std::string Message(uint32_t stream, std::string_view message) {
    return Frame(0, 1, stream,
                 std::string(1, '\0') + Number(static_cast<uint32_t>(message.size())) +
                     std::string(message));
  }
  static std::string Reset(uint32_t stream) { return Frame(3, 0, stream, Number(8)); }

 private:
  static std::string Number(uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
  }
  static std::string Literal(std::string_view name, std::string_view value) {
    std::string out(1, '\0');
    out += static_cast<char>(name.size());
    out += name;
    out += static_cast<char>(value.size());
    return out + std::string(value);
  }
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_RAW_CLIENT_H_
