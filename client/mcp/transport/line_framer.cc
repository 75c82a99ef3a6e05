// Lines within one piece are handed over as they lie there; only the others are copied.
#include "mcp/transport/line_framer.h"

namespace falcon::mcp {
namespace {

// More than this is given back once a line is done, so that one long line does not stay.
constexpr size_t kMostKept = size_t{64} * 1024;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

void LineFramer::Feed(std::string_view bytes, const Take& take) {
  for (size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    Finish(bytes.substr(0, end), take);
    bytes.remove_prefix(end + 1);
  }
  Hold(bytes);
}

void LineFramer::End(const Take& take) { Finish({}, take); }

void LineFramer::Hold(std::string_view piece) {
  if (skipping_) return;
  // One more than the limit, since it may be the CR of the line's end.
  if (held_.size() + piece.size() > most_bytes_ + 1) {
    skipping_ = true;
    held_ = std::string();
    return;
  }
  held_.append(piece);
}

void LineFramer::Finish(std::string_view last, const Take& take) {
  std::string_view line = last;
  if (!held_.empty()) {
    Hold(last);
    line = held_;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (skipping_ || line.size() > most_bytes_) {
    take({.text = {}, .too_long = true});
  } else if (!IsBlank(line)) {
    take({.text = line, .too_long = false});
  }
  skipping_ = false;
  held_.clear();
  if (held_.capacity() > kMostKept) held_ = std::string();
}

}  // namespace falcon::mcp
