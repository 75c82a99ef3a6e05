// Values on one line of a card.
#ifndef FALCON_CLIENT_MCP_TOOLS_CARD_VALUE_H_
#define FALCON_CLIENT_MCP_TOOLS_CARD_VALUE_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace falcon::mcp {

// Of one list.
inline constexpr size_t kMostCardItems = 20;

// One value: text shown and defanged, instants as "2026-05-28 20:26:40 UTC", severities with their
// marks, messages as "name value, name value". `index` -1: the field is not repeated. Empty: it
// says nothing.
std::string CardValue(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, int index);

// All values of a list or a map, by commas.
std::string CardList(const google::protobuf::Message& message,
                     const google::protobuf::FieldDescriptor& field);

// By commas; of a long list the first ones, and how many there are.
std::string JoinItems(const std::vector<std::string>& items, size_t all);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_CARD_VALUE_H_
