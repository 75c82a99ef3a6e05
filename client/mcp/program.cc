// Reads as the bridge's diagram: channel, catalog, offer, server, transport.
#include "mcp/program.h"

#include <memory>

#include "catalog.h"
#include "descriptor_set.h"
#include "falcon_gateway/connection.h"
#include "gateway.h"
#include "mcp/assembly.h"
#include "mcp/flags.h"
#include "mcp/self_test.h"
#include "mcp/transport/stdio.h"
#include "text.h"

namespace falcon::mcp {
namespace {

// Calls that wait for a worker, for each worker.
constexpr size_t kWaitingPerWorker = 16;

int Fail(const Environment& environment, int exit_code, const absl::Status& status) {
  environment.err << "falcon-mcp-bridge: " << std::string(status.message()) << '\n' << std::flush;
  return exit_code;
}

int ServeHttp(Server& server, HttpOptions options, const Environment& environment) {
  const bool tls = !options.certificate_pem.empty();
  const std::string host = options.address.find(':') == std::string::npos
                               ? options.address
                               : StrCat("[", options.address, "]");
  const auto transport = HttpTransport::Listen(server, std::move(options));
  if (!transport.ok()) return Fail(environment, kExitUsage, transport.status());
  environment.text_out << "listening on " << (tls ? "https" : "http") << "://" << host << ':'
                       << (*transport)->port() << "/mcp" << '\n'
                       << std::flush;
  environment.wait_for_signal();
  return kExitOk;
}

int Serve(const Settings& settings, const Offer& offer, Workers& workers,
          const Environment& environment) {
  environment.err << "falcon-mcp-bridge " << FALCON_GATEWAY_VERSION << ": " << offer.tools.size()
                  << " tools, gateway " << client::EscapeUnsafe(settings.gateway.address)
                  << (settings.http ? "" : ", MCP on standard input and output") << '\n'
                  << std::flush;
  Server server(offer, workers);
  if (settings.http) return ServeHttp(server, *settings.http, environment);
  environment.end_on_signal();
  return ServeStdio(server, environment.in, environment.out) ? kExitOk : kExitFailed;
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto read = ReadFlags(arguments, environment.variable);
  if (const auto* end = std::get_if<EarlyEnd>(&read)) {
    (end->exit_code == kExitOk ? environment.text_out : environment.err) << end->text << std::flush;
    return end->exit_code;
  }
  const Settings& settings = std::get<Settings>(read);
  const auto channel = falcon_gateway::OpenChannel(
      settings.gateway, StrCat("falcon-mcp-bridge/", FALCON_GATEWAY_VERSION));
  if (!channel.ok()) return Fail(environment, kExitUsage, channel.status());
  const auto catalog = client::Catalog::Load(DescriptorSet());
  if (!catalog.ok()) return Fail(environment, kExitFailed, catalog.status());
  client::Invoker gateway(*channel, **catalog, "falcon-mcp-bridge");
  Bridge bridge{.catalog = **catalog,
                .gateway = gateway,
                .address = settings.gateway.address,
                .now = environment.now,
                .nonce = environment.nonce,
                .timeout = settings.timeout,
                .result_bytes = settings.result_bytes};
  const absl::StatusOr<Offer> offer = MakeOffer(bridge, settings.choice);
  if (!offer.ok()) return Fail(environment, kExitUsage, offer.status());
  // Last: what is queued runs to its end, and uses all of the above.
  Workers workers(settings.workers, settings.workers * kWaitingPerWorker);
  bridge.workers = &workers;
  if (!settings.self_test) return Serve(settings, *offer, workers, environment);
  const bool works = SelfTest(bridge, *offer, settings.gateway.tls, environment.text_out);
  return works ? kExitOk : kExitFailed;
}

}  // namespace falcon::mcp
