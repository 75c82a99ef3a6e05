// JSON text out: strings are escaped in one pass, block by block.
#include "mcp/protocol/json.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace falcon::mcp {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// What stands in a JSON string as it is, or behind a backslash.
constexpr std::array<bool, 256> kSimple = [] {
  std::array<bool, 256> simple{};
  for (size_t byte = 0x20; byte < 0x80; ++byte) simple[byte] = true;
  return simple;
}();
constexpr std::array<uint8_t, 256> kBackslashes = [] {
  std::array<uint8_t, 256> count{};
  count['"'] = count['\\'] = 1;
  return count;
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

// Writes the escape of one control character; returns its end.
char* WriteControl(char* to, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const char letter = byte == '\n' ? 'n' : byte == '\r' ? 'r' : byte == '\t' ? 't' : 'u';
  *to++ = '\\';
  *to++ = letter;
  if (letter != 'u') return to;
  *to++ = '0';
  *to++ = '0';
  *to++ = kDigits[byte >> 4];
  *to++ = kDigits[byte & 0xF];
  return to;
}

}  // namespace

std::string Text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void AppendString(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size() + text.size() / 8 + 2);
  out.push_back('"');
  constexpr size_t kBlock = 512;
  constexpr size_t kLongestEscape = 6;
  std::array<char, kBlock + kLongestEscape> block;
  size_t i = 0;
  while (i < text.size()) {
    char* to = block.data();
    while (i < text.size() && to < block.data() + kBlock) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (kSimple[byte]) {
        // Without a branch: JSON within JSON is full of quotes, which no processor foresees.
        *to = '\\';
        to += kBackslashes[byte];
        *to++ = text[i++];
      } else if (byte < 0x80) {
        to = WriteControl(to, byte);
        ++i;
      } else {
        const size_t length = SequenceLength(text.substr(i));
        const std::string_view shown = length > 0 ? text.substr(i, length) : kReplacement;
        to = std::ranges::copy(shown, to).out;
        i += std::max<size_t>(length, 1);
      }
    }
    out.append(block.data(), to);
  }
  out.push_back('"');
}

}  // namespace falcon::mcp
