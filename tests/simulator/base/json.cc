// Brackets, commas and escapes.
#include "simulator/base/json.h"

#include <charconv>

namespace falcon::simulator {

void JsonText::Comma() {
  if (comma_) out_.push_back(',');
  comma_ = true;
}

JsonText& JsonText::Open(char bracket) {
  Comma();
  out_.push_back(bracket);
  comma_ = false;
  return *this;
}

JsonText& JsonText::Close(char bracket) {
  out_.push_back(bracket);
  comma_ = true;
  return *this;
}

JsonText& JsonText::Key(std::string_view key) {
  Comma();
  out_.append(1, '"').append(key).append("\":");
  comma_ = false;
  return *this;
}

JsonText& JsonText::Text(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  Comma();
  out_.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out_.append(1, '\\').append(1, c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out_.append("\\u00").append(1, kDigits[c >> 4]).append(1, kDigits[c & 15]);
    } else {
      out_.push_back(c);
    }
  }
  out_.push_back('"');
  return *this;
}

JsonText& JsonText::Number(int64_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  return Raw({digits, static_cast<size_t>(end - digits)});
}

JsonText& JsonText::Raw(std::string_view json) {
  Comma();
  out_.append(json);
  return *this;
}

}  // namespace falcon::simulator
