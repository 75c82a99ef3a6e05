// GzipDecoder: a gzip body as it arrives, decompressed piece by piece.
#ifndef FALCON_HTTP_CURL_GZIP_DECODER_H_
#define FALCON_HTTP_CURL_GZIP_DECODER_H_

#include <zlib.h>

#include <functional>
#include <string_view>

namespace falcon::http {

// One thread at a time. Reusable after Reset.
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

  // Decompresses what has come. Bytes behind the end are left out.
  State Feed(std::string_view chunk, const Sink& sink);
  State state() const { return state_; }
  void Reset();

 private:
  z_stream stream_{};
  bool open_ = false;  // the stream holds memory of zlib's
  State state_ = State::kMore;
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_GZIP_DECODER_H_
