// CurlEngine: the wire thread, the transfers on it, and the queue through which other threads
// submit them.
#ifndef FALCON_HTTP_CURL_CURL_ENGINE_H_
#define FALCON_HTTP_CURL_CURL_ENGINE_H_

#include <curl/curl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/time.h"
#include "http/curl/connections.h"
#include "http/curl/curl_handle.h"
#include "http/curl/curl_options.h"
#include "http/http_transport.h"

namespace falcon::http {

struct Submissions {
  std::vector<Transfer> submitted;
  std::vector<uint64_t> cancelled;  // may have ended long ago
  bool closed = false;
};

// The one way from other threads to the wire thread.
class SubmissionQueue {
 public:
  // Wakes `multi`, which must live until Close returns.
  explicit SubmissionQueue(CURLM* multi) : multi_(multi) {}

  // Any thread. No effect after Close.
  void Start(Transfer transfer);
  void Cancel(uint64_t id);
  void Close();

  // Wire thread only. Moves what was submitted into `batch`, which it empties first. Never waits.
  void Drain(Submissions& batch);
  // Wire thread only. True: the queue is empty, and the next submission wakes curl_multi_poll.
  bool PrepareToPoll();

 private:
  // A wake-up is a system call, so only the first submission to a sleeping thread makes one. Under
  // the lock, so that the multi handle cannot be destroyed meanwhile.
  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  CURLM* const multi_;
  Submissions pending_ ABSL_GUARDED_BY(mutex_);
  bool polling_ ABSL_GUARDED_BY(mutex_) = false;
};

struct Completion {
  uint64_t id;
  absl::StatusOr<HttpResponse> result;
};

class CurlEngine {
 public:
  // Called on the wire thread with what has completed since the last call: each started transfer
  // comes exactly once, unless it was cancelled first. Empties the vector.
  using Deliver = std::function<void(std::vector<Completion>&)>;

  // Starts the thread. `clock` outlives the engine.
  CurlEngine(CurlOptions options, const Clock& clock, Deliver deliver, OnRetired on_retired);
  // Fails what is still in flight, delivers that, and joins the thread.
  ~CurlEngine();
  CurlEngine(const CurlEngine&) = delete;
  CurlEngine& operator=(const CurlEngine&) = delete;

  // Any thread may use the queue, also after the engine is destroyed.
  const std::shared_ptr<SubmissionQueue>& submissions() const { return submissions_; }

  // Any thread.
  TransportStats stats() const;

 private:
  struct GlobalCurl {  // libcurl counts these
    GlobalCurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
    ~GlobalCurl() { curl_global_cleanup(); }
  };
  struct MultiCleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  // Wire thread only, all of them.
  void Run();
  void Add(Transfer transfer);
  void Remove(uint64_t id);
  void Expire();
  void ProcessCompletions();
  bool ExamineConnection(const CurlHandle& handle);
  std::vector<CurlHandle*> OthersOnConnectionOf(const CurlHandle& handle) const;
  bool Replay(CurlHandle& handle);
  int PollMs() const;
  void FailAll();
  std::unique_ptr<CurlHandle> NewHandle();
  std::unique_ptr<CurlHandle> Detach(CurlHandle* handle);
  void Complete(uint64_t id, absl::StatusOr<HttpResponse> result);
  void ReturnToPool(std::unique_ptr<CurlHandle> handle);

  const CurlOptions options_;
  const Clock& clock_;
  const Deliver deliver_;
  const OnRetired on_retired_;
  GlobalCurl global_;
  Connections connections_;  // before the CURLM, which closes its sockets there
  std::unique_ptr<CURLM, MultiCleanup> multi_;
  std::shared_ptr<SubmissionQueue> submissions_;

  std::unordered_map<uint64_t, CurlHandle*> active_;     // owned
  std::set<std::pair<SteadyTime, uint64_t>> deadlines_;  // of the active transfers
  std::vector<std::unique_ptr<CurlHandle>> idle_;
  std::vector<Completion> completed_;

  std::atomic<int64_t> started_count_ = 0;
  std::atomic<int64_t> finished_count_ = 0;
  std::atomic<int64_t> cancelled_count_ = 0;
  std::atomic<int64_t> in_flight_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CURL_ENGINE_H_
