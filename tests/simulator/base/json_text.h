// JSON written straight into a text, for records that are rendered by the million.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace falcon::simulator {

// Commas come by themselves. Keys are literals of the source and need no escapes.
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
