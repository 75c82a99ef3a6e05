// Shapes of the ids and names that people give: what is of another shape is never sent to Falcon.
#ifndef FALCON_CLIENT_MCP_RESOURCES_RECORD_ID_H_
#define FALCON_CLIENT_MCP_RESOURCES_RECORD_ID_H_

#include <string_view>

namespace falcon::mcp {

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

#endif  // FALCON_CLIENT_MCP_RESOURCES_RECORD_ID_H_
