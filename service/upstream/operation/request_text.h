// The text of requests to Falcon: query strings and JSON.
#ifndef FALCON_UPSTREAM_OPERATION_REQUEST_TEXT_H_
#define FALCON_UPSTREAM_OPERATION_REQUEST_TEXT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace falcon::upstream {

// Of a query string, not encoded. A name may occur more than once.
using Parameters = std::vector<std::pair<std::string, std::string>>;

// "<path>?name=value&..." with everything but unreserved characters percent-encoded: a `+` in FQL
// must survive.
std::string BuildUrl(std::string_view path, const Parameters& query);
// The parameters of "name=value&...", decoded. A `%` that escapes nothing stands for itself.
Parameters ParseQuery(std::string_view query);

// Compact JSON. Bytes that are not UTF-8 become U+FFFD.
std::string JsonText(const nlohmann::json& value);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_OPERATION_REQUEST_TEXT_H_
