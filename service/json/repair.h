// Repairs text that is almost JSON, so that one bad value does not lose its page.
#ifndef FALCON_JSON_REPAIR_H_
#define FALCON_JSON_REPAIR_H_

#include <string>
#include <string_view>

namespace falcon::json {

// Bytes that are not UTF-8 and lone surrogates become U+FFFD; bare control characters and unknown
// escapes inside strings are escaped. A bare token that is not JSON, or a number beyond 64 bits and
// beyond a double, becomes text with the same characters (NaN: "NaN"). The result has simdjson's
// padding as capacity.
std::string Repair(std::string_view body);

}  // namespace falcon::json

#endif  // FALCON_JSON_REPAIR_H_
