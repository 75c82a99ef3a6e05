// Cuts a byte stream into lines of bounded length.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_LINE_FRAMER_H_
#define FALCON_CLIENT_MCP_TRANSPORT_LINE_FRAMER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace falcon::mcp {

// However the stream is cut into pieces, its lines are the same. Holds at most one line.
class LineFramer {
 public:
  struct Line {
    // Without its end, LF or CRLF; bytes are as they came. Empty if `too_long`. Valid in the call
    // that hands it over.
    std::string_view text;
    bool too_long = false;
  };
  using Take = std::function<void(const Line& line)>;

  // `most_bytes`: longest line, its end not counted. Longer ones are skipped.
  explicit LineFramer(size_t most_bytes) : most_bytes_(most_bytes) {}

  // Calls `take` for each line that ends in `bytes`; blank ones are left out.
  void Feed(std::string_view bytes, const Take& take);
  // The stream has ended: what came after the last line end is a line too.
  void End(const Take& take);

 private:
  void Hold(std::string_view piece);
  // Hands over what is held and `last`, the line's last piece.
  void Finish(std::string_view last, const Take& take);

  const size_t most_bytes_;
  std::string held_;
  bool skipping_ = false;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_LINE_FRAMER_H_
