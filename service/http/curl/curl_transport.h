// HttpTransport by libcurl: one thread that owns one CURLM and every handle in it.
#ifndef FALCON_HTTP_CURL_CURL_TRANSPORT_H_
#define FALCON_HTTP_CURL_CURL_TRANSPORT_H_

#include <memory>
#include <string>

#include "base/time.h"
#include "http/curl/curl_options.h"
#include "http/http_transport.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"

namespace falcon::http {

class CurlEngine;

// Responses are posted to the loop, exactly once for each request that was not cancelled.
// Destroying the transport ends its thread. A Send that still waits then fails with
// UPSTREAM_CONNECTION.
class CurlTransport final : public HttpTransport {
 public:
  // `loop` and `clock` outlive the transport.
  CurlTransport(CurlOptions options, runtime::Loop& loop, const Clock& clock,
                OnRetired on_retired = {});
  ~CurlTransport() override;

  Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request) override;

  // Any thread.
  TransportStats stats() const;

 private:
  class PendingRequests;

  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  std::shared_ptr<PendingRequests> pending_;
  std::unique_ptr<CurlEngine> engine_;
};

// The versions of libcurl and its libraries: "libcurl/7.88.1 OpenSSL/3.0.19 nghttp2/1.52.0".
std::string CurlVersion();

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CURL_TRANSPORT_H_
