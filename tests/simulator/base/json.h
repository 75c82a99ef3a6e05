// The JSON type of the simulator, its text, and a fast writer for records.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace falcon::simulator {

using Json = nlohmann::json;

// Never throws: text that is not UTF-8 is replaced, not refused.
inline std::string ToText(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Writes JSON straight into a text, with the commas. Keys are literals of the source and need no
// escapes.
class JsonText {
 public:
  // Appends to `out`, which outlives it.
  explicit JsonText(std::string* out) : out_(*out) {}

  JsonText& Open(char bracket);
  JsonText& Close(char bracket);
  JsonText& Key(std::string_view key);
  JsonText& Text(std::string_view text);
  JsonText& Number(int64_t number);
  JsonText& Bool(bool flag) { return Raw(flag ? "true" : "false"); }
  // A whole JSON value as it stands.
  JsonText& Raw(std::string_view json);

  JsonText& Member(std::string_view key, std::string_view text) { return Key(key).Text(text); }
  // `texts` is any range of texts.
  template <typename Range>
  JsonText& List(std::string_view key, const Range& texts) {
    Key(key).Open('[');
    for (const auto& text : texts) Text(text);
    return Close(']');
  }

 private:
  void Comma();

  std::string& out_;
  bool comma_ = false;  // what comes next needs one before it
};

}  // namespace falcon::simulator
