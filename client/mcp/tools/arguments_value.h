// Reads one value that a model gave for a parameter.
#ifndef FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_VALUE_H_
#define FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_VALUE_H_

#include <google/protobuf/message.h>

#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/parameters_list.h"

namespace falcon::mcp {

// What a value says: text and words, numbers, true or false, an instant.
using Value = std::variant<std::string, int, double, bool, absl::Time>;

struct ReadValue {
  // What was wrong, behind the value's name: "\"hihg\" is not one of low, high"; empty: nothing,
  // and `value` holds.
  std::string problem;
  Value value;
  // What would be right, for an example; null: nothing would.
  Json right;
  // What was read, for a sentence, without hostile characters.
  std::string words;
};

// One value, or one of a list. `record` is what fields are paths of; null if there is none.
ReadValue ReadOne(const Parameter& parameter, const Json& given, absl::Time now,
                  const google::protobuf::Descriptor* record);

// The arguments that say something: models fill in what is optional with null, blank text, and
// lists of nothing else.
Json WithoutBlanks(const Json& arguments);

// The values of an argument: of a list its items, of words and paths in one text those between
// commas, else itself.
std::vector<Json> ItemsOf(const Parameter& parameter, const Json& given);

// Into the request: sets, or adds to a list.
void PutValue(const Parameter& parameter, const Value& value, google::protobuf::Message& request);

// JSON as one may show it: without hostile characters, cut where it is long.
std::string ShownJson(const Json& given);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_VALUE_H_
