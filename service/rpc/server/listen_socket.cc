// Name resolution, bind and listen.
#include "rpc/server/listen_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/text.h"

namespace falcon::rpc {
namespace {

constexpr int kBacklog = 1024;
constexpr int kSocketFlags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

absl::Status Failed(std::string_view address, std::string_view why) {
  return Error(absl::StatusCode::kUnavailable, "LISTEN_FAILED",
               StrCat("cannot listen on ", address, ": ", why));
}

std::string LastError() { return std::generic_category().message(errno); }

const sockaddr* Generic(const void* address) { return static_cast<const sockaddr*>(address); }

// Unlinks a socket that no process serves.
absl::Status RemoveStale(const sockaddr_un& address, const std::string& shown) {
  struct stat file = {};
  if (lstat(address.sun_path, &file) != 0) return absl::OkStatus();
  if (!S_ISSOCK(file.st_mode)) return Failed(shown, "the file is there and is no socket");
  const FileDescriptor probe(socket(AF_UNIX, kSocketFlags, 0));
  if (!probe.valid()) return Failed(shown, LastError());
  // EAGAIN: a process listens, and its backlog is full.
  if (connect(probe.get(), Generic(&address), sizeof(address)) == 0 || errno != ECONNREFUSED) {
    return Failed(shown, "another process serves it");
  }
  if (unlink(address.sun_path) != 0) return Failed(shown, LastError());
  return absl::OkStatus();
}

int PortOf(int fd) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

// Of `info`, on `port` where its own is 0.
FileDescriptor Listening(const addrinfo& info, int port) {
  FileDescriptor socket_fd(socket(info.ai_family, kSocketFlags, 0));
  if (!socket_fd.valid()) return socket_fd;
  sockaddr_storage address = {};
  std::memcpy(&address, info.ai_addr, info.ai_addrlen);
  in_port_t& own = info.ai_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                              : reinterpret_cast<sockaddr_in&>(address).sin_port;
  if (own == 0) own = htons(static_cast<in_port_t>(port));
  // Not SO_REUSEPORT: a second process on the same port would split the traffic silently.
  const int on = 1;
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (info.ai_family == AF_INET6) {
    // `[::]` accepts IPv4 too.
    const bool any = IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<sockaddr_in6&>(address).sin6_addr);
    const int only_v6 = any ? 0 : 1;
    setsockopt(socket_fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof(only_v6));
  }
  const bool bound = bind(socket_fd.get(), Generic(&address), info.ai_addrlen) == 0;
  return bound && listen(socket_fd.get(), kBacklog) == 0 ? std::move(socket_fd) : FileDescriptor();
}

}  // namespace

void FileDescriptor::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

absl::StatusOr<ListenSocket> ListenSocket::Open(const std::string& address) {
  if (address.starts_with("unix:")) {
    std::string path = address.substr(5);
    if (path.starts_with("//")) path = path.substr(2);  // as a URI, without an authority
    return OpenUnix(path);
  }
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return Failed(address, "it has no port");
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return OpenTcp(host, address.substr(colon + 1));
}

absl::StatusOr<ListenSocket> ListenSocket::OpenUnix(const std::string& path) {
  const std::string shown = StrCat("unix:", path);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return Failed(shown, StrCat("a path has 1 to ", sizeof(address.sun_path) - 1, " bytes"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  RETURN_IF_ERROR(RemoveStale(address, shown));
  FileDescriptor socket_fd(socket(AF_UNIX, kSocketFlags, 0));
  struct stat file = {};
  if (!socket_fd.valid() || bind(socket_fd.get(), Generic(&address), sizeof(address)) != 0 ||
      listen(socket_fd.get(), kBacklog) != 0 || stat(path.c_str(), &file) != 0) {
    return Failed(shown, LastError());
  }
  ListenSocket listening;
  listening.sockets_.push_back(std::move(socket_fd));
  listening.path_ = path;
  listening.inode_ = file.st_ino;
  return listening;
}

absl::StatusOr<ListenSocket> ListenSocket::OpenTcp(const std::string& host,
                                                   const std::string& port) {
  const std::string shown = StrCat(host, ":", port);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return Failed(shown, gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, freeaddrinfo);
  ListenSocket listening;
  listening.port_ = 0;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    FileDescriptor one = Listening(*info, listening.port_);
    if (!one.valid()) continue;
    listening.port_ = PortOf(one.get());
    listening.sockets_.push_back(std::move(one));
  }
  if (listening.sockets_.empty()) {
    return Failed(shown, StrCat(LastError(), "; is the address right, the port free?"));
  }
  return listening;
}

void ListenSocket::Close() {
  sockets_.clear();
  struct stat file = {};
  if (!path_.empty() && lstat(path_.c_str(), &file) == 0 && file.st_ino == inode_) {
    unlink(path_.c_str());
  }
  path_.clear();
}

}  // namespace falcon::rpc
