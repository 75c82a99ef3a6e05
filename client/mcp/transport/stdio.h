// MCP over standard input and output: one message a line.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_
#define FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_

#include <cstddef>

#include "mcp/protocol/server.h"

namespace falcon::mcp {

// Longest message taken, line end not counted; a longer line is answered with an error and skipped.
inline constexpr size_t kMostMessageBytes = size_t{4} * 1024 * 1024;

// Serves until `in` ends, then cancels what is in flight and returns. Whole lines only are written
// to `out`, in any order. True: `in` ended; false: reading or writing failed.
bool ServeStdio(Server& server, int in, int out);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_STDIO_H_
