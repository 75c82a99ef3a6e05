// Has the gateway validate the request.
#include "cli/explain.h"

#include <optional>
#include <string>

#include "cli/exit_code.h"
#include "json_text.h"
#include "messages.h"
#include "terminal_text.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string SecurityFlags(const Connection& connection) {
  if (!connection.tls) return "-plaintext ";
  std::string flags;
  if (!connection.ca_file.empty()) flags += StrCat("-cacert ", ShellWord(connection.ca_file), " ");
  if (!connection.cert_file.empty()) {
    flags += StrCat("-cert ", ShellWord(connection.cert_file), " -key ",
                    ShellWord(connection.key_file), " ");
  }
  return flags;
}

std::string GrpcurlLine(const Connection& gateway, const Method& method, const Message& request) {
  return StrCat("grpcurl ", SecurityFlags(gateway), "-d ",
                ShellWord(JsonText(request, JsonForm::kOneLine)), " ", gateway.address, " ",
                method.descriptor->service()->full_name(), "/", method.descriptor->name());
}

Answer AskOnce(const CallContext& context, const Method& method, const Message& request) {
  const CallSettings settings{.timeout = context.options.timeout.value_or(kUnaryTimeout),
                              .stop = context.environment.stop,
                              .metadata = {}};
  if (!method.descriptor->server_streaming()) {
    return context.gateway.Unary(method, request, settings);
  }
  Answer first;
  first.failure = context.gateway.Stream(method, request, settings, [&](const Message& answer) {
    first.message.reset(answer.New());
    first.message->CopyFrom(answer);
    return true;
  });
  return first;
}

}  // namespace

int Explain(const CallContext& context, const Method& method, Message& request) {
  std::ostream& out = context.environment.out;
  out << GrpcurlLine(context.options.gateway, method, request) << '\n';
  const FieldDescriptor* options = request.GetDescriptor()->FindFieldByName("read_options");
  if (options == nullptr || method.shape.read_info == nullptr) {
    return CheckOutput(context.environment, kExitOk);
  }
  Message& read_options = *request.GetReflection()->MutableMessage(&request, options);
  read_options.GetReflection()->SetBool(
      &read_options, read_options.GetDescriptor()->FindFieldByName("validate_only"), true);
  const Answer answer = AskOnce(context, method, request);
  if (answer.failure) return context.Report(*answer.failure);
  const std::string fql =
      TextField(MessageAt(*answer.message, *method.shape.read_info, -1), "effective_filter");
  if (!fql.empty()) out << "FQL: " << EscapeUnsafe(fql) << '\n';
  return CheckOutput(context.environment, kExitOk);
}

}  // namespace falcon::client
