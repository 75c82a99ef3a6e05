// The export behind a summary.
#include "mcp/tools/summary_run.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "mcp/tools/failure_words.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Failure;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using std::chrono::milliseconds;

constexpr absl::Duration kMostTime = absl::Minutes(10);
constexpr int kMostResumes = 2;
constexpr milliseconds kUsualWait{1000};
// A longer wait is the model's to decide on.
constexpr milliseconds kMostWait{60'000};

class Run {
 public:
  Run(SummaryAsked& asked, const Bridge& bridge, const Pause& pause, const CallContext& context)
      : asked_(asked),
        method_(*asked.method),
        bridge_(bridge),
        pause_(pause),
        context_(context),
        deadline_(bridge.now() + kMostTime) {
    for (const CountedField& field : asked.group_by) outcome_.counts.emplace_back(field);
  }

  SummaryOutcome ToEnd() {
    std::optional<Failure> failure;
    do {
      failure = bridge_.gateway.Stream(
          method_, *asked_.request, {.timeout = TimeLeft(), .stop = context_.stop, .metadata = {}},
          [this](const Message& batch) { return Take(batch); });
      if (!failure && context_.stop.stop_requested()) failure = Stopped();
    } while (failure && Resume(*failure));
    outcome_.failure = std::move(failure);
    return std::move(outcome_);
  }

 private:
  static Failure Stopped() {
    Failure failure;
    failure.code = grpc::StatusCode::CANCELLED;
    return failure;
  }

  milliseconds TimeLeft() const {
    return std::max(milliseconds(0), absl::ToChronoMilliseconds(deadline_ - bridge_.now()));
  }

  // False: nobody wants the answer any more.
  bool Take(const Message& batch) {
    const FieldDescriptor& records = *method_.shape.records;
    const int size = batch.GetReflection()->FieldSize(batch, &records);
    for (int i = 0; i < size; ++i) {
      const Message& record = client::MessageAt(batch, records, i);
      for (ValueCounts& counts : outcome_.counts) counts.Add(record);
    }
    outcome_.counted += size;
    resumes_ = 0;
    TakeNotes(batch);
    if (method_.shape.resume_from != nullptr && method_.shape.resume_token != nullptr) {
      asked_.request->GetReflection()->SetString(
          asked_.request.get(), method_.shape.resume_from,
          batch.GetReflection()->GetString(batch, method_.shape.resume_token));
    }
    if (size > 0) TellProgress();
    return !context_.stop.stop_requested();
  }

  void TakeNotes(const Message& batch) {
    if (method_.shape.total_size != nullptr) {
      const auto total = client::NumberField(batch, method_.shape.total_size->name());
      if (total) outcome_.total = total;
    }
    const FieldDescriptor* field = method_.shape.read_info;
    if (field == nullptr || !batch.GetReflection()->HasField(batch, field)) return;
    const Message& info = client::MessageAt(batch, *field, -1);
    outcome_.partial |= client::TextField(info, "partial") == "true";
    outcome_.skipped += client::NumberField(info, "skipped_values").value_or(0);
  }

  void TellProgress() const {
    if (!context_.progress) return;
    context_.progress(static_cast<double>(outcome_.counted),
                      static_cast<double>(outcome_.total.value_or(0)),
                      StrCat(client::Grouped(outcome_.counted), " counted"));
  }

  // Waits. False: it is not to be tried again.
  bool Resume(const Failure& failure) {
    // Nobody listens, unlike where a gateway went away in the middle.
    const bool nobody = IsUnreachable(failure) && outcome_.counted == 0;
    const bool dead_end = failure.reason == "CURSOR_EXPIRED" || !failure.MayPass();
    if (nobody || dead_end || resumes_ == kMostResumes) return false;
    if (context_.stop.stop_requested()) return false;
    const milliseconds wait = failure.retry_delay.value_or(kUsualWait);
    if (wait > std::min(kMostWait, TimeLeft())) return false;
    ++resumes_;
    pause_(wait, context_.stop);
    return !context_.stop.stop_requested() && TimeLeft() > milliseconds(0);
  }

  SummaryAsked& asked_;
  const client::Method& method_;
  const Bridge& bridge_;
  const Pause& pause_;
  const CallContext& context_;
  const absl::Time deadline_;
  // In a row, without a batch between.
  int resumes_ = 0;
  SummaryOutcome outcome_;
};

}  // namespace

SummaryOutcome RunSummary(SummaryAsked& asked, const Bridge& bridge, const Pause& pause,
                          const CallContext& context) {
  return Run(asked, bridge, pause, context).ToEnd();
}

}  // namespace falcon::mcp
