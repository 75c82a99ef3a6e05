// Connects two threads: callers wait on the loop by number, and the wire thread's completions find
// them by it.
#include "http/curl/curl_transport.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "http/curl/curl_engine.h"
#include "runtime/one_shot_event.h"

namespace falcon::http {

// Outlives the transport while completions or callers are under way. Requests are touched on the
// loop only.
class CurlTransport::PendingRequests : public std::enable_shared_from_this<PendingRequests> {
 public:
  explicit PendingRequests(runtime::Loop& loop) : loop_(loop) {}

  // Lives in the frame of its coroutine. Destroyed without a result, it cancels the transfer.
  class PendingRequest {
   public:
    PendingRequest(std::shared_ptr<PendingRequests> pending,
                   std::shared_ptr<SubmissionQueue> submissions, HttpRequest request)
        : pending_(std::move(pending)),
          submissions_(std::move(submissions)),
          id_(++pending_->last_id_),
          completed_(pending_->loop_.executor()) {
      pending_->requests_.emplace(id_, this);
      submissions_->Start(Transfer(id_, std::move(request)));
    }
    PendingRequest(const PendingRequest&) = delete;
    PendingRequest& operator=(const PendingRequest&) = delete;
    ~PendingRequest() {
      if (result_.has_value()) return;
      pending_->requests_.erase(id_);
      submissions_->Cancel(id_);
    }

    Task<void> Wait() { return completed_.Wait(); }
    absl::StatusOr<HttpResponse> TakeResult() { return *std::move(result_); }
    void Complete(absl::StatusOr<HttpResponse> result) {
      result_ = std::move(result);
      completed_.Set();
    }

   private:
    const std::shared_ptr<PendingRequests> pending_;
    const std::shared_ptr<SubmissionQueue> submissions_;
    const uint64_t id_;
    runtime::OneShotEvent completed_;
    std::optional<absl::StatusOr<HttpResponse>> result_;
  };

  // Wire thread. One post carries all that completes before the loop runs it.
  void Deliver(std::vector<Completion>& completed) {
    bool first;
    {
      const absl::MutexLock lock(&mutex_);
      first = completed_.empty();
      std::move(completed.begin(), completed.end(), std::back_inserter(completed_));
    }
    completed.clear();
    if (first) loop_.Post([self = shared_from_this()] { self->DispatchCompletions(); });
  }

 private:
  void DispatchCompletions() {
    std::vector<Completion> completed;
    {
      const absl::MutexLock lock(&mutex_);
      completed.swap(completed_);
    }
    for (Completion& one : completed) {
      const auto request = requests_.extract(one.id);
      if (!request.empty()) request.mapped()->Complete(std::move(one.result));
    }
  }

  runtime::Loop& loop_;
  absl::Mutex mutex_;
  std::vector<Completion> completed_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, PendingRequest*> requests_;
};

CurlTransport::CurlTransport(CurlOptions options, runtime::Loop& loop, const Clock& clock,
                             OnRetired on_retired)
    : loop_thread_(loop.executor()),
      pending_(std::make_shared<PendingRequests>(loop)),
      engine_(std::make_unique<CurlEngine>(
          std::move(options), clock,
          [pending = pending_](std::vector<Completion>& completed) { pending->Deliver(completed); },
          std::move(on_retired))) {}

CurlTransport::~CurlTransport() = default;

Task<absl::StatusOr<HttpResponse>> CurlTransport::Send(HttpRequest request) {
  loop_thread_.Check();
  PendingRequests::PendingRequest pending(pending_, engine_->submissions(), std::move(request));
  co_await pending.Wait();
  co_return pending.TakeResult();
}

TransportStats CurlTransport::stats() const { return engine_->stats(); }

std::string CurlVersion() { return curl_version(); }

}  // namespace falcon::http
