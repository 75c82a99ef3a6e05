// Reverses the escaping of hostile characters, and checks that escaped text keeps its content.
#ifndef FALCON_TESTS_SUPPORT_UNESCAPE_H_
#define FALCON_TESTS_SUPPORT_UNESCAPE_H_

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text.h"

namespace falcon::mcp {

// Whether the text is UTF-8 without hostile characters.
inline bool IsHarmless(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (text[at] >= ' ' && text[at] <= '~') {
      ++at;
      continue;
    }
    const CodePoint point = DecodeAt(text, at);
    if (!point.valid || IsHostile(point.value)) return false;
    at += point.bytes;
  }
  return true;
}

inline void AppendUtf8(std::string& out, uint32_t value) {
  const auto byte = [&](uint32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (value < 0x80) return byte(value);
  if (value < 0x800) {
    byte(0xC0 | value >> 6);
  } else {
    if (value < 0x10000) {
      byte(0xE0 | value >> 12);
    } else {
      byte(0xF0 | value >> 18);
      byte(0x80 | (value >> 12 & 0x3F));
    }
    byte(0x80 | (value >> 6 & 0x3F));
  }
  byte(0x80 | (value & 0x3F));
}

// Decodes \u{XXXX} and \x{XX}.
inline std::string ReadBack(std::string_view shown) {
  std::string out;
  for (size_t at = 0; at < shown.size(); ++at) {
    const std::string_view mark = shown.substr(at, 3);
    const size_t end = shown.find('}', at);
    if ((mark != "\\u{" && mark != "\\x{") || end == std::string_view::npos) {
      out.push_back(shown[at]);
      continue;
    }
    const std::string digits(shown.substr(at + 3, end - at - 3));
    const auto value = static_cast<uint32_t>(std::strtoul(digits.c_str(), nullptr, 16));
    if (mark[1] == 'x') {
      out.push_back(static_cast<char>(value));
    } else {
      AppendUtf8(out, value);
    }
    at = end;
  }
  return out;
}

// `shown` without the mark that a text of that size was cut.
inline std::string_view WithoutCut(std::string_view shown, size_t bytes) {
  const std::string mark =
      StrCat("… (cut: ", client::Grouped(static_cast<int64_t>(bytes)), " bytes in all)");
  for (const std::string_view end : {std::string_view(mark), std::string_view("…")}) {
    if (shown.ends_with(end)) return shown.substr(0, shown.size() - end.size());
  }
  return shown;
}

// Whether `shown` holds `original`: all of it, or its beginning with the mark of a cut.
inline bool Tells(std::string_view shown, std::string_view original) {
  return ReadBack(shown) == original ||
         original.starts_with(ReadBack(WithoutCut(shown, original.size())));
}

// `text` with its links as defanging leaves them, to compare texts of which one was defanged.
inline std::string Fanged(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']') continue;
    out.push_back(c == 't' ? 'x' : c == 'T' ? 'X' : c);
  }
  return out;
}

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_SUPPORT_UNESCAPE_H_
