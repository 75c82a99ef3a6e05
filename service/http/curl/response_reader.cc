// Checks the limits before it copies.
#include "http/curl/response_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace falcon::http {
namespace {

constexpr size_t kGzipBufferBytes = size_t{32} << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr size_t kSpare = 64;  // SIMDJSON_PADDING
constexpr size_t kMaxHeaderBytes = size_t{256} << 10;
constexpr size_t kAnyRatioBytes = size_t{1} << 20;
// A server may announce what it never sends: more than this grows with what really arrives.
constexpr size_t kMaxReserve = size_t{8} << 20;
constexpr int64_t kTypicalJsonRatio = 8;

// "HTTP/1.1 103 Early Hints" and the like come before the response.
bool IsInterim(std::string_view status_line) {
  const size_t blank = status_line.find(' ');
  return blank != std::string_view::npos && status_line.substr(blank + 1).starts_with('1');
}

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
  std::array<char, kGzipBufferBytes> buffer;
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

bool ResponseReader::OnHeader(std::string_view line) {
  const bool status_line = line.starts_with("HTTP/");
  if (status_line) Reset();
  begun_ = begun_ || (status_line && !IsInterim(line));
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) return Fail(Failure::kHeadersTooLarge);
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || status_line) return true;
  response_.headers.emplace_back(Lower(Trimmed(line.substr(0, colon))),
                                 Trimmed(line.substr(colon + 1)));
  return true;
}

bool ResponseReader::OnBody(std::string_view chunk, int64_t content_length) {
  if (wire_bytes_ == 0) compressed_ = GzipDecoder::Starts(chunk);
  wire_bytes_ += static_cast<int64_t>(chunk.size());
  const bool announced_too_much =
      content_length >= 0 && static_cast<size_t>(content_length) > max_body_bytes_;
  if (announced_too_much) return Fail(Failure::kBodyTooLarge);
  if (response_.body.empty()) MakeRoom(chunk.size(), content_length);
  if (!compressed_) return Append(chunk);
  const GzipDecoder::State state =
      gzip_.Feed(chunk, [this](std::string_view bytes) { return Append(bytes); });
  if (state == GzipDecoder::State::kBroken) return Fail(Failure::kBrokenGzip);
  return state != GzipDecoder::State::kRefused;
}

bool ResponseReader::OnEnd() {
  const bool whole = !compressed_ || gzip_.state() == GzipDecoder::State::kFinished;
  return whole || Fail(Failure::kCutGzip);
}

bool ResponseReader::Append(std::string_view bytes) {
  std::string& body = response_.body;
  const size_t size = body.size() + bytes.size();
  if (size > max_body_bytes_) return Fail(Failure::kBodyTooLarge);
  const bool bomb =
      compressed_ && size > kAnyRatioBytes && static_cast<int64_t>(size) > wire_bytes_ * max_ratio_;
  if (bomb) return Fail(Failure::kDecompressionBomb);
  MakeRoom(size, -1);
  body.append(bytes);
  return true;
}

void ResponseReader::MakeRoom(size_t bytes, int64_t content_length) {
  std::string& body = response_.body;
  if (body.empty() && content_length > 0) {
    const int64_t likely = compressed_ ? content_length * kTypicalJsonRatio : content_length;
    const size_t bound = std::min(kMaxReserve, max_body_bytes_);
    bytes = std::max(bytes, std::min(static_cast<size_t>(likely), bound));
  }
  // std::string grows geometrically by itself: reserve asks for at least twice what it had.
  if (body.capacity() < bytes + kSpare) body.reserve(bytes + kSpare);
}

bool ResponseReader::Fail(Failure failure) {
  failure_ = failure;
  return false;
}

HttpResponse ResponseReader::Take() {
  std::string& body = response_.body;
  if (body.capacity() < body.size() + kSpare) body.reserve(body.size() + kSpare);
  HttpResponse response = std::move(response_);
  Reset();
  return response;
}

void ResponseReader::Reset() {
  response_ = HttpResponse();
  header_bytes_ = 0;
  wire_bytes_ = 0;
  begun_ = false;
  if (compressed_) gzip_.Reset();
  compressed_ = false;
  failure_ = Failure::kNone;
}

}  // namespace falcon::http
