// The kernel knows what libcurl does not tell: when a connection last received a byte.
#include "http/curl/connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace falcon::http {
namespace {

constexpr milliseconds kTick{10};
constexpr int kMaxLostTimeouts = 2;
// A shorter deadline says nothing about the connection.
constexpr milliseconds kMinConclusiveWait{500};

constexpr int kKeepaliveIdleSeconds = 30;
constexpr int kKeepaliveIntervalSeconds = 5;
constexpr int kKeepaliveProbes = 3;
// Data that is not acknowledged for so long ends the connection.
constexpr int kUserTimeoutMs = 3000;

struct Endpoint {
  std::string ip;
  int port = 0;
};

Endpoint EndpointOf(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> ip{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof(v4));
    inet_ntop(AF_INET, &v4.sin_addr, ip.data(), ip.size());
    return {ip.data(), ntohs(v4.sin_port)};
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof(v6));
    inet_ntop(AF_INET6, &v6.sin6_addr, ip.data(), ip.size());
    return {ip.data(), ntohs(v6.sin6_port)};
  }
  return {};
}

int LocalPort(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  return getsockname(fd, generic, &size) == 0 ? EndpointOf(generic).port : 0;
}

std::optional<TcpFacts> FactsOf(int fd) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  return TcpFacts{milliseconds(info.tcpi_last_data_recv), info.tcpi_retransmits};
}

void SetOption(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof(value));
}

milliseconds Between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<milliseconds>(to - from);
}

}  // namespace

bool ReceivedNothing(const TcpFacts& facts, milliseconds since_sent) {
  return facts.since_received + std::min(kTick, since_sent / 8) >= since_sent;
}

std::string_view RetirementName(Retirement reason) {
  return reason == Retirement::kUnacknowledged ? "unacknowledged" : "silent";
}

Retirement Judge(const TcpFacts& facts, milliseconds silence, milliseconds max_silence) {
  if (facts.lost_timeouts >= kMaxLostTimeouts) return Retirement::kUnacknowledged;
  if (silence >= max_silence) return Retirement::kSilent;
  return Retirement::kNone;
}

void Connections::Serve(CURL* easy) {
  wire_thread_.Check();
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Connections::OnOpen);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Connections::OnClose);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

curl_socket_t Connections::OnOpen(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepaliveIdleSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepaliveIntervalSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes);
  SetOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
  Endpoint peer = EndpointOf(&address->addr);
  Socket opened;
  opened.peer_ip = std::move(peer.ip);
  opened.peer_port = peer.port;
  static_cast<Connections*>(self)->sockets_.insert_or_assign(fd, std::move(opened));
  return fd;
}

int Connections::OnClose(void* self, curl_socket_t fd) {
  static_cast<Connections*>(self)->sockets_.erase(fd);
  return close(fd);
}

std::optional<int> Connections::Find(const SentOn& sent) {
  for (auto& [fd, socket] : sockets_) {
    if (socket.peer_port != sent.peer_port || socket.peer_ip != sent.peer_ip) continue;
    if (socket.local_port == 0) socket.local_port = LocalPort(fd);
    if (socket.local_port == sent.local_port) return fd;
  }
  return std::nullopt;
}

Connections::Finding Connections::Examine(const SentOn& sent, bool shared) {
  wire_thread_.Check();
  const std::optional<int> fd = Find(sent);
  const std::optional<TcpFacts> facts = fd.has_value() ? FactsOf(*fd) : std::nullopt;
  if (!facts.has_value()) return {};
  Socket& socket = sockets_.at(*fd);
  Finding finding;
  finding.received_nothing = ReceivedNothing(*facts, Between(sent.at, clock_.Now()));
  finding.silence = Silence(socket, *facts, sent);
  if (socket.retired) return finding;
  finding.retirement = Judge(*facts, finding.silence, shared ? max_shared_silence_ : max_silence_);
  if (finding.retirement == Retirement::kNone) return finding;
  socket.retired = true;
  shutdown(*fd, SHUT_RDWR);
  return finding;
}

milliseconds Connections::Silence(Socket& socket, const TcpFacts& facts, const SentOn& sent) const {
  const SteadyTime now = clock_.Now();
  const milliseconds waited = Between(sent.at, now);
  const bool broken = socket.silent_since.has_value() &&
                      !ReceivedNothing(facts, Between(*socket.silent_since, now));
  if (broken) socket.silent_since.reset();
  if (waited < kMinConclusiveWait) return std::min(facts.since_received, waited);
  if (!ReceivedNothing(facts, waited)) return facts.since_received;
  if (!socket.silent_since.has_value() || sent.at < *socket.silent_since) {
    socket.silent_since = sent.at;
  }
  return Between(*socket.silent_since, now);
}

bool Connections::AnyReceivedSince(SteadyTime start) const {
  const milliseconds age = Between(start, clock_.Now());
  return std::any_of(sockets_.begin(), sockets_.end(), [&](const auto& entry) {
    const std::optional<TcpFacts> facts = FactsOf(entry.first);
    return facts.has_value() && !ReceivedNothing(*facts, age);
  });
}

}  // namespace falcon::http
