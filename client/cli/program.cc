// Parses, connects, calls.
#include "cli/program.h"

#include <grpcpp/create_channel.h>

#include <limits>

#include "catalog.h"
#include "cli/calls.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "connection.h"
#include "descriptor_set.h"
#include "text.h"

namespace falcon::client {
namespace {

int Call(const Catalog& catalog, const Command& command, const Environment& environment) {
  const MethodCall& call = *command.call;
  const auto request = catalog.NewMessage(*call.method->descriptor->input_type());
  const absl::Status filled = FillRequest(call.flags, call.words, environment.now(), *request);
  if (!filled.ok()) {
    environment.err << "error: " << std::string(filled.message()) << '\n';
    return kExitUsage;
  }
  const auto credentials = CredentialsOf(command.global.gateway);
  if (!credentials.ok()) {
    environment.err << "error: " << std::string(credentials.status().message()) << '\n';
    return kExitUsage;
  }
  grpc::ChannelArguments arguments;
  // The gateway bounds its answers; a second bound here would only be in the way of --fields all.
  arguments.SetMaxReceiveMessageSize(std::numeric_limits<int>::max());
  arguments.SetUserAgentPrefix(Cat("falconctl/", FALCON_GATEWAY_VERSION));
  Invoker invoker(
      grpc::CreateCustomChannel(command.global.gateway.address, *credentials, arguments), catalog);
  return RunCall(CallContext(invoker, command.global, environment), call, *request);
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto catalog = Catalog::Load(DescriptorSet());
  if (!catalog.ok()) {
    environment.err << "error: " << std::string(catalog.status().message()) << '\n';
    return kExitFailed;
  }
  const Command command = ParseCommandLine(**catalog, arguments, environment);
  if (command.exit_code) return *command.exit_code;
  if (command.call) return Call(**catalog, command, environment);
  environment.out << command.text << std::flush;
  return kExitOk;
}

}  // namespace falcon::client
