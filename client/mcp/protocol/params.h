// Parameters of requests, taken out of their JSON with care.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_PARAMS_H_
#define FALCON_CLIENT_MCP_PROTOCOL_PARAMS_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/json.h"
#include "mcp/protocol/offer.h"

namespace falcon::mcp {

// The string at `name`; null: there is none.
const std::string* StringAt(const Json& object, const char* name);

// The object at `name`, an empty one where nothing is; null: something else is there.
const Json* ObjectAt(const Json& object, const char* name);

// The `arguments` of a call: absent where they are null, as some clients send them.
const Json* ArgumentsOf(const Json& params);

// Why `arguments` are more than a call may have (see message.h), as a sentence; empty: they are not.
std::string JudgeSize(const Json& arguments);

// Names to strings, without those that are null; nothing: some value is no string, or `object` is
// null.
std::optional<std::map<std::string, std::string>> StringsOf(const Json* object);

// JSON text of a request's progress token, a string or an integer; empty: it has none.
std::string ProgressToken(const Json& params);

template <class Named>
const Named* FindNamed(const std::vector<Named>& all, std::string_view name) {
  const auto found =
      std::ranges::find_if(all, [name](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// What is wrong with the arguments for a prompt, in a sentence; empty: nothing.
std::string CheckArguments(const Prompt& prompt,
                           const std::map<std::string, std::string>& arguments);

// Reads what is being completed. An error is a sentence on what is wrong with it.
std::optional<std::string> ReadCompletion(const Json& params, const Offer& offer,
                                          CompletionRequest& request);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_PARAMS_H_
