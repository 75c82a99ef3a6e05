// What calls share.
#include "cli/call_context.h"

#include "cli/environment.h"
#include "messages.h"
#include "render/failure_text.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::vector<std::string> MaskOf(const Method& method, const Message& request) {
  const FieldDescriptor* field = method.shape.read_mask;
  if (field == nullptr || !request.GetReflection()->HasField(request, field)) return {};
  return Split(WellKnownText(request.GetReflection()->GetMessage(request, field)), ',');
}

// The gateway names fields of the request.
Failure WithFlags(const Failure& failure, const std::vector<Flag>& flags) {
  Failure told = failure;
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (FieldViolation& violation : told.violations) {
    before.push_back(StrCat(violation.field, ": ", violation.description));
    violation.field = FlagFor(flags, violation.field);
    violation.description = InFlagTerms(flags, violation.description);
    after.push_back(StrCat(violation.field, ": ", violation.description));
  }
  // The gateway's message is its violations.
  if (told.message == Join(before, "; ")) told.message = Join(after, "; ");
  return told;
}

}  // namespace

CallContext::CallContext(Gateway& the_gateway, const GlobalOptions& the_options,
                         const std::vector<Flag>& the_flags, const Environment& the_environment)
    : gateway(the_gateway),
      options(the_options),
      flags(the_flags),
      environment(the_environment),
      style{.color = options.color, .width = environment.width, .now = environment.now()},
      err_style{.color = options.color && environment.err_is_terminal,
                .width = 0,
                .now = environment.now()} {}

int CallContext::Report(const Failure& failure) const {
  if (Interrupted()) return kExitInterrupted;
  environment.err << FailureText(WithFlags(failure, flags), options.gateway.address, err_style);
  return failure.ProxyStatus() && failure.MayPass() ? kExitTryAgain : ExitCodeOf(failure.code);
}

void CallContext::ReportHidden(const RecordSink& sink) const {
  const std::vector<std::string> hidden = sink.Hidden();
  if (hidden.empty()) return;
  environment.err << "Columns that do not fit: " << Join(hidden, ", ")
                  << ". Choose columns with --fields, or see all with --output json.\n";
}

std::unique_ptr<RecordSink> CallContext::Sink(const Method& method, const Message& request) const {
  return MakeSink(options.output, method, MaskOf(method, request), style, environment.out);
}

int CheckOutput(const Environment& environment, int code) {
  environment.out.flush();
  if (environment.out.good()) return code;
  const std::string why = environment.file == nullptr ? "" : environment.file->WhyFailed();
  PrintError(environment.err,
             StrCat("Standard output: ", why.empty() ? "cannot be written" : why, "."));
  if (environment.stop.stop_requested()) return kExitInterrupted;
  return code == kExitOk ? kExitFailed : code;
}

int64_t AddRecords(const Method& method, const Message& answer, RecordSink& sink) {
  const FieldDescriptor& field = *method.shape.records;
  const int size = answer.GetReflection()->FieldSize(answer, &field);
  for (int i = 0; i < size; ++i) sink.Add(MessageAt(answer, field, i));
  sink.EndPage();
  return size;
}

std::string RecordsWord(const Method& method) {
  return method.shape.records == nullptr ? "records"
                                         : Replace(method.shape.records->name(), '_', ' ');
}

}  // namespace falcon::client
