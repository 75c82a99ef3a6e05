// falcon-simulator: serves until SIGTERM or SIGINT.
#include <csignal>
#include <iostream>

#include "simulator/flags.h"
#include "simulator/net/server.h"

int main(int argc, char** argv) {
  using falcon::simulator::Server;
  // Blocked before any thread starts, so that only sigwait below sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const falcon::simulator::Flags flags = falcon::simulator::ParseFlags(argc, argv);
  if (flags.exit_code >= 0) return flags.exit_code;
  std::string error;
  const std::unique_ptr<Server> server = Server::Start(flags.options, &error);
  if (server == nullptr) {
    std::cerr << "falcon-simulator: " << error << "\n";
    return 1;
  }
  std::cout << "falcon-simulator listening on " << server->url() << std::endl;
  int received = 0;
  sigwait(&ends, &received);
  server->Stop();
  return 0;
}
