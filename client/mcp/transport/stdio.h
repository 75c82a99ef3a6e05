// MCP over standard input and output: one message a line.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_
#define FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_

#include <chrono>

#include "mcp/protocol/server.h"

namespace falcon::mcp {

// How long calls may go on after the input has ended: enough for a request or two out of a pipe,
// less than the two seconds after which clients kill a server.
inline constexpr std::chrono::milliseconds kStdioGrace{1500};

// Serves until `in` ends or `out` is closed. A line longer than kMostMessageBytes, its end not
// counted, is answered with an error and skipped. At the end of input calls in flight may finish
// for `grace`, then they are cancelled; where none is in flight it returns at once. Whole lines
// only are written to `out`, in any order, and none after the return. True: `in` ended; false:
// reading or writing failed. SIGPIPE must be ignored in the process, else a closed `out` ends it.
bool ServeStdio(Server& server, int in, int out, std::chrono::milliseconds grace = kStdioGrace);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_
