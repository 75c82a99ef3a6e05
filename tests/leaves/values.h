// Whether a JSON value and a protobuf value are the same, by rules of its own: the decoder's are
// what is tested.
#ifndef FALCON_TESTS_LEAVES_VALUES_H_
#define FALCON_TESTS_LEAVES_VALUES_H_

#include <nlohmann/json.hpp>

#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"

namespace falcon::leaves {

// Whether `value` says the same as field `field` of `message`, which is no message of ours. `index`
// of a repeated field, else -1.
bool SaysTheSame(const nlohmann::json& value, const google::protobuf::Message& message,
                 const google::protobuf::FieldDescriptor& field, int index);

// Whether `value` stands for nothing in `field`: null, "" for what is no text, zero for an instant.
bool IsNone(const nlohmann::json& value, const google::protobuf::FieldDescriptor& field);

// Whether `kept` is `value` as it was sent.
bool IsTheSame(const nlohmann::json& value, const google::protobuf::Value& kept);

}  // namespace falcon::leaves

#endif  // FALCON_TESTS_LEAVES_VALUES_H_
