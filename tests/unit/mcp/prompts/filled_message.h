// Messages with the same text in every field that takes one.
#ifndef FALCON_TESTS_UNIT_MCP_PROMPTS_FILLED_MESSAGE_H_
#define FALCON_TESTS_UNIT_MCP_PROMPTS_FILLED_MESSAGE_H_

#include <google/protobuf/message.h>

#include <map>
#include <string>

#include "catalog.h"
#include "messages.h"

namespace falcon::mcp {

// All methods by their names.
inline std::map<std::string, const client::Method*> MethodsOf(const client::Catalog& catalog) {
  std::map<std::string, const client::Method*> methods;
  for (const client::Noun& noun : catalog.nouns()) {
    for (const client::Method& method : noun.methods) {
      methods[method.descriptor->name()] = &method;
    }
  }
  return methods;
}

// Fills texts, and messages down to `depth`; adds one item to each list. Page tokens stay empty.
inline void FillTexts(google::protobuf::Message& message, const std::string& text, int depth = 4) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto& field = *message.GetDescriptor()->field(i);
    const bool steers = field.name() == "read_info" || field.name() == "next_page_token";
    if (field.is_map() || steers) continue;
    if (field.type() == google::protobuf::FieldDescriptor::TYPE_STRING) {
      field.is_repeated() ? reflection.AddString(&message, &field, text)
                          : reflection.SetString(&message, &field, text);
    } else if (field.message_type() != nullptr && depth > 0 &&
               client::KindOf(*field.message_type()) == client::MessageKind::kOther) {
      FillTexts(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                    : *reflection.MutableMessage(&message, &field),
                text, depth - 1);
    }
  }
}

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_PROMPTS_FILLED_MESSAGE_H_
