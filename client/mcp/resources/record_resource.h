// Records by their ids, and the gateway's status, as JSON.
#ifndef FALCON_CLIENT_MCP_RESOURCES_RECORD_RESOURCE_H_
#define FALCON_CLIENT_MCP_RESOURCES_RECORD_RESOURCE_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "mcp/protocol/offer.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// A kind of record that has a URI.
struct RecordKind {
  // As in the URI, and as the catalog's noun: "hosts".
  std::string_view noun;
  // The request's field, as the template names it too: "device_id".
  std::string_view id_field;
  // "host".
  std::string_view one;
  bool (*is_id)(std::string_view text);
  // "32 hexadecimal digits".
  std::string_view id_shape;
};

std::span<const RecordKind> RecordKinds();

// {"host":{...},"truncated":false} within the bridge's budget.
absl::StatusOr<std::string> ReadRecord(const Bridge& bridge, const RecordKind& kind,
                                       const std::string& id, const CallContext& context);

// {"gateway":"127.0.0.1:50051","answers":true,"status":{...}}, or "answers":false and the reason.
std::string ReadStatus(const Bridge& bridge, const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_RESOURCES_RECORD_RESOURCE_H_
