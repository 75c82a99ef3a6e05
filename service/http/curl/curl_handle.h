// CurlHandle: one easy handle with everything that curl may point into while a transfer runs.
#ifndef FALCON_HTTP_CURL_CURL_HANDLE_H_
#define FALCON_HTTP_CURL_CURL_HANDLE_H_

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/curl/connections.h"
#include "http/curl/curl_options.h"
#include "http/curl/curl_result.h"
#include "http/curl/response_reader.h"
#include "http/http_transport.h"
#include "runtime/thread_affinity.h"

namespace falcon::http {

// A request and its number, which is never used twice. A secret body is erased wherever it ends.
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

// Wire thread only. Reused from transfer to transfer: options that never change are set once.
// CURLOPT_PRIVATE is this object.
class CurlHandle {
 public:
  // `connections` and `clock` outlive the handle.
  CurlHandle(const CurlOptions& options, Connections& connections, const Clock& clock);
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;
  ~CurlHandle();

  CURL* easy() const { return easy_.get(); }
  uint64_t id() const { return transfer_.id; }
  SteadyTime deadline() const { return transfer_.request.deadline.at(); }
  // When the transfer was prepared; where and when its request was sent, once it was.
  SteadyTime started() const { return started_; }
  const std::optional<SentOn>& sent() const { return sent_; }

  // Prepares the handle for `transfer`. Fails, and starts nothing, when the request cannot be sent
  // at all. The engine enforces the deadline.
  absl::Status Prepare(Transfer transfer);
  // The result of the transfer that ended with `code`. The handle may then be used again.
  absl::StatusOr<HttpResponse> Finish(CURLcode code);
  // Forgets a transfer that was cancelled.
  void Clear();

  // The transfer's connection was retired: the transfer may be sent once more, unless its response
  // has begun.
  void LoseConnection() { replay_ = replay_ == Replay::kUnused ? Replay::kDue : replay_; }
  // Prepares the transfer for that. False: it must not be sent again.
  bool Rewind();

 private:
  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  static int OnSend(void* self, char* peer_ip, char* local_ip, int peer_port, int local_port);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);

  void SetPersistentOptions(const CurlOptions& options);
  void SetHeaders();
  void SetMethod();
  template <class T>
  T Info(CURLINFO what) const;
  CurlResult End(CURLcode code) const;

  [[no_unique_address]] runtime::ThreadAffinity wire_thread_;
  const Clock& clock_;
  std::unique_ptr<CURL, Cleanup> easy_;
  ResponseReader reader_;
  const long stall_seconds_;
  Transfer transfer_;
  SteadyTime started_;
  std::optional<SentOn> sent_;
  enum class Replay { kUnused, kDue, kSpent };
  Replay replay_ = Replay::kUnused;
  std::vector<std::string> lines_;  // of the request's header; the last may hold the authorization
  std::vector<curl_slist> list_;    // points into lines_
  std::array<char, CURL_ERROR_SIZE> error_buffer_{};
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CURL_HANDLE_H_
