// SubmissionQueue: the one way from other threads to the wire thread.
#ifndef FALCON_HTTP_CURL_SUBMISSION_QUEUE_H_
#define FALCON_HTTP_CURL_SUBMISSION_QUEUE_H_

#include <curl/curl.h>

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "http/http_transport.h"

namespace falcon::http {

// A request with its number. Wipes a secret body wherever it ends. Numbers are never used twice.
struct Transfer {
  Transfer(uint64_t number, HttpRequest what) : id(number), request(std::move(what)) {}
  Transfer(Transfer&&) = default;
  Transfer& operator=(Transfer&& other) noexcept {
    WipeBody();
    id = other.id;
    request = std::move(other.request);
    return *this;
  }
  ~Transfer() { WipeBody(); }

  void WipeBody() {
    if (request.wipe_body) SecureErase(request.body);
  }

  uint64_t id;
  HttpRequest request;
};

struct Submissions {
  std::vector<Transfer> submitted;
  std::vector<uint64_t> cancelled;  // may have ended long ago
  bool closed = false;
};

class SubmissionQueue {
 public:
  // Wakes `multi`, which must live until Close returns.
  explicit SubmissionQueue(CURLM* multi) : multi_(multi) {}

  // Any thread, also after Close: then nothing happens.
  void Start(Transfer transfer);
  void Cancel(uint64_t id);
  void Close();

  // Wire thread only. Swaps what has come for the emptied `mail`; never waits.
  void Take(Submissions& batch);
  // Wire thread only. True: nothing has come, and whatever comes from now on wakes curl_multi_poll.
  bool PrepareToPoll();

 private:
  void Wake();

  std::mutex mutex_;
  CURLM* multi_;
  Submissions pending_;
  bool polling_ = false;
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_SUBMISSION_QUEUE_H_
