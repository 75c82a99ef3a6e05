// Which texts are hashes, domains or public addresses that are worth a look-up.
#ifndef FALCON_CLIENT_MCP_PROMPTS_INDICATOR_H_
#define FALCON_CLIENT_MCP_PROMPTS_INDICATOR_H_

#include <string_view>

namespace falcon::mcp {

// A hash in hexadecimal, a domain name, or an IP address that is neither private nor a host's own.
// None of them holds a sign that FQL would read.
bool IsIndicator(std::string_view text);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_INDICATOR_H_
