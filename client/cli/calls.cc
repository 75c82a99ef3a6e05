// One answer, and a list over pages.
#include "cli/calls.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/export_call.h"
#include "cli/notes.h"
#include "json_text.h"
#include "messages.h"
#include "render/card.h"
#include "terminal_text.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using std::chrono::milliseconds;

constexpr milliseconds kTimeout{30'000};

CallSettings SettingsOf(const CallContext& context) {
  return {.timeout = context.options.timeout.value_or(kTimeout),
          .stop = context.environment.stop,
          .metadata = {}};
}

void ShowCard(const CallContext& context, const Method& method, const Message& answer) {
  const Message& record =
      method.shape.records == nullptr ? answer : MessageAt(answer, *method.shape.records, -1);
  std::ostream& out = context.environment.out;
  if (context.options.output == OutputFormat::kTable) {
    out << Card(record, context.style);
  } else if (context.options.output == OutputFormat::kJson) {
    out << JsonText(answer, JsonForm::kPretty) << '\n';
  } else {
    out << JsonText(record, JsonForm::kOneLine) << '\n';
  }
  out.flush();
}

// The exit code: none of the ids that were asked for exists.
int ShowBatch(const CallContext& context, const Method& method, const Message& request,
              const Message& answer) {
  const auto sink = context.Sink(method, request);
  const int64_t rows = AddRecords(method, answer, *sink);
  sink->End(&answer);
  context.ReportHidden(*sink);
  const bool missing = MissingIn(method, answer) > 0;
  if (rows == 0 && !missing && context.options.output == OutputFormat::kTable) {
    context.environment.err << "No " << RecordsWord(method) << ".\n";
  }
  return rows == 0 && missing ? kExitNotFound : kExitOk;
}

int RunOne(const CallContext& context, const Method& method, const Message& request) {
  const Answer answer = context.invoker.Unary(method, request, SettingsOf(context));
  if (answer.failure) return context.Report(*answer.failure);
  int code = kExitOk;
  if (method.shape.batch()) {
    code = ShowBatch(context, method, request, *answer.message);
  } else {
    ShowCard(context, method, *answer.message);
  }
  context.ReportNotes(method, *answer.message);
  return code;
}

void ReportMore(const CallContext& context, const MethodCall& call, const Message& last,
                int64_t rows) {
  const Method& method = *call.method;
  if (context.options.output == OutputFormat::kJson) return;
  std::ostream& err = context.environment.err;
  const std::string next = TextField(last, "next_page_token");
  if (!next.empty()) {
    const std::optional<int64_t> total = NumberField(last, "total_size");
    err << Grouped(rows) << (total ? Cat(" of ", Grouped(*total)) : std::string()) << ' '
        << RecordsWord(method) << '.';
    if (!call.limit) err << " More: --all, --limit N, or --page-token " << EscapeHostile(next);
    err << '\n';
  } else if (rows == 0 && context.options.output == OutputFormat::kTable) {
    err << "No " << RecordsWord(method) << " match.\n";
  }
}

// A page must not be larger than what the limit leaves, or the next page token would skip rows.
void LimitPage(const Method& method, int32_t asked, int64_t left, Message& request) {
  constexpr int64_t kPage = 1000;
  const int64_t most = asked > 0 ? asked : kPage;
  request.GetReflection()->SetInt32(&request, method.shape.page_size,
                                    static_cast<int32_t>(std::min(most, left)));
}

int RunList(const CallContext& context, const MethodCall& call, Message& request) {
  const Method& method = *call.method;
  const auto& reflection = *request.GetReflection();
  const int32_t page_size = reflection.GetInt32(request, method.shape.page_size);
  const auto sink = context.Sink(method, request);
  std::unique_ptr<Message> last;
  int64_t rows = 0;
  while (true) {
    // A page size below 0 is for the gateway to refuse.
    if (call.limit && page_size >= 0) LimitPage(method, page_size, *call.limit - rows, request);
    Answer answer = context.invoker.Unary(method, request, SettingsOf(context));
    if (answer.failure) {
      sink->End(last.get());
      return context.Report(*answer.failure);
    }
    last = std::move(answer.message);
    rows += AddRecords(method, *last, *sink);
    context.ReportNotes(method, *last);
    const std::string next = TextField(*last, "next_page_token");
    const bool more = call.limit ? rows < *call.limit : call.all;
    if (next.empty() || !more || context.Interrupted() || context.ReaderGone()) break;
    reflection.SetString(&request, method.shape.page_token, next);
  }
  sink->End(last.get());
  context.ReportHidden(*sink);
  ReportMore(context, call, *last, rows);
  return kExitOk;
}

}  // namespace

int RunCall(const CallContext& context, const MethodCall& call, Message& request) {
  const int code = call.method->descriptor->server_streaming() ? RunExport(context, call, request)
                   : call.method->shape.pages()                ? RunList(context, call, request)
                                                : RunOne(context, *call.method, request);
  return context.Interrupted() ? kExitInterrupted : code;
}

}  // namespace falcon::client
