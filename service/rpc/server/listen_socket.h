// ListenSocket: the listening sockets of an address, opened as gRPC opens them.
#ifndef FALCON_RPC_SERVER_LISTEN_SOCKET_H_
#define FALCON_RPC_SERVER_LISTEN_SOCKET_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace falcon::rpc {

// Owns a file descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Close();

 private:
  int fd_;
};

// Closes its sockets when destroyed, and unlinks the path of a Unix socket unless another process has
// replaced it.
class ListenSocket {
 public:
  // `address`: HOST:PORT, port 0 for any free one, or unix:PATH. A name with several addresses
  // listens on all of them, on one port. A stale Unix socket is replaced. UNAVAILABLE (LISTEN_FAILED)
  // when the address cannot be bound, or a process serves the Unix socket.
  static absl::StatusOr<ListenSocket> Open(const std::string& address);
  ListenSocket(ListenSocket&& other) noexcept = default;
  ListenSocket& operator=(ListenSocket&& other) noexcept = default;
  ~ListenSocket() { Close(); }

  // Non-blocking.
  const std::vector<FileDescriptor>& sockets() const { return sockets_; }
  // 1 for a Unix socket.
  int port() const { return port_; }
  void Close();

 private:
  ListenSocket() = default;
  static absl::StatusOr<ListenSocket> OpenUnix(const std::string& path);
  static absl::StatusOr<ListenSocket> OpenTcp(const std::string& host, const std::string& port);

  std::vector<FileDescriptor> sockets_;
  int port_ = 1;
  std::string path_;  // of a Unix socket
  ino_t inode_ = 0;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_LISTEN_SOCKET_H_
