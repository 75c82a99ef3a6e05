// The simulator on a port: HTTP/1.1 with keep-alive, plain or TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "simulator/simulator.h"

namespace falcon::simulator {

// Runs its own threads. Destruction stops them and drops open connections.
class Server {
 public:
  // Null on failure, with the reason in `*error`.
  static std::unique_ptr<Server> Start(const Options& options, std::string* error);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  // For example https://127.0.0.1:8443
  std::string url() const;
  Simulator& simulator();
  // Returns when all threads have ended; safe to call again.
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace falcon::simulator
