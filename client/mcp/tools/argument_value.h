// One value that a model gave for a parameter.
#ifndef FALCON_CLIENT_MCP_TOOLS_ARGUMENT_VALUE_H_
#define FALCON_CLIENT_MCP_TOOLS_ARGUMENT_VALUE_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/parameters.h"

namespace falcon::mcp {

struct ArgumentValue {
  // What is wrong, behind the value: "\"hihg\" is not one of low, high"; empty: nothing.
  std::string problem;
  // The value in its canonical form; of a wrong one what would be right, null if nothing would.
  Json right;
};

// One value, or one of a list. `record` is what fields are paths of; null if there is none.
ArgumentValue ReadValue(const Parameter& parameter, const Json& given, absl::Time now,
                        const google::protobuf::Descriptor* record);

// The values of an argument: of a list its items, of words and paths in one text those between
// commas, else itself.
std::vector<Json> ItemsOf(const Parameter& parameter, const Json& given);

// Sets a value without problem in the request, or adds it to a list.
void PutValue(const Parameter& parameter, const Json& value, absl::Time now,
              google::protobuf::Message& request);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ARGUMENT_VALUE_H_
