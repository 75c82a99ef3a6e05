// Fuzzes the framing of lines: the lines of a stream do not depend on how it is cut into pieces,
// and none is longer than the limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/transport/stdio.h"

namespace {

using falcon::mcp::LineFramer;

// Nullopt stands for a line that was too long.
using Lines = std::vector<std::optional<std::string>>;

Lines Frame(std::string_view stream, size_t most_bytes, size_t piece) {
  Lines lines;
  const LineFramer::Take take = [&](const LineFramer::Line& line) {
    if (line.too_long) {
      lines.emplace_back();
    } else {
      lines.emplace_back(line.text);
    }
  };
  LineFramer framer(most_bytes);
  while (!stream.empty()) {
    const std::string_view bytes = stream.substr(0, piece);
    framer.Feed(bytes, take);
    stream.remove_prefix(bytes.size());
  }
  framer.End(take);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t most_bytes = data[0];
  const size_t piece = size_t{1} + data[1] % 16;
  const std::string_view stream(reinterpret_cast<const char*>(data + 2), size - 2);
  const Lines whole = Frame(stream, most_bytes, std::max<size_t>(1, stream.size()));
  if (Frame(stream, most_bytes, piece) != whole) std::abort();
  for (const auto& line : whole) {
    if (!line.has_value()) continue;
    if (line->size() > most_bytes || line->find('\n') != std::string::npos) std::abort();
    if (stream.find(*line) == std::string_view::npos) std::abort();
  }
  return 0;
}
