// Runs an export to its end over as many streams as it takes.
#include "cli/export_call.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/progress.h"
#include "messages.h"
#include "terminal_text.h"
#include "text.h"
#include "time_text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using std::chrono::milliseconds;

milliseconds Backoff(int failures) {
  constexpr int kMostDoublings = 5;
  return milliseconds(1000) * (1 << std::min(failures, kMostDoublings));
}

// Falcon forgot the place that the last token names: it leads nowhere any more.
bool IsDeadEnd(const Failure& failure) { return failure.reason == "CURSOR_EXPIRED"; }

class Export {
 public:
  Export(const CallContext& context, const MethodCall& call, Message& request)
      : context_(context),
        call_(call),
        method_(*call.method),
        request_(request),
        sink_(context.Sink(*call.method, request)),
        progress_(context.environment.err,
                  context.environment.err_is_terminal && !context.environment.out_is_terminal,
                  context.environment.now) {}

  int Run() {
    const CallSettings settings{
        .timeout = context_.options.timeout, .stop = context_.environment.stop, .metadata = {}};
    std::optional<Failure> failure;
    do {
      failure = context_.invoker.Stream(method_, request_, settings,
                                        [this](const Message& batch) { return Take(batch); });
    } while (failure && Resume(*failure));
    if (!failure) sink_->EndPage();
    sink_->End(last_.get());
    if (failure) return GiveUp(*failure);
    context_.ReportHidden(*sink_);
    if (!context_.ReaderGone()) progress_.Finish();
    return kExitOk;
  }

 private:
  // False: nobody reads any more.
  bool Take(const Message& batch) {
    AddRecords(method_, batch, *sink_);
    context_.ReportNotes(method_, batch);
    resume_token_ = TextField(batch, "resume_token");
    progress_.Update(NumberField(batch, "exported").value_or(0), NumberField(batch, "total_size"));
    if (!last_) last_.reset(batch.New());
    last_->CopyFrom(batch);
    failures_ = 0;
    return !context_.ReaderGone();
  }

  // Waits, and puts the token into the request. False: it is not to be tried again.
  bool Resume(const Failure& failure) {
    if (context_.Interrupted() || !failure.MayPass() || IsDeadEnd(failure)) return false;
    if (failures_ >= call_.retry) return false;
    const milliseconds wait = failure.retry_delay.value_or(Backoff(failures_));
    ++failures_;
    progress_.Clear();
    context_.environment.err << "The stream broke (" << CodeName(failure.code) << "); resuming in "
                             << SpanText(absl::Milliseconds(wait.count())) << ", try " << failures_
                             << " of " << call_.retry << ".\n";
    context_.environment.pause(wait);
    if (!resume_token_.empty() && method_.shape.resume_from != nullptr) {
      request_.GetReflection()->SetString(&request_, method_.shape.resume_from, resume_token_);
    }
    return !context_.Interrupted();
  }

  int GiveUp(const Failure& failure) {
    progress_.Clear();
    const int code = context_.Report(failure);
    if (!resume_token_.empty() && !IsDeadEnd(failure)) {
      context_.environment.err
          << "What came so far is written. For the rest, the same command with\n"
          << "  --resume-token " << EscapeHostile(resume_token_) << '\n';
    }
    return code;
  }

  const CallContext& context_;
  const MethodCall& call_;
  const Method& method_;
  Message& request_;
  const std::unique_ptr<RecordSink> sink_;
  Progress progress_;
  std::unique_ptr<Message> last_;
  std::string resume_token_;
  // In a row, without a batch between.
  int failures_ = 0;
};

}  // namespace

int RunExport(const CallContext& context, const MethodCall& call, Message& request) {
  return Export(context, call, request).Run();
}

}  // namespace falcon::client
