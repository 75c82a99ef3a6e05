// The epoll loop.
#include "rpc/server/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::rpc {
namespace {

// Tokens of epoll: connections count up from 0, listeners lie above all of them.
constexpr uint64_t kWakeToken = ~uint64_t{0};
constexpr uint64_t kListenerTokens = kWakeToken - 1024;
constexpr int kMaxAcceptBatch = 64;
// Files besides connections: listeners, upstream connections, logs.
constexpr int kOtherFiles = 256;
constexpr int kFilesOfConnection = 2;
constexpr milliseconds kUserTimeout{60'000};
constexpr int kReceiveBuffer = 128 << 10;

struct Peer {
  std::string address;  // empty: a Unix socket
  std::string name;     // as gRPC has it, with the port
};

Peer PeerOf(const sockaddr_storage& from) {
  char text[INET6_ADDRSTRLEN] = {};
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return {text, StrCat("ipv4:", text, ":", ntohs(v4.sin_port))};
  }
  if (from.ss_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof(text));
    return {text, StrCat("ipv4:", text, ":", ntohs(v6.sin6_port))};
  }
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
  // An IPv6 client owns at least a /64 network.
  char network[INET6_ADDRSTRLEN] = {};
  in6_addr prefix = v6.sin6_addr;
  std::fill(std::begin(prefix.s6_addr) + 8, std::end(prefix.s6_addr), 0);
  inet_ntop(AF_INET6, &prefix, network, sizeof(network));
  return {network, StrCat("ipv6:%5B", text, "%5D:", ntohs(v6.sin6_port))};
}

void SetUp(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  // A client that vanished is noticed when a response is sent to it.
  const auto timeout = static_cast<unsigned>(kUserTimeout.count());
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
  // Bounds what the kernel receives ahead of gRPC, which gRPC still processes after a close.
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
}

bool IsOutOfFiles(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(ListenSocket listening, AcceptorOptions options, ConnectionTable& connections,
                   std::function<size_t()> used, telemetry::Log& log, telemetry::Metrics& metrics)
    : options_(options),
      connections_(connections),
      log_(log),
      refused_(metrics.AddCounter("falcon_gateway_connections_refused_total",
                                  "Connections closed before gRPC saw them, by reason.")),
      closed_(metrics.AddCounter("falcon_gateway_connections_closed_total",
                                 "Connections that the gateway closed, by reason.")),
      used_(std::move(used)),
      listening_(std::move(listening)),
      port_(listening_.port()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Acceptor::~Acceptor() {
  {
    const absl::MutexLock lock(&mutex_);
    end_ = true;
  }
  Wake();
  if (thread_.joinable()) thread_.join();
}

absl::Status Acceptor::Start(HandOver hand_over) {
  hand_over_ = std::move(hand_over);
  epoll_event event = {.events = EPOLLIN, .data = {.u64 = kWakeToken}};
  if (!epoll_.valid() || !wake_.valid() ||
      epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) {
    return Error(absl::StatusCode::kUnavailable, "LISTEN_FAILED", "no file descriptors are left");
  }
  WatchListeners(true);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "acceptor");
    Run();
  });
  return absl::OkStatus();
}

void Acceptor::StopListening() {
  if (!thread_.joinable()) return;
  const absl::MutexLock lock(&mutex_);
  stop_listening_ = true;
  Wake();
  mutex_.Await(absl::Condition(&listening_stopped_));
}

void Acceptor::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof(one));
}

void Acceptor::Run() {
  std::array<epoll_event, 256> events;
  while (true) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 WaitMillis(std::chrono::steady_clock::now()));
    for (int i = 0; i < count; ++i) {
      const uint64_t token = events[static_cast<size_t>(i)].data.u64;
      if (token == kWakeToken) {
        uint64_t wakes = 0;
        [[maybe_unused]] const ssize_t taken = read(wake_.get(), &wakes, sizeof(wakes));
      } else if (token >= kListenerTokens) {
        const size_t index = token - kListenerTokens;
        if (index < listening_.sockets().size()) Accept(listening_.sockets()[index].get());
      } else {
        Remove(token);  // both ends are shut
      }
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    CloseSilent(now);
    SampleMemory(now);
    if (paused_until_.has_value() && now >= *paused_until_) WatchListeners(true);
    const auto [stop, end] = Asked();
    if (stop) EndListening();
    if (end) return;
  }
}

std::pair<bool, bool> Acceptor::Asked() const {
  const absl::MutexLock lock(&mutex_);
  return {stop_listening_ && !listening_stopped_, end_};
}

void Acceptor::EndListening() {
  listening_.Close();
  paused_until_.reset();
  const absl::MutexLock lock(&mutex_);
  listening_stopped_ = true;
}

int Acceptor::WaitMillis(SteadyTime now) const {
  std::optional<SteadyTime> next = paused_until_;
  if (!silent_.empty()) {
    const SteadyTime silent = silent_.begin()->second + options_.first_byte;
    next = std::min(next.value_or(silent), silent);
  }
  if (options_.memory_mark > 0 && connections_.size() > 0) {
    const SteadyTime sample = sampled_at_ + options_.sample_interval;
    next = std::min(next.value_or(sample), sample);
  }
  if (!next.has_value()) return -1;
  const auto left = std::chrono::ceil<milliseconds>(*next - now).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
}

void Acceptor::WatchListeners(bool watch) {
  paused_until_.reset();
  for (size_t i = 0; i < listening_.sockets().size(); ++i) {
    epoll_event event = {.events = EPOLLIN, .data = {.u64 = kListenerTokens + i}};
    epoll_ctl(epoll_.get(), watch ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listening_.sockets()[i].get(),
              &event);
  }
}

void Acceptor::Pause(SteadyTime now) {
  if (paused_until_.has_value()) return;
  refused_.Add({{"reason", "files"}});
  log_.Warning("accepting_paused",
               {{"reason", "no file descriptors are left"}, {"pause_ms", options_.pause.count()}});
  WatchListeners(false);
  paused_until_ = now + options_.pause;
}

void Acceptor::Accept(int listener) {
  for (int i = 0; i < kMaxAcceptBatch; ++i) {
    sockaddr_storage from = {};
    socklen_t size = sizeof(from);
    FileDescriptor fd(
        accept4(listener, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) {
      if (IsOutOfFiles(errno)) Pause(std::chrono::steady_clock::now());
      if (errno == ECONNABORTED || errno == EINTR) continue;
      return;
    }
    Peer peer = PeerOf(from);
    const std::string_view refusal = connections_.Refusal(peer.address);
    if (!refusal.empty()) {
      refused_.Add({{"reason", refusal}});
      continue;
    }
    SetUp(fd.get());
    Add(std::move(fd), std::move(peer.address), std::move(peer.name));
    if (paused_until_.has_value()) return;
  }
}

void Acceptor::Add(FileDescriptor fd, std::string address, std::string peer) {
  const uint64_t id = next_id_++;
  FileDescriptor witness(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  // gRPC shuts a socket before it closes it, which the duplicate sees: EPOLLHUP comes unasked.
  epoll_event event = {.events = 0, .data = {.u64 = id}};
  if (!witness.valid() || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, witness.get(), &event) != 0) {
    Pause(std::chrono::steady_clock::now());
    return;
  }
  // The kernel does not count what Unix sockets receive.
  if (!address.empty()) silent_.emplace(id, std::chrono::steady_clock::now());
  connections_.Add(id, std::move(witness), std::move(address), std::move(peer));
  hand_over_(fd.Release());
}

void Acceptor::Remove(uint64_t id) {
  silent_.erase(id);
  connections_.Remove(id);
}

void Acceptor::SampleMemory(SteadyTime now) {
  if (options_.memory_mark == 0 || now - sampled_at_ < options_.sample_interval) return;
  sampled_at_ = now;
  connections_.Sample();
  if (used_() <= options_.memory_mark) return;
  for (const std::string& peer : connections_.CloseHeaviest()) {
    closed_.Add({{"reason", "memory"}});
    log_.Warning("connection_closed", {{"reason", "memory"}, {"peer", peer}});
  }
}

void Acceptor::CloseSilent(SteadyTime now) {
  while (!silent_.empty() && now - silent_.begin()->second >= options_.first_byte) {
    const uint64_t id = silent_.begin()->first;
    silent_.erase(silent_.begin());
    if (connections_.CloseIfSilent(id)) closed_.Add({{"reason", "silent"}});
  }
}

int RaiseFileLimit(int connections) {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return connections;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NOFILE, &files);
  const auto have = static_cast<int>(std::min<rlim_t>(files.rlim_cur, 1 << 30));
  return std::min(connections, std::max((have - kOtherFiles) / kFilesOfConnection, 16));
}

}  // namespace falcon::rpc
