// Lists over their pages, once or again and again.
#include <algorithm>
#include <set>
#include <sstream>

#include "cli/calls.h"
#include "cli/environment.h"
#include "cli/notes.h"
#include "messages.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;

void ReportMore(const CallContext& context, const MethodCall& call, const Message& last,
                int64_t rows) {
  const Method& method = *call.method;
  if (context.options.output == OutputFormat::kJson) return;
  std::ostream& err = context.environment.err;
  const std::string next = TextField(last, "next_page_token");
  if (!next.empty()) {
    const std::optional<int64_t> total = NumberField(last, "total_size");
    err << Grouped(rows) << (total ? StrCat(" of ", Grouped(*total)) : std::string()) << ' '
        << RecordsWord(method) << '.';
    // A token is for programs.
    if (!call.limit) {
      err << " More: --all" << (context.ForPeople() ? " or --limit N." : ", --limit N, or ");
      if (!context.ForPeople()) err << "--page-token " << EscapeUnsafe(next);
    }
    err << '\n';
  } else if (rows == 0 && context.ForPeople()) {
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

// That lines take on a terminal of that width.
size_t RowsOf(const std::string& text, size_t width) {
  size_t rows = 0;
  for (const std::string& line : Split(text, '\n')) {
    rows += 1 + (width == 0 ? 0 : (DisplayWidth(line) - 1) / width);
  }
  return rows;
}

// Shows one reading after another.
class Watch {
 public:
  explicit Watch(const CallContext& context) : context_(context) {}

  // `said`: beside the records.
  void Show(const std::string& records, const std::string& said) {
    if (context_.ForPeople()) {
      Redraw(records, said);
    } else {
      Append(records);
    }
    if (context_.ForPeople() || said != said_) context_.environment.err << said << std::flush;
    said_ = said;
  }

 private:
  // Over what the terminal shows, as many rows as it has.
  void Redraw(const std::string& records, const std::string& said) {
    const Environment& environment = context_.environment;
    const size_t rest = 2 + RowsOf(said, environment.width);
    std::ostream& out = environment.out;
    out << "\x1b[H\x1b[2J"
        << Painted(InstantText(absl::FromUnixSeconds(absl::ToUnixSeconds(environment.now()))),
                   Tint::kDim, context_.style)
        << '\n';
    std::istringstream lines(records);
    size_t shown = 0;
    for (std::string line; std::getline(lines, line); ++shown) {
      if (environment.height == 0 || shown + rest < environment.height) out << line << '\n';
    }
    out.flush();
  }

  // The lines that the reading before did not have: records that are new or have changed.
  void Append(const std::string& records) {
    std::set<std::string> lines;
    std::istringstream in(records);
    for (std::string line; std::getline(in, line);) {
      if (!lines_.contains(line)) context_.environment.out << line << '\n';
      lines.insert(std::move(line));
    }
    context_.environment.out.flush();
    lines_ = std::move(lines);
  }

  const CallContext& context_;
  std::set<std::string> lines_;
  std::string said_;
};

// What the next reading would not mend.
bool EndsWatch(int code) {
  return code == kExitUsage || code == kExitNotAllowed || code == kExitInterrupted;
}

}  // namespace

int RunList(const CallContext& context, const MethodCall& call, Message& request) {
  const Method& method = *call.method;
  const auto& reflection = *request.GetReflection();
  const int32_t page_size = reflection.GetInt32(request, method.shape.page_size);
  const auto sink = context.Sink(method, request);
  Notes notes(method, context.flags, context.environment.err);
  std::unique_ptr<Message> last;
  std::optional<Failure> failure;
  int64_t rows = 0;
  while (true) {
    // A page size below 0 is for the gateway to refuse.
    if (call.limit && page_size >= 0) LimitPage(method, page_size, *call.limit - rows, request);
    Answer answer = context.gateway.Unary(method, request, context.UnarySettings(request));
    failure = std::move(answer.failure);
    if (failure) break;
    last = std::move(answer.message);
    rows += AddRecords(method, *last, *sink);
    notes.Add(*last);
    const std::string next = TextField(*last, "next_page_token");
    const bool more = call.limit ? rows < *call.limit : call.all;
    if (next.empty() || !more || context.Interrupted() || context.OutputFailed()) break;
    reflection.SetString(&request, method.shape.page_token, next);
  }
  sink->End(last.get());
  notes.Finish();
  if (failure) return context.Report(*failure);
  context.ReportHidden(*sink);
  ReportMore(context, call, *last, rows);
  return context.Interrupted() ? kExitInterrupted : notes.code();
}

int RunWatchedList(const CallContext& context, const MethodCall& call, const Message& request) {
  Watch watch(context);
  for (bool first = true;; first = false) {
    std::ostringstream records;
    std::ostringstream said;
    const Environment reading = context.environment.With(records, said);
    const std::unique_ptr<Message> pages(request.New());
    pages->CopyFrom(request);
    const int code =
        RunList({context.gateway, context.options, context.flags, reading}, call, *pages);
    const bool nothing = code != kExitOk && records.str().empty();
    if (nothing) {
      context.environment.err << said.str() << std::flush;
    } else {
      watch.Show(records.str(), said.str());
    }
    if (EndsWatch(code) || (first && nothing) || context.OutputFailed()) return code;
    context.environment.pause(call.interval);
    if (context.Interrupted()) return kExitInterrupted;
  }
}

}  // namespace falcon::client
