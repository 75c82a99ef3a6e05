// zlib, a buffer at a time.
#include "http/curl/gzip_decoder.h"

#include <array>

namespace falcon::http {
namespace {

constexpr size_t kBufferBytes = size_t{32} << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

GzipDecoder::GzipDecoder() = default;

GzipDecoder::~GzipDecoder() {
  if (open_) inflateEnd(&stream_);
}

GzipDecoder::State GzipDecoder::Feed(std::string_view chunk, const Sink& sink) {
  // A gzip body may be several, one behind the other.
  if (state_ == State::kFinished && Starts(chunk)) Reset();
  if (state_ != State::kMore) return state_;
  if (!open_) open_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
  if (!open_) return state_ = State::kBroken;
  std::array<char, kBufferBytes> buffer;
  // zlib does not write to its input, and does not say so in its types.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(chunk.data()));
  stream_.avail_in = static_cast<uInt>(chunk.size());
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    const size_t made = buffer.size() - stream_.avail_out;
    if (made > 0 && !sink({buffer.data(), made})) return state_ = State::kRefused;
    const std::string_view rest(reinterpret_cast<const char*>(stream_.next_in), stream_.avail_in);
    if (result == Z_STREAM_END && !Starts(rest)) return state_ = State::kFinished;
    if (result == Z_STREAM_END) {
      inflateReset(&stream_);
      continue;
    }
    if (result == Z_BUF_ERROR) break;  // wants more input
    if (result != Z_OK) return state_ = State::kBroken;
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return state_;
}

void GzipDecoder::Reset() {
  if (open_) inflateReset(&stream_);
  state_ = State::kMore;
}

}  // namespace falcon::http
