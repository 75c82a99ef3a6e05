// ResponseReader: what arrives from the wire becomes an HttpResponse, or trouble when there is too
// much of it.
#ifndef FALCON_WIRE_RESPONSE_READER_H_
#define FALCON_WIRE_RESPONSE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/http.h"

namespace falcon::wire {

// One thread at a time. Reused: Take leaves it ready for the next response.
class ResponseReader {
 public:
  enum class Trouble { kNone, kBodyTooLarge, kDecompressionBomb, kHeadersTooLarge };

  // How far the body has come on the wire.
  struct Progress {
    int64_t wire_bytes = 0;       // received before decompression; may lag by one read buffer
    int64_t content_length = -1;  // as announced; -1: not announced
  };

  // `max_body_bytes` and `max_ratio` speak of the decompressed body. A body up to 1 MiB may have
  // any ratio.
  ResponseReader(size_t max_body_bytes, int max_ratio)
      : max_body_bytes_(max_body_bytes), max_ratio_(max_ratio) {}

  // Both return false when the transfer is to end; trouble() says why.
  // One header line with its line end; a status line begins a new response (after 100 Continue, for
  // one).
  bool OnHeader(std::string_view line);
  bool OnBody(std::string_view chunk, Progress progress);
  // Once all has arrived: judges by the exact count of bytes on the wire.
  bool OnEnd(int64_t wire_bytes);

  Trouble trouble() const { return trouble_; }
  // The response but for its status. Header names in lower case; the body has 64 bytes to spare.
  HttpResponse Take();
  void Reset();

 private:
  bool Fail(Trouble trouble);
  bool OverRatio(int64_t wire_bytes) const;
  void MakeRoom(size_t bytes, int64_t content_length);

  size_t max_body_bytes_;
  int max_ratio_;
  HttpResponse response_;
  size_t header_bytes_ = 0;
  bool compressed_ = false;
  Trouble trouble_ = Trouble::kNone;
};

}  // namespace falcon::wire

#endif  // FALCON_WIRE_RESPONSE_READER_H_
