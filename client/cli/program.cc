// Parses, connects, calls.
#include "cli/program.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "catalog.h"
#include "cli/calls.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "descriptor_set.h"
#include "terminal_text.h"
#include "text.h"

namespace falcon::client {
namespace {

absl::StatusOr<std::string> FileText(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    return absl::InvalidArgumentError(Cat("Cannot read ", EscapeHostile(path), "."));
  }
  return text.str();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(
    const GlobalOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  for (const auto& [path, target] : {std::pair(&options.ca_file, &tls.pem_root_certs),
                                     std::pair(&options.cert_file, &tls.pem_cert_chain),
                                     std::pair(&options.key_file, &tls.pem_private_key)}) {
    absl::StatusOr<std::string> text = FileText(*path);
    if (!text.ok()) return text.status();
    *target = *std::move(text);
  }
  return grpc::SslCredentials(tls);
}

int Call(const Catalog& catalog, const Command& command, const Environment& environment) {
  const MethodCall& call = *command.call;
  const auto request = catalog.NewMessage(*call.method->descriptor->input_type());
  const absl::Status filled = FillRequest(call.flags, call.words, environment.now(), *request);
  if (!filled.ok()) {
    environment.err << "error: " << std::string(filled.message()) << '\n';
    return kExitUsage;
  }
  const auto credentials = CredentialsOf(command.global);
  if (!credentials.ok()) {
    environment.err << "error: " << std::string(credentials.status().message()) << '\n';
    return kExitUsage;
  }
  grpc::ChannelArguments arguments;
  // The gateway bounds its answers; a second bound here would only be in the way of --fields all.
  arguments.SetMaxReceiveMessageSize(std::numeric_limits<int>::max());
  arguments.SetUserAgentPrefix(Cat("falconctl/", FALCON_GATEWAY_VERSION));
  Invoker invoker(grpc::CreateCustomChannel(command.global.address, *credentials, arguments),
                  catalog);
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
