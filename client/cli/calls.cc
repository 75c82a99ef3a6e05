// One answer, a batch, a stream, and what all calls share.
#include "cli/calls.h"

#include <algorithm>

#include "cli/environment.h"
#include "cli/notes.h"
#include "messages.h"
#include "render/document_text.h"
#include "render/failure_text.h"
#include "render/record_table.h"
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
  for (Violation& violation : told.violations) {
    before.push_back(StrCat(violation.field, ": ", violation.description));
    violation.field = FlagFor(flags, violation.field);
    violation.description = InFlagTerms(flags, violation.description);
    after.push_back(StrCat(violation.field, ": ", violation.description));
  }
  // The gateway's message is its violations.
  if (told.message == Join(before, "; ")) told.message = Join(after, "; ");
  return told;
}

void ShowCard(const CallContext& context, const Method& method, const Message& answer) {
  const Message& record =
      method.shape.records == nullptr ? answer : MessageAt(answer, *method.shape.records, -1);
  std::ostream& out = context.environment.out;
  if (context.ForPeople()) {
    out << Card(record, context.style);
  } else if (context.options.output == OutputFormat::kJson) {
    out << JsonText(answer, JsonForm::kPretty) << '\n';
  } else if (context.options.output == OutputFormat::kYaml) {
    out << YamlText(record);
  } else {
    const auto sink = MakeSink(context.options.output, *record.GetDescriptor(), {}, {}, out);
    sink->Add(record);
  }
  out.flush();
}

// The answers of a batch as one, without their records.
class BatchRest {
 public:
  explicit BatchRest(const Method& method) : method_(method) {}

  void Add(const Message& answer) {
    const std::unique_ptr<Message> rest(answer.New());
    rest->CopyFrom(answer);
    rest->GetReflection()->ClearField(rest.get(), method_.shape.records);
    if (const Message* info = ReadInfoOf(method_, *rest); info != nullptr) {
      calls_ += NumberField(*info, "upstream_calls").value_or(0);
      skipped_ += NumberField(*info, "skipped_values").value_or(0);
    }
    if (!all_) all_.reset(answer.New());
    all_->MergeFrom(*rest);
  }

  // `deferred`: what is left at the end. Null: there was no answer.
  const Message* Take(const std::vector<std::string>& deferred) {
    if (!all_ || ReadInfoOf(method_, *all_) == nullptr) return all_.get();
    Message& info = *all_->GetReflection()->MutableMessage(all_.get(), method_.shape.read_info);
    const auto& type = *info.GetDescriptor();
    const auto& reflection = *info.GetReflection();
    const FieldDescriptor* ids = type.FindFieldByName("deferred_ids");
    reflection.ClearField(&info, ids);
    for (const std::string& id : deferred) reflection.AddString(&info, ids, id);
    reflection.SetInt32(&info, type.FindFieldByName("upstream_calls"),
                        static_cast<int32_t>(calls_));
    reflection.SetInt64(&info, type.FindFieldByName("skipped_values"), skipped_);
    return all_.get();
  }

 private:
  const Method& method_;
  std::unique_ptr<Message> all_;
  int64_t calls_ = 0;
  int64_t skipped_ = 0;
};

// Puts the deferred ids into the request in the place of those that were asked for. False: that
// would be no progress.
bool AskFor(const std::vector<std::string>& deferred, Message& request) {
  const FieldDescriptor* ids = request.GetDescriptor()->FindFieldByNumber(1);
  const auto& reflection = *request.GetReflection();
  const bool list =
      ids != nullptr && ids->is_repeated() && ids->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  if (!list || static_cast<int>(deferred.size()) >= reflection.FieldSize(request, ids)) {
    return false;
  }
  reflection.ClearField(&request, ids);
  for (const std::string& id : deferred) reflection.AddString(&request, ids, id);
  return true;
}

// What it cost to count by reading.
void TellCost(const CallContext& context, const Message& answer) {
  const FieldDescriptor* field = answer.GetDescriptor()->FindFieldByName("cost");
  if (field == nullptr || !context.ForPeople()) return;
  const Message& cost = MessageAt(answer, *field, -1);
  context.environment.err << "Counted " << Grouped(NumberField(cost, "records").value_or(0))
                          << " records by "
                          << Grouped(NumberField(cost, "upstream_calls").value_or(0))
                          << " calls to Falcon.\n";
}

int RunBatch(const CallContext& context, const Method& method, Message& request) {
  const auto sink = context.Sink(method, request);
  Notes notes(method, context.flags, context.environment.err);
  BatchRest rest(method);
  std::vector<std::string> deferred;
  std::optional<Failure> failure;
  int64_t rows = 0;
  do {
    const Answer answer = context.gateway.Unary(method, request, context.UnarySettings(request));
    failure = answer.failure;
    if (failure) break;
    rows += AddRecords(method, *answer.message, *sink);
    notes.Add(*answer.message);
    TellCost(context, *answer.message);
    rest.Add(*answer.message);
    deferred = DeferredIds(method, *answer.message);
  } while (!deferred.empty() && !context.Interrupted() && !context.OutputFailed() &&
           AskFor(deferred, request));
  sink->End(rest.Take(deferred));
  context.ReportHidden(*sink);
  notes.Finish();
  if (failure) return context.Report(*failure);
  if (!deferred.empty()) {
    context.environment.err << "error: " << deferred.size() << " ids were not read, from "
                            << EscapeUnsafe(deferred.front()) << " on.\n";
    return kExitFailed;
  }
  if (rows == 0 && !notes.missing() && context.ForPeople()) {
    context.environment.err << "No " << RecordsWord(method) << ".\n";
  }
  return notes.code();
}

int RunOne(const CallContext& context, const Method& method, const Message& request) {
  const Answer answer = context.gateway.Unary(method, request, context.UnarySettings(request));
  if (answer.failure) return context.Report(*answer.failure);
  ShowCard(context, method, *answer.message);
  Notes notes(method, context.flags, context.environment.err);
  notes.Add(*answer.message);
  notes.Finish();
  return notes.code();
}

// A stream that is no export: each answer as it comes, until its end or the user's.
int RunStream(const CallContext& context, const Method& method, const Message& request) {
  const CallSettings settings{
      .timeout = context.options.timeout, .stop = context.environment.stop, .metadata = {}};
  const std::optional<Failure> failure =
      context.gateway.Stream(method, request, settings, [&](const Message& answer) {
        ShowCard(context, method, answer);
        return !context.OutputFailed();
      });
  return failure ? context.Report(*failure) : kExitOk;
}

// The method's messages can be shown as an export: rows, and a place to go on from.
bool IsExport(const Method& method) {
  return method.descriptor->server_streaming() && method.shape.batch() &&
         method.shape.resume_from != nullptr;
}

std::string SecurityFlags(const falcon_gateway::Connection& connection) {
  if (!connection.tls) return "-plaintext ";
  std::string flags;
  if (!connection.ca_file.empty()) flags += StrCat("-cacert ", ShellWord(connection.ca_file), " ");
  if (!connection.cert_file.empty()) {
    flags += StrCat("-cert ", ShellWord(connection.cert_file), " -key ",
                    ShellWord(connection.key_file), " ");
  }
  return flags;
}

std::string GrpcurlLine(const falcon_gateway::Connection& gateway, const Method& method,
                        const Message& request) {
  return StrCat("grpcurl ", SecurityFlags(gateway), "-d ",
                ShellWord(JsonText(request, JsonForm::kOneLine)), " ", gateway.address, " ",
                method.descriptor->service()->full_name(), "/", method.descriptor->name());
}

Answer AskOnce(const CallContext& context, const Method& method, const Message& request) {
  const CallSettings settings = context.UnarySettings(request);
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

CallContext::CallContext(Gateway& the_gateway, const GlobalOptions& the_options,
                         const std::vector<Flag>& the_flags, const Environment& the_environment)
    : gateway(the_gateway),
      options(the_options),
      flags(the_flags),
      environment(the_environment),
      style{.color = options.color,
            .width = options.output == OutputFormat::kWide ? 0 : environment.width,
            .now = environment.now()},
      err_style{.color = options.color && environment.err_is_terminal,
                .width = 0,
                .now = environment.now()} {}

CallSettings CallContext::UnarySettings(const Message& request) const {
  const FieldDescriptor* full_read = request.GetDescriptor()->FindFieldByName("allow_full_read");
  const bool reads_all =
      full_read != nullptr && request.GetReflection()->GetBool(request, full_read);
  CallSettings settings{.timeout = options.timeout, .stop = environment.stop, .metadata = {}};
  if (!settings.timeout && !reads_all) settings.timeout = kUnaryTimeout;
  return settings;
}

int CallContext::Report(const Failure& failure) const {
  if (Interrupted()) return kExitInterrupted;
  environment.err << FailureText(WithFlags(failure, flags), options.gateway.address, err_style);
  return failure.ProxyStatus() && failure.MayPass() ? kExitTryAgain : ExitCodeOf(failure.code);
}

void CallContext::ReportHidden(const RecordSink& sink) const {
  const std::vector<std::string> hidden = sink.Hidden();
  if (hidden.empty()) return;
  environment.err << "Columns that do not fit: " << Join(hidden, ", ")
                  << ". Choose columns with --fields, or see all with --output wide.\n";
}

std::unique_ptr<RecordSink> CallContext::Sink(const Method& method, const Message& request) const {
  const FieldDescriptor& records = *method.shape.records;
  if (options.output == OutputFormat::kJson) return MakeJsonSink(records, environment.out);
  return MakeSink(options.output, *records.message_type(), MaskOf(method, request), style,
                  environment.out);
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

int RunCall(const CallContext& context, const MethodCall& call, absl::Time start,
            Message& request) {
  const Method& method = *call.method;
  if (IsExport(method)) return RunExport(context, call, start, request);
  int code = kExitOk;
  if (method.descriptor->server_streaming()) {
    code = RunStream(context, method, request);
  } else if (method.shape.pages()) {
    code = call.watch ? RunWatchedList(context, call, request) : RunList(context, call, request);
  } else if (method.shape.batch()) {
    code = RunBatch(context, method, request);
  } else {
    code = RunOne(context, method, request);
  }
  return CheckOutput(context.environment, code);
}

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
