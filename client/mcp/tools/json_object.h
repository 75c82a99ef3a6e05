// The text of a JSON object, written field by field.
#ifndef FALCON_CLIENT_MCP_TOOLS_JSON_OBJECT_H_
#define FALCON_CLIENT_MCP_TOOLS_JSON_OBJECT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace falcon::mcp {

class JsonObject {
 public:
  // `json`: the text of a value.
  void Add(std::string_view key, std::string_view json);
  // Clean text of our own.
  void AddText(std::string_view key, std::string_view text);
  // Text from Falcon, shown as in records, at most `bytes`.
  void AddShown(std::string_view key, std::string_view text, size_t bytes);
  void AddNumber(std::string_view key, int64_t number);
  // null if unset.
  void AddNumber(std::string_view key, std::optional<int64_t> number);
  void AddBool(std::string_view key, bool value);
  // All fields of another object, given as its text.
  void AddFieldsOf(std::string_view object);

  // Ends the object.
  std::string Take();

 private:
  std::string text_ = "{";
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_JSON_OBJECT_H_
