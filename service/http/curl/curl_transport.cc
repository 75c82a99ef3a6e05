// The joint of two threads: the loop's callers wait by number, and the wire's results find them by
// it.
#include "http/curl/curl_transport.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/curl/curl_engine.h"
#include "http/curl/submission_queue.h"
#include "runtime/one_shot_event.h"

namespace falcon::http {

// Outlives the transport while results or callers are on their way. Callers are touched on the loop
// only.
class CurlTransport::PendingRequests : public std::enable_shared_from_this<PendingRequests> {
 public:
  explicit PendingRequests(runtime::Loop& loop) : loop_(loop) {}

  // A caller that waits; in the frame of its coroutine. Going without a result takes the transfer
  // off the wire.
  class Caller {
   public:
    Caller(std::shared_ptr<PendingRequests> switchboard,
           std::shared_ptr<SubmissionQueue> submissions, HttpRequest request)
        : switchboard_(std::move(switchboard)),
          submissions_(std::move(submissions)),
          id_(++switchboard_->last_id_),
          answered_(switchboard_->loop_.executor()) {
      switchboard_->callers_.emplace(id_, this);
      submissions_->Start(Transfer(id_, std::move(request)));
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() {
      if (result_.has_value()) return;
      switchboard_->callers_.erase(id_);
      submissions_->Cancel(id_);
    }

    Task<void> Wait() { return answered_.Wait(); }
    absl::StatusOr<HttpResponse> TakeResult() { return *std::move(result_); }
    void Answer(absl::StatusOr<HttpResponse> result) {
      result_ = std::move(result);
      answered_.Set();
    }

   private:
    const std::shared_ptr<PendingRequests> switchboard_;
    const std::shared_ptr<SubmissionQueue> submissions_;
    const uint64_t id_;
    runtime::OneShotEvent answered_;
    std::optional<absl::StatusOr<HttpResponse>> result_;
  };

  // Wire thread. One post carries all that finishes before the loop comes to it.
  void Deliver(std::vector<Finished>& finished) {
    bool first;
    {
      const std::lock_guard lock(mutex_);
      first = finished_.empty();
      std::move(finished.begin(), finished.end(), std::back_inserter(finished_));
    }
    finished.clear();
    if (first) loop_.Post([self = shared_from_this()] { self->DispatchCompletions(); });
  }

 private:
  void DispatchCompletions() {
    std::vector<Finished> finished;
    {
      const std::lock_guard lock(mutex_);
      finished.swap(finished_);
    }
    for (Finished& one : finished) {
      const auto caller = callers_.extract(one.id);
      if (!caller.empty()) caller.mapped()->Answer(std::move(one.result));
    }
  }

  runtime::Loop& loop_;
  std::mutex mutex_;
  std::vector<Finished> finished_;  // guarded by mutex_
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, Caller*> callers_;
};

CurlTransport::CurlTransport(CurlOptions options, runtime::Loop& loop, const Clock& clock,
                             OnRetired on_retired)
    : switchboard_(std::make_shared<PendingRequests>(loop)),
      engine_(std::make_unique<CurlEngine>(
          std::move(options), clock,
          [board = switchboard_](std::vector<Finished>& finished) { board->Deliver(finished); },
          std::move(on_retired))) {}

CurlTransport::~CurlTransport() = default;

Task<absl::StatusOr<HttpResponse>> CurlTransport::Send(HttpRequest request) {
  PendingRequests::Caller caller(switchboard_, engine_->submissions(), std::move(request));
  co_await caller.Wait();
  co_return caller.TakeResult();
}

TransportStats CurlTransport::stats() const { return engine_->stats(); }

std::string CurlVersion() { return curl_version(); }

}  // namespace falcon::http
