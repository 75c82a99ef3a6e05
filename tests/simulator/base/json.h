// The JSON type of the simulator and the one way it is turned to text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace falcon::simulator {

using Json = nlohmann::json;

// Never throws: text that is not UTF-8 is replaced, not refused.
inline std::string ToText(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace falcon::simulator
