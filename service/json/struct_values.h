// Any JSON value as google.protobuf.Value, and the keys that a message does not model as
// google.protobuf.Struct.
#ifndef FALCON_JSON_STRUCT_VALUES_H_
#define FALCON_JSON_STRUCT_VALUES_H_

#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "simdjson.h"

namespace falcon::json {

// Nesting that a Value keeps: protobuf parsers refuse 100 levels of messages, and each level here
// costs three. What lies deeper becomes its JSON text.
inline constexpr int kMaxValueDepth = 24;

// Whole numbers beyond 2^53 become text, so that their digits are exact.
void StoreValue(simdjson::dom::element from, google::protobuf::Value& to, int depth = 0);
void StoreStruct(const simdjson::dom::object& from, google::protobuf::Struct& to, int depth = 0);

// Where the unmodelled keys of a message go: made only when there is one, below the keys that lead
// to the message.
class Extras {
 public:
  // The record itself.
  explicit Extras(google::protobuf::Struct* root) : made_(root) {}
  // A message below `key` of `parent`'s message; of a repeated field, element `element`.
  Extras(Extras& parent, std::string_view key, int element = -1)
      : parent_(&parent), key_(key), element_(element) {}

  void Store(std::string_view key, simdjson::dom::element value);
  // Forgets what stands at `key`: a later duplicate replaces it.
  void Erase(std::string_view key);

 private:
  google::protobuf::Struct& Made();

  Extras* parent_ = nullptr;
  std::string_view key_;
  int element_ = -1;
  google::protobuf::Struct* made_ = nullptr;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_STRUCT_VALUES_H_
