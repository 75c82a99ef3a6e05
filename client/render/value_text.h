// A field's value as a person reads it: words for enums, marks for severities, times as ages.
#ifndef FALCON_CLIENT_RENDER_VALUE_TEXT_H_
#define FALCON_CLIENT_RENDER_VALUE_TEXT_H_

#include <google/protobuf/message.h>

#include "render/table.h"

namespace falcon::client {

// A field in a table cell, escaped: short, times as ages, lists by commas, messages as their values
// side by side. Empty when it is not set.
Cell CellOf(const google::protobuf::Message& message,
            const google::protobuf::FieldDescriptor& field, const Style& style);

// One value on a line of a card: as in a cell, but instants in full with the age behind. `index`
// -1: the field is not repeated.
Cell LineOf(const google::protobuf::Message& message,
            const google::protobuf::FieldDescriptor& field, int index, const Style& style);

// The enum of the field beside a score whose values are bands of it: of `severity` beside
// `severity_score`. Null if there is none.
const google::protobuf::EnumDescriptor* BandsOf(const google::protobuf::FieldDescriptor& score);

// Whether it holds a number that stands to the right.
bool IsNumeric(const google::protobuf::FieldDescriptor& field);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_VALUE_TEXT_H_
