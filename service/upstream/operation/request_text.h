// The text of an upstream request: its URL and its JSON.
#ifndef FALCON_UPSTREAM_OPERATION_REQUEST_TEXT_H_
#define FALCON_UPSTREAM_OPERATION_REQUEST_TEXT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace falcon::upstream {

// "<path>?name=value&..." with everything but unreserved characters percent-encoded; `+` in FQL
// must survive.
std::string BuildUrl(std::string_view path,
                     const std::vector<std::pair<std::string, std::string>>& query);

// The parameters of "name=value&...", decoded. Bytes that no `%` escapes are taken as they are.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query);

// Compact JSON. Bytes that are not UTF-8 become U+FFFD.
std::string JsonText(const nlohmann::json& value);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_OPERATION_REQUEST_TEXT_H_
