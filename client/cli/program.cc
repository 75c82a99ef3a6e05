// Parses, connects, calls.

#include "base/error.h"
#include "catalog.h"
#include "cli/calls.h"
#include "cli/command_line.h"
#include "cli/environment.h"
#include "cli/output_file.h"
#include "descriptor_set.h"
#include "falcon_gateway/connection.h"
#include "gateway.h"
#include "text.h"

namespace falcon::client {
namespace {

// Where the export that the file tells of had come to, if there is one.
absl::Status OpenResumeFile(const MethodCall& call, const Environment& environment,
                            absl::Time& start, google::protobuf::Message& request) {
  if (call.resume_file.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto point, ReadResumePoint(call.resume_file));
  if (!point.has_value()) return absl::OkStatus();
  if (point->start != absl::InfinitePast()) start = point->start;
  request.GetReflection()->SetString(&request, call.method->shape.resume_from, point->token);
  if (environment.file == nullptr || !point->place) return absl::OkStatus();
  absl::Status there = environment.file->ContinueAt(*point->place);
  if (there.ok()) return there;
  return absl::FailedPreconditionError(StrCat(EscapeUnsafe(call.resume_file), ": ",
                                              std::string(there.message()),
                                              ", or remove the file to start again."));
}

int Call(const Catalog& catalog, const Command& command, const Environment& environment) {
  const MethodCall& call = *command.call;
  const auto request = catalog.NewMessage(*call.method->descriptor->input_type());
  absl::Time start = environment.now();
  absl::Status filled = OpenResumeFile(call, environment, start, *request);
  if (filled.ok()) filled = FillRequest(call.flags, call.words, start, *request);
  if (!filled.ok()) {
    PrintError(environment.err, ToStd(filled.message()));
    return kExitUsage;
  }
  const auto channel =
      falcon_gateway::OpenChannel(command.global.gateway, StrCat("fgctl/", FALCON_GATEWAY_VERSION));
  if (!channel.ok()) {
    PrintError(environment.err, ToStd(channel.status().message()));
    return kExitUsage;
  }
  Invoker invoker(*channel, catalog, command.global.caller);
  const CallContext context(invoker, command.global, call.flags, environment);
  if (command.global.explain) return Explain(context, *call.method, *request);
  return RunCall(context, call, start, *request);
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto catalog = Catalog::Load(DescriptorSet());
  if (catalog.ok()) return RunProgram(**catalog, arguments, environment);
  PrintError(environment.err, ToStd(catalog.status().message()));
  return kExitFailed;
}

int RunProgram(const Catalog& catalog, const std::vector<std::string>& arguments,
               const Environment& environment) {
  const Command command = ParseCommandLine(catalog, arguments, environment);
  if (command.exit_code) return *command.exit_code;
  if (command.call) return Call(catalog, command, environment);
  environment.out << command.text;
  return CheckOutput(environment, kExitOk);
}

}  // namespace falcon::client
