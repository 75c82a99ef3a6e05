// falcon:// URIs taken apart, and put together.
#ifndef FALCON_CLIENT_MCP_RESOURCES_RESOURCE_URI_H_
#define FALCON_CLIENT_MCP_RESOURCES_RESOURCE_URI_H_

#include <optional>
#include <string>
#include <string_view>

namespace falcon::mcp {

struct ResourceUri {
  // "hosts" of falcon://hosts/...
  std::string kind;
  // What follows, percent-decoded; empty: nothing.
  std::string id;
};

// Unset: no falcon:// URI, more than one segment behind the kind, a query or a fragment, or
// percent signs that decode to nothing.
std::optional<ResourceUri> ReadResourceUri(std::string_view uri);

// The URI of a record, its id percent-encoded.
std::string RecordUri(std::string_view kind, std::string_view id);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_RESOURCES_RESOURCE_URI_H_
