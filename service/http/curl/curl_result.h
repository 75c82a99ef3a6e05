// CurlResult: how a transfer ended without a response, and the status that callers get for it: the
// table in http_transport.h.
#ifndef FALCON_HTTP_CURL_CURL_RESULT_H_
#define FALCON_HTTP_CURL_CURL_RESULT_H_

#include <curl/curl.h>

#include <string>

#include "absl/status/status.h"
#include "http/curl/response_reader.h"

namespace falcon::http {

struct CurlResult {
  CURLcode code = CURLE_OK;
  ResponseReader::Failure failure = ResponseReader::Failure::kNone;
  std::string detail;      // libcurl's error buffer; empty: use the code's text
  long tunnel_status = 0;  // of a proxy's response to CONNECT; 0: none
  bool connected = false;  // a connection was ready, so bytes of the request may have left
};

// `end` must be a failure.
absl::Status ToStatus(const CurlResult& end);

// The request's deadline passed before or during the transfer. `received_nothing`: no byte was
// received over its connection meanwhile.
absl::Status DeadlinePassed(bool received_nothing);

// 407: the proxy requires credentials.
absl::Status ProxyAuthRequired();

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CURL_RESULT_H_
