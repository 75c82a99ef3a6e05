// How a transfer ended without a response, and the failure that callers see for it: the table in
// http.h.
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
  std::string detail;      // curl's own words; empty: the code's
  long tunnel_status = 0;  // of a proxy's answer to CONNECT; 0: none
  bool connected = false;  // a connection was ready, so bytes of the request may have left
};

// `end` must be a failure.
absl::Status ToStatus(const CurlResult& end);

// The request's deadline ended the transfer, or came before it. `received_nothing`: no byte came
// over its connection meanwhile.
absl::Status DeadlinePassed(bool received_nothing);

// 407: the proxy wants credentials that we lack.
absl::Status ProxyAuthRequired();

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CURL_RESULT_H_
