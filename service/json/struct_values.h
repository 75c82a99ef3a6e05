// Any JSON value as google.protobuf.Value or Struct.
#ifndef FALCON_JSON_STRUCT_VALUES_H_
#define FALCON_JSON_STRUCT_VALUES_H_

#include "google/protobuf/struct.pb.h"
#include "simdjson.h"

namespace falcon::json {

// Nesting that a Value keeps: protobuf parsers refuse 100 levels of messages, and each level here
// costs three. What lies deeper becomes its JSON text.
inline constexpr int kMaxValueDepth = 24;

// Whole numbers beyond 2^53 become text, so that their digits are exact.
void StoreValue(simdjson::dom::element from, google::protobuf::Value& to, int depth = 0);
void StoreStruct(const simdjson::dom::object& from, google::protobuf::Struct& to, int depth = 0);

}  // namespace falcon::json

#endif  // FALCON_JSON_STRUCT_VALUES_H_
