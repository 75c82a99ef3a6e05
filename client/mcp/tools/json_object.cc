// Writes objects.
#include "mcp/tools/json_object.h"

#include "mcp/protocol/json.h"
#include "mcp/tools/shown_text.h"

namespace falcon::mcp {

void JsonObject::Add(std::string_view key, std::string_view json) {
  if (text_.size() > 1) text_.push_back(',');
  AppendString(text_, key);
  text_.push_back(':');
  text_.append(json);
}

void JsonObject::AddText(std::string_view key, std::string_view text) {
  Add(key, "");
  AppendString(text_, text);
}

void JsonObject::AddShown(std::string_view key, std::string_view text, size_t bytes) {
  Add(key, "\"");
  AppendShown(text_, text, bytes, Place::kJsonString);
  text_.push_back('"');
}

void JsonObject::AddNumber(std::string_view key, int64_t number) {
  Add(key, std::to_string(number));
}

void JsonObject::AddNumber(std::string_view key, std::optional<int64_t> number) {
  Add(key, number ? std::to_string(*number) : "null");
}

void JsonObject::AddBool(std::string_view key, bool value) { Add(key, value ? "true" : "false"); }

void JsonObject::AddFieldsOf(std::string_view object) {
  if (object.size() <= 2) return;
  if (text_.size() > 1) text_.push_back(',');
  text_.append(object.substr(1, object.size() - 2));
}

std::string JsonObject::Take() {
  text_.push_back('}');
  return std::move(text_);
}

}  // namespace falcon::mcp
