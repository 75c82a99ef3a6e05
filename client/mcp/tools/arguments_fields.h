// Paths to fields of a record, for read masks.
#ifndef FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_FIELDS_H_
#define FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_FIELDS_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

namespace falcon::mcp {

// Whether "device.hostname" names a field of the record. Values such as instants have none inside.
bool HasPath(const google::protobuf::Descriptor& record, std::string_view path);

// The path that was meant: the same field under another message, or a typo away; else empty.
std::string NearestPath(const google::protobuf::Descriptor& record, std::string_view path);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_FIELDS_H_
