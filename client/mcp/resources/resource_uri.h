// falcon:// URIs, and the shapes of the ids in them.
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

// Shapes of the ids and names that people give: what is of another shape is never sent to Falcon.

// 32 hexadecimal digits, in any case.
bool IsDeviceId(std::string_view text);

// `<cid>:<kind>:<rest>`: letters, digits and . _ - = between colons, at most 512 characters.
bool IsCompositeId(std::string_view text);

// Letters, digits and . _ : -, at most 128 characters.
bool IsIncidentId(std::string_view text);

// An incident's number for people, such as ABC-1234.
bool IsReferenceId(std::string_view text);

// Letters, digits and . _ -, at most 255 characters, the first one a letter or a digit.
bool IsHostname(std::string_view text);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_RESOURCES_RESOURCE_URI_H_
