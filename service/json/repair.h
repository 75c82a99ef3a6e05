// Repairs text that is almost JSON, so that one bad value does not lose the page it stands on.
#ifndef FALCON_JSON_REPAIR_H_
#define FALCON_JSON_REPAIR_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace falcon::json {

struct Repaired {
  std::string text;     // with simdjson's padding as capacity
  size_t replaced = 0;  // places where something was lost or changed
};

// Bytes that are not UTF-8 and lone surrogates become U+FFFD; bare control characters and unknown
// escapes inside strings are escaped. A bare token that is no JSON value, or a number beyond 64
// bits and beyond a double, becomes text with the same characters (NaN: "NaN"), which loses nothing
// and is not counted.
Repaired Repair(std::string_view body);

}  // namespace falcon::json

#endif  // FALCON_JSON_REPAIR_H_
