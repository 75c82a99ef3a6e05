// Uses zlib's streaming interface, so that a bomb costs little memory here.
#include "simulator/fault/bodies.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

namespace falcon::simulator {
namespace {

constexpr std::string_view kOpen =
    R"({"meta":{"query_time":0.01,"trace_id":"00000000-0000-4000-8000-000000000000"},"errors":[],"resources":[)";
constexpr std::string_view kClose = "]}";

class Deflater {
 public:
  Deflater() {
    ok_ = deflateInit2(&stream_, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) ==
          Z_OK;
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Put(std::string_view text, bool last) {
    // zlib's interface predates const; it does not write here.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    char buffer[16384];
    int result = ok_ ? Z_OK : Z_STREAM_END;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer);
      stream_.avail_out = sizeof buffer;
      if (result != Z_STREAM_END) result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      packed_.append(buffer, sizeof buffer - stream_.avail_out);
    } while (result != Z_STREAM_END && (stream_.avail_out == 0 || (last && result == Z_OK)));
  }
  std::string Take() { return std::move(packed_); }

 private:
  z_stream stream_{};
  bool ok_ = false;
  std::string packed_;
};

}  // namespace

std::string Gzip(std::string_view text) {
  Deflater deflater;
  deflater.Put(text, true);
  return deflater.Take();
}

std::string GzipBomb(size_t unpacked_bytes) {
  Deflater deflater;
  deflater.Put(kOpen, false);
  const std::string blanks(1 << 20, ' ');
  for (size_t put = 0; put < unpacked_bytes; put += blanks.size()) deflater.Put(blanks, false);
  deflater.Put(kClose, true);
  return deflater.Take();
}

std::string OversizeBody(size_t bytes) {
  constexpr size_t kMax = size_t{1} << 30;
  std::string body;
  body.reserve(std::min(bytes, kMax) + 256);
  body.append(kOpen).append("\"").append(std::min(bytes, kMax), 'x').append("\"").append(kClose);
  return body;
}

std::string DeepBody(size_t depth) {
  std::string body(kOpen);
  for (size_t i = 0; i < depth; ++i) body += R"({"a":)";
  body += "1";
  body.append(depth, '}');
  return body.append(kClose);
}

}  // namespace falcon::simulator
