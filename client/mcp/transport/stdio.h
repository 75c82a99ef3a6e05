// MCP over standard input and output: one message a line.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_
#define FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "mcp/protocol/server.h"

namespace falcon::mcp {

// Cuts a byte stream into lines of bounded length. However the stream is cut into pieces, its lines are the same. Holds at most one line.
class LineFramer {
 public:
  struct Line {
    // Without its end, LF or CRLF; bytes are as they came. Empty if `too_long`. Valid in the call
    // that hands it over.
    std::string_view text;
    bool too_long = false;
  };
  using Take = std::function<void(const Line& line)>;

  // `max_bytes`: longest line, its end not counted. Longer ones are skipped.
  explicit LineFramer(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Calls `take` for each line that ends in `bytes`; blank ones are left out.
  void Feed(std::string_view bytes, const Take& take);
  // The stream has ended: what came after the last line end is a line too.
  void End(const Take& take);

 private:
  void Hold(std::string_view piece);
  // Hands over what is held and `last`, the line's last piece.
  void Finish(std::string_view last, const Take& take);

  const size_t max_bytes_;
  std::string held_;
  bool skipping_ = false;
};

// How long calls may go on after the input has ended: enough for a request or two out of a pipe,
// less than the two seconds after which clients kill a server.
inline constexpr std::chrono::milliseconds kStdioGrace{1500};

// Serves until `in` ends or `out` is closed. A line longer than kMaxMessageBytes, its end not
// counted, is answered with an error and skipped. At the end of input calls in flight may finish
// for `grace`, then they are cancelled; where none is in flight it returns at once. Whole lines
// only are written to `out`, in any order, and none after the return. True: `in` ended; false:
// reading or writing failed. SIGPIPE must be ignored in the process, else a closed `out` ends it.
bool ServeStdio(Server& server, int in, int out, std::chrono::milliseconds grace = kStdioGrace);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_
