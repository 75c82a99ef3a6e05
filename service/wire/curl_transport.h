// HttpTransport by libcurl: one thread that owns one CURLM and every handle in it.
#ifndef FALCON_WIRE_CURL_TRANSPORT_H_
#define FALCON_WIRE_CURL_TRANSPORT_H_

#include <memory>

#include "base/time.h"
#include "run/loop.h"
#include "wire/http.h"
#include "wire/wire_options.h"

namespace falcon::wire {

class CurlEngine;

// Responses are posted to the loop, exactly once for each request that was not cancelled.
// Destroying the transport ends its thread; a Send that still waits then fails with
// UPSTREAM_CONNECTION.
class CurlTransport final : public HttpTransport {
 public:
  // `loop` and `clock` outlive the transport.
  CurlTransport(WireOptions options, run::Loop& loop, const Clock& clock,
                OnRetired on_retired = {});
  ~CurlTransport() override;

  Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request) override;

  // Any thread.
  WireStats stats() const;

 private:
  class Switchboard;

  std::shared_ptr<Switchboard> switchboard_;
  std::unique_ptr<CurlEngine> engine_;
};

// Of libcurl and what it uses, as it runs: "libcurl/7.88.1 OpenSSL/3.0.19 nghttp2/1.52.0".
std::string CurlVersion();

}  // namespace falcon::wire

#endif  // FALCON_WIRE_CURL_TRANSPORT_H_
