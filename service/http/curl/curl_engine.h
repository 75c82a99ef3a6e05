// CurlEngine: the wire thread, its CURLM and the transfers in it.
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

#include "absl/status/statusor.h"
#include "base/time.h"
#include "http/curl/connections.h"
#include "http/curl/curl_handle.h"
#include "http/curl/curl_options.h"
#include "http/curl/submission_queue.h"
#include "http/http_transport.h"

namespace falcon::http {

struct Finished {
  uint64_t id;
  absl::StatusOr<HttpResponse> result;
};

class CurlEngine {
 public:
  // Called on the wire thread with what has finished since the last call: each started exchange
  // comes exactly once, unless it was cancelled first. Empties the vector.
  using Deliver = std::function<void(std::vector<Finished>&)>;

  // Starts the thread. `clock` outlives the engine.
  CurlEngine(CurlOptions options, const Clock& clock, Deliver deliver, OnRetired on_retired);
  // Fails what is still in flight, delivers that, and joins.
  ~CurlEngine();
  CurlEngine(const CurlEngine&) = delete;
  CurlEngine& operator=(const CurlEngine&) = delete;

  // Takes requests and cancellations from any thread; harmless when it outlives the engine.
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
  std::vector<CurlHandle*> Neighbours(const CurlHandle& handle) const;
  bool Replay(CurlHandle& handle);
  int PollMs() const;
  void FailAll();
  std::unique_ptr<CurlHandle> NewHandle();
  std::unique_ptr<CurlHandle> Detach(CurlHandle* handle);
  void Finish(uint64_t id, absl::StatusOr<HttpResponse> result);
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
  std::set<std::pair<SteadyTime, uint64_t>> deadlines_;  // of the active
  std::vector<std::unique_ptr<CurlHandle>> idle_;
  std::vector<Finished> finished_;

  std::atomic<int64_t> started_count_ = 0;
  std::atomic<int64_t> finished_count_ = 0;
  std::atomic<int64_t> cancelled_count_ = 0;
  std::atomic<int64_t> in_flight_ = 0;
  std::atomic<int64_t> connections_retired_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CURL_ENGINE_H_
