// Ceilings before copies.
#include "wire/response_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/text.h"

namespace falcon::wire {
namespace {

constexpr size_t kSpare = 64;  // SIMDJSON_PADDING
constexpr size_t kMaxHeaderBytes = size_t{256} << 10;
constexpr size_t kAnyRatioBytes = size_t{1} << 20;
// A server may announce what it never sends: more than this grows with what really arrives.
constexpr size_t kMaxReserve = size_t{8} << 20;
constexpr int64_t kTypicalJsonRatio = 8;
// curl counts wire bytes after it has handed over what was decoded from them.
constexpr int64_t kCountLag = int64_t{16} << 10;

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

}  // namespace

bool ResponseReader::OnHeader(std::string_view line) {
  if (line.starts_with("HTTP/")) Reset();
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) return Fail(Trouble::kHeadersTooLarge);
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.starts_with("HTTP/")) return true;
  auto& [name, value] = response_.headers.emplace_back(Lower(Trim(line.substr(0, colon))),
                                                       Trim(line.substr(colon + 1)));
  if (name == "content-encoding" && !EqualsIgnoringCase(value, "identity")) compressed_ = true;
  return true;
}

bool ResponseReader::OnBody(std::string_view chunk, Progress progress) {
  std::string& body = response_.body;
  const size_t size = body.size() + chunk.size();
  const bool announced_too_much = !compressed_ && progress.content_length >= 0 &&
                                  static_cast<size_t>(progress.content_length) > max_body_bytes_;
  if (size > max_body_bytes_ || announced_too_much) return Fail(Trouble::kBodyTooLarge);
  MakeRoom(size, progress.content_length);
  body.append(chunk);
  return !OverRatio(progress.wire_bytes + kCountLag) || Fail(Trouble::kDecompressionBomb);
}

bool ResponseReader::OnEnd(int64_t wire_bytes) {
  return !OverRatio(wire_bytes) || Fail(Trouble::kDecompressionBomb);
}

bool ResponseReader::OverRatio(int64_t wire_bytes) const {
  const size_t size = response_.body.size();
  return compressed_ && size > kAnyRatioBytes &&
         static_cast<int64_t>(size) > wire_bytes * max_ratio_;
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

bool ResponseReader::Fail(Trouble trouble) {
  trouble_ = trouble;
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
  compressed_ = false;
  trouble_ = Trouble::kNone;
}

}  // namespace falcon::wire
