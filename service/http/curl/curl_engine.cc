// Everything of libcurl happens on one thread, which polls.
#include "http/curl/curl_engine.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "http/curl/curl_result.h"

namespace falcon::http {
namespace {

constexpr milliseconds kMaxPoll{1000};  // curl shortens it to its own next timeout

// Started with all signals blocked: OpenSSL's writes may raise SIGPIPE, and the rest is for main's
// thread.
template <class Body>
std::thread QuietThread(Body body) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

CURLM* NewMulti(const CurlOptions& options) {
  CURLM* const multi = curl_multi_init();
  const long connections = options.max_connections;
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2 * connections);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  return multi;
}

}  // namespace

void SubmissionQueue::Start(Transfer transfer) {
  const absl::MutexLock lock(&mutex_);
  if (pending_.closed) return;
  pending_.submitted.push_back(std::move(transfer));
  Wake();
}

void SubmissionQueue::Cancel(uint64_t id) {
  const absl::MutexLock lock(&mutex_);
  if (pending_.closed) return;
  pending_.cancelled.push_back(id);
  Wake();
}

void SubmissionQueue::Close() {
  const absl::MutexLock lock(&mutex_);
  pending_.closed = true;
  Wake();
}

void SubmissionQueue::Drain(Submissions& batch) {
  batch.submitted.clear();
  batch.cancelled.clear();
  const absl::MutexLock lock(&mutex_);
  polling_ = false;
  batch.submitted.swap(pending_.submitted);
  batch.cancelled.swap(pending_.cancelled);
  batch.closed = pending_.closed;
}

bool SubmissionQueue::PrepareToPoll() {
  const absl::MutexLock lock(&mutex_);
  polling_ = pending_.submitted.empty() && pending_.cancelled.empty() && !pending_.closed;
  return polling_;
}

void SubmissionQueue::Wake() {
  if (std::exchange(polling_, false)) curl_multi_wakeup(multi_);
}

CurlEngine::CurlEngine(CurlOptions options, const Clock& clock, Deliver deliver,
                       OnRetired on_retired)
    : options_(std::move(options)),
      clock_(clock),
      deliver_(std::move(deliver)),
      on_retired_(std::move(on_retired)),
      connections_(options_, clock),
      multi_(NewMulti(options_)),
      submissions_(std::make_shared<SubmissionQueue>(multi_.get())),
      thread_(QuietThread([this] { Run(); })) {}

CurlEngine::~CurlEngine() {
  submissions_->Close();
  thread_.join();
}

TransportStats CurlEngine::stats() const {
  return {started_count_, finished_count_, cancelled_count_, in_flight_};
}

void CurlEngine::Run() {
  pthread_setname_np(pthread_self(), "wire");
  Submissions batch;
  while (true) {
    submissions_->Drain(batch);
    if (batch.closed) break;
    for (Transfer& transfer : batch.submitted) Add(std::move(transfer));
    for (const uint64_t id : batch.cancelled) Remove(id);
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    ProcessCompletions();
    Expire();
    if (!completed_.empty()) deliver_(completed_);
    if (submissions_->PrepareToPoll()) curl_multi_poll(multi_.get(), nullptr, 0, PollMs(), nullptr);
  }
  for (Transfer& transfer : batch.submitted) Add(std::move(transfer));
  FailAll();
  if (!completed_.empty()) deliver_(completed_);
}

void CurlEngine::Add(Transfer transfer) {
  const uint64_t id = transfer.id;
  ++started_count_;
  if (transfer.request.deadline.Passed(clock_)) return Complete(id, DeadlinePassed(false));
  std::unique_ptr<CurlHandle> handle = NewHandle();
  absl::Status status = handle->Prepare(std::move(transfer));
  if (status.ok() && curl_multi_add_handle(multi_.get(), handle->easy()) != CURLM_OK) {
    status = absl::ResourceExhaustedError("libcurl takes no more transfers");
  }
  if (!status.ok()) {
    ReturnToPool(std::move(handle));
    return Complete(id, std::move(status));
  }
  deadlines_.emplace(handle->deadline(), id);
  active_.emplace(id, handle.release());
  ++in_flight_;
}

void CurlEngine::Remove(uint64_t id) {
  const auto found = active_.find(id);
  if (found == active_.end()) return;
  ++cancelled_count_;
  ExamineConnection(*found->second);
  ReturnToPool(Detach(found->second));
}

// CURLOPT_TIMEOUT_MS would not do: libcurl 7.88 forgets it while a transfer waits for a connection.
void CurlEngine::Expire() {
  if (deadlines_.empty()) return;
  const SteadyTime now = clock_.Now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const uint64_t id = deadlines_.begin()->second;
    CurlHandle* const handle = active_.at(id);
    const bool received_nothing = ExamineConnection(*handle);
    ReturnToPool(Detach(handle));
    Complete(id, DeadlinePassed(received_nothing));
  }
}

int CurlEngine::PollMs() const {
  if (deadlines_.empty()) return static_cast<int>(kMaxPoll.count());
  const Deadline next(deadlines_.begin()->first);
  const milliseconds left = next.Left(clock_) + milliseconds(1);  // Left rounds down
  return static_cast<int>(std::min(left, kMaxPoll).count());
}

void CurlEngine::ProcessCompletions() {
  int left = 0;
  while (CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message dies with Detach
    CURL* const easy = message->easy_handle;
    // After a broken HTTP/2 session its connection must not serve again.
    if (code == CURLE_HTTP2) curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    CurlHandle* done = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &done);
    if (code == CURLE_OPERATION_TIMEDOUT) ExamineConnection(*done);
    if (code != CURLE_OK && Replay(*done)) continue;
    std::unique_ptr<CurlHandle> handle = Detach(done);
    const uint64_t id = handle->id();
    Complete(id, handle->Finish(code));
    ReturnToPool(std::move(handle));
  }
}

// Whether no byte came for a transfer that ends without its answer. Its connection is retired if it
// is dead.
bool CurlEngine::ExamineConnection(const CurlHandle& handle) {
  if (!handle.sent().has_value()) return !connections_.AnyReceivedSince(handle.started());
  const std::vector<CurlHandle*> others = OthersOnConnectionOf(handle);
  const Connections::Finding found = connections_.Examine(*handle.sent(), !others.empty());
  if (found.retirement != Retirement::kNone) {
    for (CurlHandle* const other : others) other->LoseConnection();
    if (on_retired_) on_retired_({RetirementName(found.retirement), found.silence});
  }
  return found.received_nothing;
}

// Those that wait for answers over the same connection.
std::vector<CurlHandle*> CurlEngine::OthersOnConnectionOf(const CurlHandle& handle) const {
  std::vector<CurlHandle*> others;
  for (const auto& [id, other] : active_) {
    const std::optional<SentOn>& sent = other->sent();
    const bool same = sent.has_value() && sent->SameConnection(*handle.sent());
    if (same && other != &handle) others.push_back(other);
  }
  return others;
}

// Sends a transfer once more whose connection was retired. The engine caused the failure, so it uses
// no retry of the layers above.
bool CurlEngine::Replay(CurlHandle& handle) {
  if (!handle.Rewind()) return false;
  curl_multi_remove_handle(multi_.get(), handle.easy());
  return curl_multi_add_handle(multi_.get(), handle.easy()) == CURLM_OK;
}

void CurlEngine::FailAll() {
  while (!active_.empty()) {
    std::unique_ptr<CurlHandle> handle = Detach(active_.begin()->second);
    const absl::Status closed =
        Error(absl::StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "the transport was closed");
    Complete(handle->id(), WithMetadata(closed, "sent", "maybe"));
  }
  idle_.clear();
}

std::unique_ptr<CurlHandle> CurlEngine::NewHandle() {
  if (idle_.empty()) return std::make_unique<CurlHandle>(options_, connections_, clock_);
  std::unique_ptr<CurlHandle> handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

std::unique_ptr<CurlHandle> CurlEngine::Detach(CurlHandle* handle) {
  active_.erase(handle->id());
  deadlines_.erase({handle->deadline(), handle->id()});
  --in_flight_;
  curl_multi_remove_handle(multi_.get(), handle->easy());
  return std::unique_ptr<CurlHandle>(handle);
}

void CurlEngine::Complete(uint64_t id, absl::StatusOr<HttpResponse> result) {
  completed_.push_back({id, std::move(result)});
  ++finished_count_;
}

void CurlEngine::ReturnToPool(std::unique_ptr<CurlHandle> handle) {
  handle->Clear();
  if (idle_.size() < static_cast<size_t>(options_.max_connections)) {
    idle_.push_back(std::move(handle));
  }
}

}  // namespace falcon::http
