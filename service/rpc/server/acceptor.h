// Acceptor: accepts connections, within limits, and hands them to gRPC.
//
// gRPC 1.51's own listener stops for good when file descriptors run out, and does not limit
// connections.
//
//   limits         connections in all and of one address; those above are closed at once
//   first byte     a connection is handed over at once, since clients wait for gRPC's settings, and
//                  closed when its client sends nothing in time
//   out of fds     accepting pauses, and resumes when some are free
//   end            a connection counts until both ends are shut
//   memory         when it runs short, the connections with the greatest burden are closed
//
// Threads: one of its own; the methods below from any.
#ifndef FALCON_RPC_SERVER_ACCEPTOR_H_
#define FALCON_RPC_SERVER_ACCEPTOR_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"
#include "rpc/server/connection_table.h"
#include "rpc/server/listen_socket.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace falcon::rpc {

struct AcceptorOptions {
  milliseconds first_byte{10'000};
  milliseconds pause{100};  // after running out of file descriptors
  // With more memory in use, the connections with the greatest burden (ConnectionTable) are closed;
  // 0: none are.
  size_t memory_mark = 0;
  milliseconds sample_interval{100};
};

class Acceptor {
 public:
  // Takes over a non-blocking socket.
  using HandOver = std::function<void(int fd)>;

  // `used`: bytes of memory in use. `connections`, `log` and `metrics` outlive it.
  Acceptor(ListenSocket listening, AcceptorOptions options, ConnectionTable& connections,
           std::function<size_t()> used, telemetry::Log& log, telemetry::Metrics& metrics);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  int port() const { return port_; }

  // Starts accepting. Call once.
  absl::Status Start(HandOver hand_over);
  // Stops accepting. Existing connections stay open. Idempotent.
  void StopListening();

 private:
  void Run();
  int WaitMillis(SteadyTime now) const;
  void Accept(int listener);
  void Add(FileDescriptor fd, std::string address, std::string peer);
  void Remove(uint64_t id);
  void CloseSilent(SteadyTime now);
  void WatchListeners(bool watch);
  void Pause(SteadyTime now);
  // Whether listening, and all, is to end.
  std::pair<bool, bool> Asked() const;
  void EndListening();
  void Wake();
  void SampleMemory(SteadyTime now);

  const AcceptorOptions options_;
  ConnectionTable& connections_;
  telemetry::Log& log_;
  const telemetry::CounterFamily refused_;
  const telemetry::CounterFamily closed_;
  const std::function<size_t()> used_;
  ListenSocket listening_;
  const int port_;
  FileDescriptor epoll_;
  FileDescriptor wake_;
  HandOver hand_over_;
  std::thread thread_;

  // Used by the acceptor's thread only.
  uint64_t next_id_ = 0;
  std::optional<SteadyTime> paused_until_;
  SteadyTime sampled_at_;
  std::map<uint64_t, SteadyTime> silent_;  // may have sent nothing yet; oldest first

  mutable absl::Mutex mutex_;
  bool stop_listening_ ABSL_GUARDED_BY(mutex_) = false;
  bool listening_stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool end_ ABSL_GUARDED_BY(mutex_) = false;
};

// Raises the soft limit of file descriptors to the hard one. Returns how many of `connections` that
// allows.
int RaiseFileLimit(int connections);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_ACCEPTOR_H_
