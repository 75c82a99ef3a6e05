// What stands before a value on a card: a sign and a few words.
#ifndef FALCON_CLIENT_MCP_TOOLS_CARD_LABEL_H_
#define FALCON_CLIENT_MCP_TOOLS_CARD_LABEL_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

namespace falcon::mcp {

// From the record down to the field.
using FieldPath = std::vector<const google::protobuf::FieldDescriptor*>;

// By the words in the field's name; empty: it has none.
std::string_view SignOf(const google::protobuf::FieldDescriptor& field);

// The last two names of the path, or one that says enough: "CVE base score", "Hostname", "ID" for
// the record's own.
std::string LabelOf(const FieldPath& path);

// "is_cisa_kev" -> "is CISA KEV".
std::string WordsOf(const google::protobuf::FieldDescriptor& field);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_CARD_LABEL_H_
