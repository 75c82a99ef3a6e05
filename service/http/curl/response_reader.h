// ResponseReader: turns the bytes of a transfer into an HttpResponse, and decompresses them.
#ifndef FALCON_HTTP_CURL_RESPONSE_READER_H_
#define FALCON_HTTP_CURL_RESPONSE_READER_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "http/http_transport.h"

namespace falcon::http {

// Decompresses a gzip body piece by piece. One thread at a time. Reusable after Reset.
class GzipDecoder {
 public:
  // Takes decompressed bytes; false ends the decoding.
  using Sink = std::function<bool(std::string_view)>;
  enum class State { kMore, kFinished, kBroken, kRefused };  // kRefused: by the sink

  GzipDecoder();
  ~GzipDecoder();
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  // The first byte of every gzip body, and of no text.
  static bool Starts(std::string_view body) { return body.starts_with('\x1F'); }

  // Decompresses `chunk`. Bytes behind the end are ignored.
  State Feed(std::string_view chunk, const Sink& sink);
  State state() const { return state_; }
  void Reset();

 private:
  z_stream stream_{};
  bool open_ = false;  // the stream holds memory of zlib's
  State state_ = State::kMore;
};

// One thread at a time. Take leaves it ready for the next response. The first byte says whether a
// body is gzip, because some servers put a charset into `Content-Encoding`, or an encoding that a
// proxy has undone already.
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

  // Both return false when the transfer must end; failure() says why.
  // One header line with its line end; a status line begins a new response (after 100 Continue, for
  // one).
  bool OnHeader(std::string_view line);
  // Bytes as they came. `content_length`: as announced; -1: not announced.
  bool OnBody(std::string_view chunk, int64_t content_length);
  // Once all has arrived.
  bool OnEnd();

  // Whether the final status line was received, not only one of an interim response.
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
