// What tools, prompts and resources work with: the gateway, its catalog, and the world.
#ifndef FALCON_CLIENT_MCP_TOOLS_BRIDGE_H_
#define FALCON_CLIENT_MCP_TOOLS_BRIDGE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "catalog.h"
#include "gateway.h"
#include "mcp/protocol/workers.h"

namespace falcon::mcp {

// The result budget, in bytes of structured content and again in bytes of text.
inline constexpr size_t kUsualResultBytes = size_t{24} * 1024;
inline constexpr size_t kLeastResultBytes = size_t{4} * 1024;
inline constexpr size_t kMostResultBytes = size_t{64} * 1024;

// The references outlive it. Functions may be called from any thread.
struct Bridge {
  const client::Catalog& catalog;
  client::Gateway& gateway;
  // Where the gateway is, for messages: HOST:PORT.
  std::string address;
  std::function<absl::Time()> now;
  // 16 random hexadecimal digits, new ones each time: what a record cannot guess.
  std::function<std::string()> nonce;
  // Of one call to the gateway.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  size_t result_bytes = kUsualResultBytes;
  // For several questions at once; null: they are asked one after another.
  Workers* workers = nullptr;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_BRIDGE_H_
