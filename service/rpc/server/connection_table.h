// ConnectionTable: open connections, how many each address has, and how much each has sent.
//
// A client that sends much without making calls burdens gRPC where the gateway's limits do not reach:
// calls cancelled at once (CVE-2023-44487), endless headers (CVE-2023-33953), incomplete requests.
// Each call that arrives is credited to its connection; what a connection has received beyond that is
// its burden. When memory runs short, the connections with the greatest burden are closed.
//
// Thread: any.
#ifndef FALCON_RPC_SERVER_CONNECTION_TABLE_H_
#define FALCON_RPC_SERVER_CONNECTION_TABLE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"
#include "rpc/server/listen_socket.h"
#include "telemetry/metrics.h"

namespace falcon::rpc {

class ConnectionTable {
 public:
  // A connection with less burden is never closed.
  static constexpr int64_t kMinBurden = 128 << 10;

  ConnectionTable(int max_connections, int max_per_address, telemetry::Metrics& metrics);

  // Why a further connection is refused, as a metrics label. Empty: it is not. Unix sockets have no
  // address.
  std::string_view Refusal(const std::string& address) const;
  // `fd`: a duplicate of the connection's. `peer`: as grpc::ServerContext::peer names it; empty for
  // Unix sockets.
  void Add(uint64_t id, FileDescriptor fd, std::string address, std::string peer);
  // Closes the connection if it has received nothing. Returns whether it did.
  bool CloseIfSilent(uint64_t id);
  void Remove(uint64_t id);
  int size() const;

  // A call of `peer` has arrived, with a request of `bytes`.
  void Credit(const std::string& peer, size_t bytes);
  // Closes the connection of `peer`.
  void Close(const std::string& peer);
  // Reads what each connection has received.
  void Sample();
  // Closes the connections with the greatest burden as of the last sample, and those with at least
  // half of it. Returns their peers.
  std::vector<std::string> CloseHeaviest();

 private:
  struct Connection {
    FileDescriptor fd;
    std::string address;
    std::string peer;
    int64_t received = 0;
    int64_t credit = 0;  // since the last sample
    int64_t burden = 0;
    bool closed = false;
  };

  void ShowCount() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int max_connections_;
  const int max_per_address_;
  const telemetry::GaugeFamily open_;
  mutable absl::Mutex mutex_;
  std::unordered_map<uint64_t, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, uint64_t> by_peer_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, int> of_addresses_ ABSL_GUARDED_BY(mutex_);
};

// ResetLimiter: closes connections whose client opens calls only to cancel them at once.
//
// Each such call costs memory until its end is processed, and counts for no limit of HTTP/2
// (CVE-2023-44487).
//
// Thread: any.
class ResetLimiter {
 public:
  // Cancelled calls of one connection within one second that close it. A client that hedges its calls
  // stays far below.
  static constexpr int kMaxResets = 1000;

  // `close`: closes the connection of a peer, named as grpc::ServerContext::peer does.
  ResetLimiter(const Clock& clock, std::function<void(const std::string& peer)> close,
               telemetry::Metrics& metrics)
      : clock_(clock),
        close_(std::move(close)),
        closed_(metrics.AddCounter("falcon_gateway_connections_closed_total",
                                   "Connections that the gateway closed, by reason.")) {}

  // A call of `peer` was cancelled as soon as it was made.
  void Count(const std::string& peer);

 private:
  const Clock& clock_;
  const std::function<void(const std::string& peer)> close_;
  const telemetry::CounterFamily closed_;
  absl::Mutex mutex_;
  std::optional<SteadyTime> since_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, int> resets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CONNECTION_TABLE_H_
