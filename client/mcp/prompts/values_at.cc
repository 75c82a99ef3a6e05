// Walks paths by reflection.
#include "mcp/prompts/values_at.h"

#include <algorithm>

#include "messages.h"
#include "naming.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Step {
  const FieldDescriptor* field = nullptr;
  std::string_view rest;
};

Step FirstStep(const Message& message, std::string_view path) {
  const size_t dot = path.find('.');
  const std::string name(path.substr(0, dot));
  return {message.GetDescriptor()->FindFieldByName(name),
          dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1)};
}

std::string OneText(const Message& message, const FieldDescriptor& field, int index) {
  if (field.message_type() != nullptr) {
    return client::WellKnownText(client::MessageAt(message, field, index));
  }
  if (field.enum_type() == nullptr) return client::ScalarText(message, field, index);
  const int number = client::EnumAt(message, field, index);
  const auto* value = field.enum_type()->FindValueByNumber(number);
  return value == nullptr || number == 0 ? std::string() : client::EnumWord(*value);
}

// Calls `visit` with each field at the end of the path: its message, itself, its index or -1.
template <class Visit>
void Walk(const Message& message, std::string_view path, const Visit& visit) {
  const auto [field, rest] = FirstStep(message, path);
  if (field == nullptr || field->is_map()) return;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool list = field->is_repeated();
  if (!list && field->has_presence() && !reflection.HasField(message, field)) return;
  const int size = list ? reflection.FieldSize(message, field) : 1;
  for (int i = 0; i < size; ++i) {
    const int index = list ? i : -1;
    if (rest.empty()) {
      visit(message, *field, index);
    } else if (field->message_type() != nullptr) {
      Walk(client::MessageAt(message, *field, index), rest, visit);
    }
  }
}

}  // namespace

std::vector<std::string> TextsAt(const Message& message, std::string_view path) {
  std::vector<std::string> texts;
  Walk(message, path, [&](const Message& holder, const FieldDescriptor& field, int index) {
    std::string text = OneText(holder, field, index);
    if (!text.empty()) texts.push_back(std::move(text));
  });
  return texts;
}

std::string TextAt(const Message& message, std::string_view path) {
  const std::vector<std::string> texts = TextsAt(message, path);
  return texts.empty() ? std::string() : texts.front();
}

std::vector<const Message*> MessagesAt(const Message& message, std::string_view path) {
  std::vector<const Message*> messages;
  Walk(message, path, [&](const Message& holder, const FieldDescriptor& field, int index) {
    if (field.message_type() != nullptr) {
      messages.push_back(&client::MessageAt(holder, field, index));
    }
  });
  return messages;
}

void ClearAt(Message& message, std::string_view path) {
  const auto [field, rest] = FirstStep(message, path);
  if (field == nullptr) return;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (rest.empty()) {
    reflection.ClearField(&message, field);
  } else if (!field->is_repeated() && field->message_type() != nullptr &&
             reflection.HasField(message, field)) {
    ClearAt(*reflection.MutableMessage(&message, field), rest);
  }
}

void DropFrom(Message& message, std::string_view list, std::string_view id_field,
              const std::vector<std::string>& ids) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* field = type.FindFieldByName(std::string(list));
  if (field == nullptr || !field->is_repeated() || field->message_type() == nullptr) return;
  const int size = reflection.FieldSize(message, field);
  int kept = 0;
  for (int i = 0; i < size; ++i) {
    const std::string id = client::TextField(client::MessageAt(message, *field, i), id_field);
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    if (kept != i) reflection.SwapElements(&message, field, kept, i);
    ++kept;
  }
  for (int i = kept; i < size; ++i) reflection.RemoveLast(&message, field);
  const FieldDescriptor* total = type.FindFieldByName("total_size");
  if (total == nullptr || !reflection.HasField(message, total)) return;
  const int64_t left = reflection.GetInt64(message, total) - (size - kept);
  reflection.SetInt64(&message, total, std::max<int64_t>(left, kept));
}

void AddNew(std::vector<std::string>& all, const std::vector<std::string>& more, size_t most) {
  for (const std::string& text : more) {
    if (all.size() >= most) return;
    if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
  }
}

}  // namespace falcon::mcp
