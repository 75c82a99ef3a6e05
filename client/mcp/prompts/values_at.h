// Values inside messages, by paths that may lead through lists.
#ifndef FALCON_CLIENT_MCP_PROMPTS_VALUES_AT_H_
#define FALCON_CLIENT_MCP_PROMPTS_VALUES_AT_H_

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

namespace falcon::mcp {

// "incident.derived.hosts.device_id": all that are set and not empty, in order. Enums as their
// words, instants in RFC 3339. A path that leads nowhere has none.
std::vector<std::string> TextsAt(const google::protobuf::Message& message, std::string_view path);

// The first of them; empty: none.
std::string TextAt(const google::protobuf::Message& message, std::string_view path);

// The messages at that path.
std::vector<const google::protobuf::Message*> MessagesAt(const google::protobuf::Message& message,
                                                         std::string_view path);

// Clears a field, such as "incident.evidence.alerts"; no list may be on the way.
void ClearAt(google::protobuf::Message& message, std::string_view path);

// Takes out of the message's field `list` those items whose text field `id_field` is one of `ids`,
// and as many off its `total_size`.
void DropFrom(google::protobuf::Message& message, std::string_view list, std::string_view id_field,
              const std::vector<std::string>& ids);

// Appends those that are not there yet, up to `most` in all.
void AddNew(std::vector<std::string>& all, const std::vector<std::string>& more, size_t most);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_VALUES_AT_H_
