// Connections, and the kernel's count of their bytes.
#include "rpc/server/connection_table.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace falcon::rpc {
namespace {

// Headers of a call, and the frames around it.
constexpr int64_t kCallOverhead = 512;

// The kernel's tcp_info is longer than that of <netinet/tcp.h>, beside which <linux/tcp.h> cannot be
// included.
struct TcpInfo {
  tcp_info begin;
  uint64_t pacing_rate;
  uint64_t max_pacing_rate;
  uint64_t bytes_acked;
  uint64_t bytes_received;
};
static_assert(offsetof(TcpInfo, bytes_received) == 128);

// By the kernel's count; 0 for Unix sockets.
int64_t ReceivedBytes(int fd) {
  TcpInfo info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return static_cast<int64_t>(info.bytes_received);
}

// Also drops what was received and not read, which a shutdown leaves for gRPC to process.
void Abort(int fd) {
  const sockaddr nowhere = {.sa_family = AF_UNSPEC, .sa_data = {}};
  if (connect(fd, &nowhere, sizeof(nowhere)) != 0) shutdown(fd, SHUT_RDWR);
}

}  // namespace

ConnectionTable::ConnectionTable(int max_connections, int max_per_address,
                                 telemetry::Metrics& metrics)
    : max_connections_(max_connections),
      max_per_address_(max_per_address),
      open_(metrics.AddGauge("falcon_gateway_connections", "Connections that are open.")) {}

std::string_view ConnectionTable::Refusal(const std::string& address) const {
  const absl::MutexLock lock(&mutex_);
  if (static_cast<int>(connections_.size()) >= max_connections_) return "limit";
  const auto own = of_addresses_.find(address);
  const int count = address.empty() || own == of_addresses_.end() ? 0 : own->second;
  return count >= max_per_address_ ? "address_limit" : "";
}

void ConnectionTable::Add(uint64_t id, FileDescriptor fd, std::string address, std::string peer) {
  const absl::MutexLock lock(&mutex_);
  if (!address.empty()) ++of_addresses_[address];
  if (!peer.empty()) by_peer_[peer] = id;
  connections_.emplace(
      id, Connection{.fd = std::move(fd), .address = std::move(address), .peer = std::move(peer)});
  ShowCount();
}

bool ConnectionTable::CloseIfSilent(uint64_t id) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end() || ReceivedBytes(found->second.fd.get()) > 0) return false;
  Abort(found->second.fd.get());
  return true;
}

void ConnectionTable::Remove(uint64_t id) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const auto own = of_addresses_.find(found->second.address);
  if (own != of_addresses_.end() && --own->second == 0) of_addresses_.erase(own);
  const auto named = by_peer_.find(found->second.peer);
  if (named != by_peer_.end() && named->second == id) by_peer_.erase(named);
  connections_.erase(found);
  ShowCount();
}

int ConnectionTable::size() const {
  const absl::MutexLock lock(&mutex_);
  return static_cast<int>(connections_.size());
}

void ConnectionTable::Credit(const std::string& peer, size_t bytes) {
  const absl::MutexLock lock(&mutex_);
  const auto found = by_peer_.find(peer);
  if (found == by_peer_.end()) return;
  connections_.at(found->second).credit += kCallOverhead + static_cast<int64_t>(bytes);
}

void ConnectionTable::Close(const std::string& peer) {
  const absl::MutexLock lock(&mutex_);
  const auto found = by_peer_.find(peer);
  if (found != by_peer_.end()) Abort(connections_.at(found->second).fd.get());
}

void ConnectionTable::Sample() {
  const absl::MutexLock lock(&mutex_);
  for (auto& [id, connection] : connections_) {
    const int64_t received = ReceivedBytes(connection.fd.get());
    const int64_t fresh = received - std::exchange(connection.received, received);
    // What arrived some seconds ago has been processed.
    const int64_t left = connection.burden - connection.burden / 32;
    connection.burden = std::max<int64_t>(0, left + fresh - std::exchange(connection.credit, 0));
  }
}

std::vector<std::string> ConnectionTable::CloseHeaviest() {
  const absl::MutexLock lock(&mutex_);
  int64_t heaviest = 0;
  for (const auto& [id, connection] : connections_) {
    if (!connection.closed) heaviest = std::max(heaviest, connection.burden);
  }
  std::vector<std::string> closed;
  for (auto& [id, connection] : connections_) {
    const bool heavy = connection.burden >= std::max(heaviest / 2, kMinBurden);
    if (connection.closed || !heavy) continue;
    connection.closed = true;
    Abort(connection.fd.get());
    closed.push_back(connection.peer);
  }
  return closed;
}

void ConnectionTable::ShowCount() const { open_.Set(static_cast<double>(connections_.size())); }

void ResetLimiter::Count(const std::string& peer) {
  const SteadyTime now = clock_.Now();
  {
    const absl::MutexLock lock(&mutex_);
    if (!since_.has_value() || now - *since_ >= seconds(1)) {
      since_ = now;
      resets_.clear();
    }
    if (++resets_[peer] != kMaxResets) return;
  }
  closed_.Add({{"reason", "resets"}});
  close_(peer);
}

}  // namespace falcon::rpc
