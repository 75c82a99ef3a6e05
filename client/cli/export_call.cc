// Runs an export to its end over as many streams as it takes.
#include "cli/export_call.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/notes.h"
#include "cli/progress.h"
#include "cli/resume_file.h"
#include "messages.h"
#include "terminal_text.h"
#include "text.h"
#include "time_text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using std::chrono::milliseconds;

milliseconds Backoff(int failures) {
  constexpr int kMaxDoublings = 3;
  return milliseconds(1000) * (1 << std::min(failures, kMaxDoublings));
}

// The token leads nowhere any more: Falcon forgot its place, or it is of another request.
bool IsDeadEnd(const Failure& failure) {
  return failure.reason == "CURSOR_EXPIRED" || failure.reason.starts_with("PAGE_TOKEN_");
}

// A gateway that ends cuts its streams in these ways too.
bool IsCutOff(const Failure& failure) {
  if (failure.code == grpc::StatusCode::CANCELLED) return true;
  if (!failure.reason.empty()) return false;
  return failure.message.find("RST_STREAM") != std::string::npos ||
         failure.message.find("Stream removed") != std::string::npos;
}

class Export {
 public:
  Export(const CallContext& context, const MethodCall& call, absl::Time start, Message& request)
      : context_(context),
        call_(call),
        method_(*call.method),
        start_(start),
        request_(request),
        sink_(context.Sink(*call.method, request)),
        progress_(context.environment.err,
                  context.environment.err_is_terminal && !context.environment.out_is_terminal,
                  context.environment.now),
        notes_(*call.method, context.flags, context.environment.err),
        resume_token_(TextField(request, "resume_token")) {}

  int Run() {
    const CallSettings settings{
        .timeout = context_.options.timeout, .stop = context_.environment.stop, .metadata = {}};
    std::optional<Failure> failure;
    do {
      failure = context_.gateway.Stream(method_, request_, settings,
                                        [this](const Message& batch) { return Take(batch); });
    } while (failure && Resume(*failure));
    progress_.Clear();
    if (context_.OutputFailed() || !kept_.ok()) return Break();
    if (!failure) sink_->EndPage();
    sink_->End(last_.get());
    notes_.Finish();
    if (failure) return GiveUp(*failure);
    return Complete();
  }

 private:
  // False: it cannot go on.
  bool Take(const Message& batch) {
    AddRecords(method_, batch, *sink_);
    notes_.Add(batch);
    if (!Keep(TextField(batch, "resume_token"))) return false;
    progress_.Update(NumberField(batch, "exported").value_or(0), NumberField(batch, "total_size"));
    if (!last_) last_.reset(batch.New());
    last_->CopyFrom(batch);
    failures_ = 0;
    return true;
  }

  // The batch is written as a whole: from now on the export goes on behind it.
  bool Keep(const std::string& token) {
    OutputFile* file = context_.environment.file;
    context_.environment.out.flush();
    if (context_.OutputFailed()) return false;
    if (file != nullptr) file->Commit();
    resume_token_ = token;
    written_ = true;
    if (call_.resume_file.empty() || token.empty()) return true;
    // A token is never ahead of the disk.
    if (file != nullptr && !file->Persist()) {
      context_.environment.out.setstate(std::ios::badbit);
      return false;
    }
    kept_ = WriteResumePoint(call_.resume_file,
                             {.token = token,
                              .start = start_,
                              .place = file == nullptr ? std::nullopt : file->Committed()});
    return kept_.ok();
  }

  // Waits, and puts the token into the request. False: it is not to be tried again.
  bool Resume(const Failure& failure) {
    const Environment& environment = context_.environment;
    if (context_.Interrupted() || IsDeadEnd(failure)) return false;
    if (!failure.MayPass() && !IsCutOff(failure)) return false;
    // What is out and has no token behind it would come twice.
    if (written_ && resume_token_.empty()) return false;
    if (failures_ == 0) broken_since_ = environment.now();
    const milliseconds wait =
        std::max(failure.retry_delay.value_or(milliseconds(0)), Backoff(failures_));
    const absl::Time end = broken_since_ + absl::FromChrono(call_.retry_for);
    if (environment.now() + absl::FromChrono(wait) > end) return false;
    if (call_.retry && failures_ >= *call_.retry) return false;
    ++failures_;
    progress_.Clear();
    environment.err << "The stream broke (" << CodeName(failure.code) << "); resuming in "
                    << SpanText(absl::Milliseconds(wait.count())) << ".\n";
    environment.pause(wait);
    if (!resume_token_.empty() && method_.shape.resume_from != nullptr) {
      request_.GetReflection()->SetString(&request_, method_.shape.resume_from, resume_token_);
    }
    return !context_.Interrupted();
  }

  int Complete() {
    context_.ReportHidden(*sink_);
    progress_.Finish();
    const int code = CheckOutput(context_.environment, notes_.code());
    if (call_.resume_file.empty() || context_.OutputFailed()) return code;
    const absl::Status removed = RemoveResumePoint(call_.resume_file);
    if (removed.ok()) return code;
    context_.environment.err << "error: " << std::string(removed.message()) << ".\n";
    return kExitFailed;
  }

  // Standard output or the resume file cannot be written.
  int Break() {
    OutputFile* file = context_.environment.file;
    const bool whole = !context_.OutputFailed() || (file != nullptr && file->Discard());
    notes_.Finish();
    int code = CheckOutput(context_.environment, kExitFailed);
    if (!kept_.ok()) {
      context_.environment.err << "error: " << std::string(kept_.message()) << ".\n";
    }
    TellRest(whole);
    return code;
  }

  int GiveUp(const Failure& failure) {
    const int code = CheckOutput(context_.environment, context_.Report(failure));
    if (!IsDeadEnd(failure)) {
      TellRest(true);
    } else if (!call_.resume_file.empty()) {
      context_.environment.err << "  To begin anew, remove " << EscapeUnsafe(call_.resume_file)
                               << " and what was exported.\n";
    }
    return code;
  }

  // How to get what is missing, without what is there.
  void TellRest(bool whole) const {
    std::ostream& err = context_.environment.err;
    if (resume_token_.empty()) {
      err << (written_ ? "What came so far is written; this stream cannot be resumed.\n"
                       : "No message is written as a whole: begin anew.\n");
      return;
    }
    err << (whole ? "What came so far is written."
                  : "What came so far is written, and behind it a part of more: cut it after the "
                    "last whole message.");
    if (!call_.resume_file.empty() && kept_.ok()) {
      err << " For the rest, the same command again, appending (>>).\n";
      return;
    }
    err << " For the rest, append (>>) the same command with\n  --resume-token "
        << EscapeUnsafe(resume_token_) << Instants() << '\n';
  }

  // Times that were counted back from now, as they were: they are part of what a token is for.
  std::string Instants() const {
    std::string out;
    for (const Flag& flag : call_.flags) {
      const auto words = call_.words.find(flag.name);
      if (flag.kind != FlagKind::kInstant || words == call_.words.end()) continue;
      const std::optional<absl::Time> instant = ParseInstant(words->second.front(), start_);
      if (!instant || instant == ParseInstant(words->second.front(), start_ + absl::Hours(1))) {
        continue;
      }
      out.append(StrCat(" --", flag.name, " ", InstantText(*instant)));
    }
    return out;
  }

  const CallContext& context_;
  const MethodCall& call_;
  const Method& method_;
  const absl::Time start_;
  Message& request_;
  const std::unique_ptr<RecordSink> sink_;
  Progress progress_;
  Notes notes_;
  std::unique_ptr<Message> last_;
  // Behind all that is written.
  std::string resume_token_;
  bool written_ = false;
  absl::Status kept_;
  // In a row, without a batch between.
  int failures_ = 0;
  absl::Time broken_since_;
};

}  // namespace

int RunExport(const CallContext& context, const MethodCall& call, absl::Time start,
              Message& request) {
  return Export(context, call, start, request).Run();
}

}  // namespace falcon::client
