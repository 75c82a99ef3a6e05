// A server for MCP's conformance suite: `mcp_conformance_fixture --port N` serves on loopback until
// it is interrupted.
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/protocol/server.h"
#include "mcp/protocol/workers.h"
#include "mcp/transport/http.h"
#include "tests/mcp/conformance_offer.h"

namespace {

std::optional<uint16_t> PortOf(int argc, char** argv) {
  if (argc == 1) return 0;
  if (argc != 3 || std::string_view(argv[1]) != "--port") return std::nullopt;
  const std::string_view text = argv[2];
  uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = PortOf(argc, argv);
  if (!port.has_value()) {
    std::fprintf(stderr, "usage: mcp_conformance_fixture [--port N]\n");
    return 2;
  }
  // Before any thread starts, so that none of them takes the signals.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const falcon::mcp::Offer offer = falcon::mcp::ConformanceOffer();
  falcon::mcp::Workers workers(8, 64);
  falcon::mcp::Server server(offer, workers);
  falcon::mcp::HttpOptions options;
  options.port = *port;
  const auto transport = falcon::mcp::HttpTransport::Listen(server, std::move(options));
  if (!transport.ok()) {
    std::fprintf(stderr, "%s\n", std::string(transport.status().message()).c_str());
    return 1;
  }
  std::printf("listening on http://127.0.0.1:%u/mcp\n", unsigned{(*transport)->port()});
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
