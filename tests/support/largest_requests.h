// Requests as large as their bounds allow, made from their descriptors.
#ifndef FALCON_TESTS_SUPPORT_LARGEST_REQUESTS_H_
#define FALCON_TESTS_SUPPORT_LARGEST_REQUESTS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "rpc/server/request_bounds.h"

namespace falcon::testing {

// `text` with its end replaced by `number`, so that texts differ and ids keep their shape.
inline std::string Numbered(std::string text, int number) {
  char digits[8];
  std::snprintf(digits, sizeof(digits), "%04x", number);
  if (text.size() < 8) return text + digits;
  return text.replace(text.size() - 4, 4, digits);
}

// Fills lists, enums and texts up to their bounds. Ids that the request already holds are
// repeated in their own form. Fields that control the call (tokens, masks, times) stay as they are.
class LargestRequest {
 public:
  using Message = google::protobuf::Message;
  using FieldDescriptor = google::protobuf::FieldDescriptor;

  explicit LargestRequest(Message& request)
      : request_(request), reflection_(*request.GetReflection()) {}

  void Fill() {
    for (int i = 0; i < request_.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *request_.GetDescriptor()->field(i);
      const rpc::FieldBounds bounds = rpc::BoundsOf(field);
      if (field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        FillTexts(field, bounds.max_items);
      } else if (field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        FillEnums(field, bounds.max_items);
      }
    }
  }

  // Exceeds the bounds of `field` by one. False if the field has no bounds.
  bool Exceed(const FieldDescriptor& field) {
    const rpc::FieldBounds bounds = rpc::BoundsOf(field);
    const bool text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (field.is_repeated() && text) {
      FillTexts(field, bounds.max_items + 1);
    } else if (field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      FillEnums(field, bounds.max_items + 1);
    } else if (text) {
      reflection_.SetString(&request_, &field,
                            std::string(static_cast<size_t>(bounds.max_bytes) + 1, 'a'));
    } else {
      return false;
    }
    return true;
  }

 private:
  void FillTexts(const FieldDescriptor& field, int items) {
    const bool has = reflection_.FieldSize(request_, &field) > 0;
    const std::string first =
        has ? reflection_.GetRepeatedString(request_, &field, 0) : "value-0000";
    reflection_.ClearField(&request_, &field);
    for (int i = 0; i < items; ++i) reflection_.AddString(&request_, &field, Numbered(first, i));
  }

  void FillEnums(const FieldDescriptor& field, int items) {
    const auto& type = *field.enum_type();
    for (int i = reflection_.FieldSize(request_, &field); i < items; ++i) {
      const int value = type.value(1 + i % std::max(1, type.value_count() - 1))->number();
      reflection_.AddEnumValue(&request_, &field, value);
    }
  }

  Message& request_;
  const google::protobuf::Reflection& reflection_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_LARGEST_REQUESTS_H_
