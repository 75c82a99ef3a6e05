// Runs an export to its end over as many streams as it takes.

#include <algorithm>

#include "base/time.h"
#include "cli/calls.h"
#include "cli/environment.h"
#include "cli/notes.h"
#include "cli/output_file.h"
#include "messages.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using std::chrono::milliseconds;

constexpr Backoff kBackoff(std::chrono::seconds(1), std::chrono::seconds(8));

constexpr int64_t kCells = 24;

std::string Bar(int64_t done, int64_t total) {
  const int64_t full = total <= 0 ? kCells : std::min(kCells, done * kCells / total);
  return StrCat("[", std::string(static_cast<size_t>(full), '#'),
                std::string(static_cast<size_t>(kCells - full), '.'), "]");
}

// How far an export is, on standard error.
class Progress {
 public:
  // `bar`: redraw a bar in place; else only the final line is written. `err` must outlive it.
  Progress(std::ostream& err, bool bar, std::function<absl::Time()> now)
      : err_(err), bar_(bar), now_(std::move(now)), start_(now_()), drawn_(absl::InfinitePast()) {}

  // `done` records are written, of `total` if that is known. Draws at most ten times a second.
  void Update(int64_t done, std::optional<int64_t> total) {
    done_ = done;
    total_ = total;
    if (!bar_ || now_() - drawn_ < absl::Milliseconds(100)) return;
    drawn_ = now_();
    Draw();
  }

  // Erases the bar, so that something else can be written.
  void Clear() {
    if (shown_) err_ << "\r\x1b[K" << std::flush;
    shown_ = false;
  }

  // "100,000 records in 8 s (12,500/s)".
  void Finish() {
    Clear();
    err_ << Grouped(done_) << (done_ == 1 ? " record" : " records") << " in "
         << SpanText(now_() - start_) << " (" << Grouped(Rate()) << "/s)\n";
  }

 private:
  // Records a second.
  int64_t Rate() const {
    const double seconds = std::max(0.001, absl::ToDoubleSeconds(now_() - start_));
    return static_cast<int64_t>(static_cast<double>(done_) / seconds);
  }

  void Draw() {
    shown_ = true;
    const int64_t rate = Rate();
    err_ << "\r\x1b[K";
    if (total_) {
      const int64_t left = std::max<int64_t>(0, *total_ - done_);
      err_ << Bar(done_, *total_) << ' ' << Grouped(done_) << '/' << Grouped(*total_) << "  "
           << Grouped(rate) << "/s";
      if (rate > 0) err_ << "  " << SpanText(absl::Seconds(left / rate)) << " left";
    } else {
      err_ << Grouped(done_) << " records  " << Grouped(rate) << "/s";
    }
    err_.flush();
  }

  std::ostream& err_;
  const bool bar_;
  const std::function<absl::Time()> now_;
  const absl::Time start_;
  absl::Time drawn_;
  bool shown_ = false;
  int64_t done_ = 0;
  std::optional<int64_t> total_;
};

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
    CallSettings settings{
        .timeout = context_.options.timeout, .stop = context_.environment.stop, .metadata = {}};
    if (call_.gzip) settings.metadata.emplace("falcon-compression", "gzip");
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
    if (context_.Interrupted() || !failure.MayResume()) return false;
    // What is out and has no token behind it would come twice.
    if (written_ && resume_token_.empty()) return false;
    if (failures_ == 0) broken_since_ = environment.now();
    const milliseconds wait =
        std::max(failure.retry_delay.value_or(milliseconds(0)), kBackoff.After(failures_ + 1));
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
    PrintError(context_.environment.err, StrCat(ToStd(removed.message()), "."));
    return kExitFailed;
  }

  // Standard output or the resume file cannot be written.
  int Break() {
    OutputFile* file = context_.environment.file;
    const bool whole = !context_.OutputFailed() || (file != nullptr && file->Discard());
    notes_.Finish();
    int code = CheckOutput(context_.environment, kExitFailed);
    if (!kept_.ok()) {
      PrintError(context_.environment.err, StrCat(ToStd(kept_.message()), "."));
    }
    TellRest(whole);
    return code;
  }

  int GiveUp(const Failure& failure) {
    const int code = CheckOutput(context_.environment, context_.Report(failure));
    if (!failure.EndsToken()) {
      TellRest(true);
    } else if (!call_.resume_file.empty()) {
      context_.environment.err << "  To start again, remove " << EscapeUnsafe(call_.resume_file)
                               << " and the exported records.\n";
    }
    return code;
  }

  // How to get what is missing, without what is there.
  void TellRest(bool whole) const {
    std::ostream& err = context_.environment.err;
    if (resume_token_.empty()) {
      err << (written_ ? "The records so far are written. This stream cannot be resumed.\n"
                       : "No complete message was written: start again.\n");
      return;
    }
    err << (whole ? "The records so far are written."
                  : "The records so far are written, followed by an incomplete message: cut the "
                    "output after the last complete one.");
    if (!call_.resume_file.empty() && kept_.ok()) {
      err << " To resume, run the same command again, appending (>>).\n";
      return;
    }
    err << " To resume, append (>>) the output of the same command with\n  --resume-token "
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
