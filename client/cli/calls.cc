// One answer, a list over pages, an export over broken streams.
#include "cli/calls.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/notes.h"
#include "cli/progress.h"
#include "cli/record_sink.h"
#include "json_text.h"
#include "messages.h"
#include "render/card.h"
#include "render/failure_text.h"
#include "text.h"
#include "time_text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using std::chrono::milliseconds;

constexpr milliseconds kUnaryTimeout{30'000};

std::vector<std::string> MaskOf(const Method& method, const Message& request) {
  const FieldDescriptor* field = method.shape.read_mask;
  if (field == nullptr || !request.GetReflection()->HasField(request, field)) return {};
  return Split(WellKnownText(request.GetReflection()->GetMessage(request, field)), ',');
}

int64_t AddRecords(const Method& method, const Message& answer, RecordSink& sink) {
  const FieldDescriptor& field = *method.shape.records;
  const int size = answer.GetReflection()->FieldSize(answer, &field);
  for (int i = 0; i < size; ++i) sink.Add(MessageAt(answer, field, i));
  sink.EndPage();
  return size;
}

std::string NounWord(const Method& method) {
  return method.shape.records == nullptr ? "records"
                                         : Replace(method.shape.records->name(), '_', ' ');
}

milliseconds Backoff(int attempt) { return milliseconds(1000) * (1 << std::min(attempt, 5)); }

}  // namespace

Calls::Calls(Invoker& invoker, const GlobalOptions& options, const Environment& environment)
    : invoker_(invoker),
      options_(options),
      environment_(environment),
      style_{.color = options.color, .width = environment.width, .now = environment.now()},
      err_style_{.color = options.color && environment.err_is_terminal,
                 .width = 0,
                 .now = environment.now()} {}

CallSettings Calls::Settings(bool streaming) const {
  CallSettings settings{.timeout = options_.timeout, .stop = environment_.stop, .metadata = {}};
  if (!settings.timeout && !streaming) settings.timeout = kUnaryTimeout;
  return settings;
}

int Calls::Run(const MethodCall& call, Message& request) {
  const int code = call.method->descriptor->server_streaming() ? RunExport(call, request)
                   : call.method->shape.pages()                ? RunList(call, request)
                                                               : RunOne(*call.method, request);
  return Interrupted() ? kExitInterrupted : code;
}

int Calls::Report(const Failure& failure) {
  if (Interrupted()) return kExitInterrupted;
  environment_.err << FailureText(failure, options_.address, err_style_);
  return ExitCodeOf(failure.code);
}

int Calls::RunOne(const Method& method, const Message& request) {
  const Answer answer = invoker_.Unary(method, request, Settings(false));
  if (answer.failure) return Report(*answer.failure);
  ShowOne(method, *answer.message, MaskOf(method, request));
  if (options_.output != OutputFormat::kJson) {
    environment_.err << NotesOf(method, *answer.message);
  }
  const FieldDescriptor* records = method.shape.records;
  const bool none = method.shape.batch() &&
                    answer.message->GetReflection()->FieldSize(*answer.message, records) == 0;
  return none && MissingIn(method, *answer.message) > 0 ? kExitNotFound : kExitOk;
}

void Calls::ShowOne(const Method& method, const Message& answer,
                    const std::vector<std::string>& mask) {
  std::ostream& out = environment_.out;
  if (method.shape.batch()) {
    const auto sink = MakeSink(options_.output, method, mask, style_, out);
    const int64_t rows = AddRecords(method, answer, *sink);
    sink->End(&answer);
    ReportHidden(sink->Hidden());
    if (rows == 0 && options_.output == OutputFormat::kTable && MissingIn(method, answer) == 0) {
      environment_.err << "No " << NounWord(method) << ".\n";
    }
    return;
  }
  const Message& record =
      method.shape.records == nullptr ? answer : MessageAt(answer, *method.shape.records, -1);
  if (options_.output == OutputFormat::kTable) {
    out << Card(record, style_);
  } else if (options_.output == OutputFormat::kJson) {
    out << JsonText(answer, JsonForm::kPretty) << '\n';
  } else {
    out << JsonText(record, JsonForm::kOneLine) << '\n';
  }
  out.flush();
}

int Calls::RunList(const MethodCall& call, Message& request) {
  const Method& method = *call.method;
  const auto& reflection = *request.GetReflection();
  const int32_t page_size = reflection.GetInt32(request, method.shape.page_size);
  const auto sink =
      MakeSink(options_.output, method, MaskOf(method, request), style_, environment_.out);
  std::unique_ptr<Message> last;
  int64_t rows = 0;
  while (true) {
    if (call.limit) {
      const int64_t most = page_size > 0 ? page_size : 1000;
      reflection.SetInt32(&request, method.shape.page_size,
                          static_cast<int32_t>(std::min(most, *call.limit - rows)));
    }
    Answer answer = invoker_.Unary(method, request, Settings(false));
    if (answer.failure) {
      sink->End(last.get());
      return Report(*answer.failure);
    }
    last = std::move(answer.message);
    rows += AddRecords(method, *last, *sink);
    if (options_.output != OutputFormat::kJson) environment_.err << NotesOf(method, *last);
    const std::string next = TextField(*last, "next_page_token");
    const bool more = call.limit ? rows < *call.limit : call.all;
    if (next.empty() || !more || Interrupted() || !environment_.out.good()) break;
    reflection.SetString(&request, method.shape.page_token, next);
  }
  sink->End(last.get());
  ReportHidden(sink->Hidden());
  ReportMore(method, *last, rows);
  return kExitOk;
}

void Calls::ReportHidden(const std::vector<std::string>& columns) {
  if (columns.empty()) return;
  environment_.err << "Not shown for want of width: " << Join(columns, ", ")
                   << ". --fields chooses, --output json has all.\n";
}

void Calls::ReportMore(const Method& method, const Message& last, int64_t rows) {
  if (options_.output == OutputFormat::kJson) return;
  const std::string next = TextField(last, "next_page_token");
  if (rows == 0 && next.empty()) {
    if (options_.output == OutputFormat::kTable) {
      environment_.err << "No " << NounWord(method) << " match.\n";
    }
    return;
  }
  if (next.empty()) return;
  const std::optional<int64_t> total = NumberField(last, "total_size");
  environment_.err << Grouped(rows) << (total ? Cat(" of ", Grouped(*total)) : std::string()) << ' '
                   << NounWord(method) << ". More: --all, --limit N, or --page-token " << next
                   << '\n';
}

int Calls::RunExport(const MethodCall& call, Message& request) {
  const Method& method = *call.method;
  const auto sink =
      MakeSink(options_.output, method, MaskOf(method, request), style_, environment_.out);
  Progress progress(environment_.err, environment_.err_is_terminal && !environment_.out_is_terminal,
                    environment_.now);
  std::unique_ptr<Message> last;
  std::string resume_token;
  int failures = 0;
  const auto on_batch = [&](const Message& batch) {
    AddRecords(method, batch, *sink);
    if (options_.output != OutputFormat::kJson) environment_.err << NotesOf(method, batch);
    resume_token = TextField(batch, "resume_token");
    progress.Update(NumberField(batch, "exported").value_or(0), NumberField(batch, "total_size"));
    if (!last) last.reset(batch.New());
    last->CopyFrom(batch);
    failures = 0;
    return environment_.out.good();
  };
  std::optional<Failure> failure;
  while (true) {
    failure = invoker_.Stream(method, request, Settings(true), on_batch);
    if (!failure || Interrupted() || !failure->MayPass() || failures >= call.retry) break;
    const milliseconds wait =
        std::max(failure->retry_delay.value_or(Backoff(failures)), milliseconds(0));
    ++failures;
    progress.Clear();
    environment_.err << "The stream broke (" << CodeName(failure->code) << "); resuming in "
                     << SpanText(absl::Milliseconds(wait.count())) << ", try " << failures << " of "
                     << call.retry << ".\n";
    environment_.pause(wait);
    if (!resume_token.empty() && method.shape.resume_from != nullptr) {
      request.GetReflection()->SetString(&request, method.shape.resume_from, resume_token);
    }
  }
  sink->End(last.get());
  if (failure) {
    progress.Clear();
    ReportBroken(*failure, resume_token);
    return Interrupted() ? kExitInterrupted : ExitCodeOf(failure->code);
  }
  ReportHidden(sink->Hidden());
  if (environment_.out.good()) progress.Finish();
  return kExitOk;
}

void Calls::ReportBroken(const Failure& failure, const std::string& resume_token) {
  if (!Interrupted()) environment_.err << FailureText(failure, options_.address, err_style_);
  if (resume_token.empty()) return;
  environment_.err << "What came so far is written. For the rest, the same command with\n"
                   << "  --resume-token " << resume_token << '\n';
}

}  // namespace falcon::client
