// Holds a decoded record against its descriptor: every field has a value.
#ifndef FALCON_TESTS_UNIT_JSON_FULL_RECORD_H_
#define FALCON_TESTS_UNIT_JSON_FULL_RECORD_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "decoding.h"
#include "google/protobuf/message.h"

namespace falcon::json {

inline DecodeOptions WithAdditionalFields() {
  DecodeOptions options;
  options.additional_fields = true;
  return options;
}

// Paths of all fields that are unset, looking into the first element of repeated messages.
inline void AddUnset(const google::protobuf::Message& message, const std::string& prefix,
                     std::vector<std::string>& unset) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->field(i);
    const bool set = field->is_repeated() ? reflection.FieldSize(message, field) > 0
                                          : reflection.HasField(message, field);
    const std::string path = prefix + field->name();
    if (!set) {
      unset.push_back(path);
    } else if (field->message_type() != nullptr &&
               field->message_type()->file()->package() == "falcon_gateway.v1") {
      AddUnset(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, 0)
                                    : reflection.GetMessage(message, field),
               path + ".", unset);
    }
  }
}

template <class M>
void ExpectEveryFieldSet(std::string_view file) {
  const Decoded<M> decoded = DecodeRecord<M>(TestData(file), WithAdditionalFields());
  std::vector<std::string> unset;
  AddUnset(decoded.message, "", unset);
  EXPECT_EQ(unset, std::vector<std::string>());
  EXPECT_EQ(decoded.report.skipped_values, 0);
}

}  // namespace falcon::json

#endif  // FALCON_TESTS_UNIT_JSON_FULL_RECORD_H_
