// ResponseReader: what arrives from the wire becomes an HttpResponse, or trouble when there is too
// much of it or it cannot be decompressed.
#ifndef FALCON_HTTP_CURL_RESPONSE_READER_H_
#define FALCON_HTTP_CURL_RESPONSE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/curl/gzip_decoder.h"
#include "http/http_transport.h"

namespace falcon::http {

// One thread at a time. Reused: Take leaves it ready for the next response. Whether a body is gzip
// is told by its first byte: `Content-Encoding` names charsets, and what a proxy has undone
// already.
class ResponseReader {
 public:
  enum class Failure {
    kNone,
    kBodyTooLarge,
    kDecompressionBomb,
    kHeadersTooLarge,
    kBrokenGzip,
    kCutGzip,  // the body ended before its gzip did
  };

  // `max_body_bytes` and `max_ratio` speak of the decompressed body. A body up to 1 MiB may have
  // any ratio.
  ResponseReader(size_t max_body_bytes, int max_ratio)
      : max_body_bytes_(max_body_bytes), max_ratio_(max_ratio) {}

  // Both return false when the transfer is to end; trouble() says why.
  // One header line with its line end; a status line begins a new response (after 100 Continue, for
  // one).
  bool OnHeader(std::string_view line);
  // Bytes as they came. `content_length`: as announced; -1: not announced.
  bool OnBody(std::string_view chunk, int64_t content_length);
  // Once all has arrived.
  bool OnEnd();

  // Whether the status line of the response itself has come, not only one of an interim response.
  bool begun() const { return begun_; }
  Failure failure() const { return failure_; }
  // The response but for its status. Header names in lower case; the body has 64 bytes to spare.
  HttpResponse Take();
  void Reset();

 private:
  bool Fail(Failure failure);
  bool Append(std::string_view bytes);
  void MakeRoom(size_t bytes, int64_t content_length);

  size_t max_body_bytes_;
  int max_ratio_;
  HttpResponse response_;
  size_t header_bytes_ = 0;
  int64_t wire_bytes_ = 0;  // of the body
  bool begun_ = false;
  bool compressed_ = false;
  GzipDecoder gzip_;
  Failure failure_ = Failure::kNone;
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_RESPONSE_READER_H_
