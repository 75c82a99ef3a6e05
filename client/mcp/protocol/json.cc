// JSON text out: strings are escaped in one pass over runs of plain bytes.
#include "mcp/protocol/json.h"

#include <array>
#include <cstdint>

namespace falcon::mcp {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// What stands in a JSON string as it is.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = true;
  plain['"'] = plain['\\'] = false;
  return plain;
}();

bool Continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Length of the UTF-8 sequence of two to four bytes that `text` begins with; 0: it is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  // Longer than needed, surrogates, above U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if (!Continues(byte(i))) return 0;
  }
  return length;
}

void AppendAscii(std::string& out, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (byte) {
    case '"':
    case '\\':
      out.push_back('\\');
      out.push_back(static_cast<char>(byte));
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00");
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 0xF]);
  }
}

}  // namespace

std::string Text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void AppendString(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size() + text.size() / 8 + 2);
  out.push_back('"');
  size_t i = 0;
  while (i < text.size()) {
    size_t end = i;
    while (end < text.size() && kPlain[static_cast<unsigned char>(text[end])]) ++end;
    out.append(text.data() + i, end - i);
    if (end == text.size()) break;
    i = end;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      AppendAscii(out, byte);
      ++i;
    } else if (const size_t length = SequenceLength(text.substr(i)); length > 0) {
      out.append(text.data() + i, length);
      i += length;
    } else {
      out.append(kReplacement);
      ++i;
    }
  }
  out.push_back('"');
}

}  // namespace falcon::mcp
