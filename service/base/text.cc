// Text that is compared, escaped or guessed at.
#include "base/text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace falcon {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// In order. The test derives the same set from ICU's properties, but for the characters marked *,
// which Unicode counts as visible and fonts draw as nothing.
constexpr Range kHostile[] = {
    {0x00, 0x1F},        // C0: escape sequences, line breaks that forge rows
    {0x7F, 0x9F},        // DEL, C1
    {0xAD, 0xAD},        // soft hyphen
    {0x034F, 0x034F},    // grapheme joiner
    {0x061C, 0x061C},    // Arabic letter mark
    {0x115F, 0x1160},    // Hangul fillers
    {0x17B4, 0x17B5},    // Khmer inherent vowels
    {0x180B, 0x180F},    // Mongolian selectors
    {0x200B, 0x200F},    // zero width, direction marks
    {0x2028, 0x202E},    // line separators, embeddings, overrides
    {0x2060, 0x206F},    // word joiner, invisible operators, isolates
    {0x2800, 0x2800},    // * blank braille pattern
    {0x3164, 0x3164},    // Hangul filler
    {0xD800, 0xDFFF},    // surrogates
    {0xFDD0, 0xFDEF},    // noncharacters; the last two of each plane are too
    {0xFE00, 0xFE0F},    // variation selectors
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFA0, 0xFFA0},    // half-width Hangul filler
    {0xFFF0, 0xFFFB},    // reserved, annotations
    {0x13430, 0x1343F},  // Egyptian format controls
    {0x16FE4, 0x16FE4},  // * Khitan filler
    {0x1BCA0, 0x1BCA3},  // shorthand format controls
    {0x1D159, 0x1D159},  // * null notehead
    {0x1D173, 0x1D17A},  // musical format controls
    {0xE0000, 0xE0FFF},  // tags, further variation selectors
};

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isascii(static_cast<unsigned char>(c)); });
}

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
}

std::string ToUtf8(const icu::UnicodeString& text) {
  std::string utf8;
  return text.toUTF8String(utf8);
}

// As it is, should ICU lack its data, which is part of its library.
icu::UnicodeString Decomposed(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* decomposition = icu::Normalizer2::getNFDInstance(error);
  if (U_FAILURE(error)) return text;
  icu::UnicodeString decomposed = decomposition->normalize(text, error);
  return U_SUCCESS(error) ? decomposed : text;
}

constexpr size_t kIdDigits = 32;  // of a customer or a device

}  // namespace

std::string Lower(std::string_view text) { return absl::AsciiStrToLower(ToAbsl(text)); }

std::string_view Trimmed(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b));
}

std::string_view Utf8Prefix(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  const auto continues = [&](size_t at) { return (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80; };
  size_t end = max_bytes;
  for (int back = 0; back < 3 && end > 0 && continues(end); ++back) --end;
  // Four continuation bytes in a row are no character: then any cut is as good.
  return text.substr(0, continues(end) ? max_bytes : end);
}

CodePoint DecodeAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const CodePoint broken = {lead, 1, false};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || text.size() - at < length) return broken;
  char32_t value = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return broken;
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  const char32_t min = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (value < min || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return broken;
  return {value, length, true};
}

bool IsHostile(char32_t character) {
  if (character < 0x7F) return character < 0x20;
  if ((character & 0xFFFE) == 0xFFFE) return true;
  const auto range = std::ranges::lower_bound(kHostile, character, {}, &Range::last);
  return range != std::end(kHostile) && character >= range->first;
}

size_t ColumnsOf(char32_t character) {
  const auto c = static_cast<UChar32>(character);
  if ((U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0) return 0;
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::string EscapeUnsafe(std::string_view text, size_t max_bytes) {
  std::string out;
  out.reserve(std::min(text.size(), max_bytes));
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    std::string_view piece = text.substr(at, point.bytes);
    char escaped[16];
    if (!point.valid || IsHostile(point.value)) {
      const char* format = point.valid ? "\\u{%04X}" : "\\x{%02X}";
      const int size =
          std::snprintf(escaped, sizeof(escaped), format, static_cast<unsigned>(point.value));
      piece = {escaped, static_cast<size_t>(size)};
    }
    if (out.size() + piece.size() > max_bytes) return out + "...";
    out.append(piece);
    at += point.bytes;
  }
  return out;
}

int EditDistance(std::string_view a, std::string_view b) {
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  const auto same = [&](size_t i, size_t j) {
    return absl::ascii_tolower(static_cast<unsigned char>(a[i])) ==
           absl::ascii_tolower(static_cast<unsigned char>(b[j]));
  };
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string FoldCase(std::string_view text) {
  if (IsAscii(text)) return Lower(text);
  icu::UnicodeString folded = Decomposed(FromUtf8(text));
  folded.foldCase();
  return ToUtf8(Decomposed(folded));
}

std::string UpperCase(std::string_view text) {
  if (IsAscii(text)) return absl::AsciiStrToUpper(ToAbsl(text));
  return ToUtf8(FromUtf8(text).toUpper(icu::Locale::getRoot()));
}

std::string LowerCase(std::string_view text) {
  if (IsAscii(text)) return Lower(text);
  return ToUtf8(FromUtf8(text).toLower(icu::Locale::getRoot()));
}

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

bool IsDeviceId(std::string_view text) { return IsHex(text, kIdDigits) || IsJoinedDeviceId(text); }

bool IsJoinedDeviceId(std::string_view text) {
  return text.size() == 2 * kIdDigits + 1 && text[kIdDigits] == '_' &&
         IsHex(text.substr(0, kIdDigits), kIdDigits) &&
         IsHex(text.substr(kIdDigits + 1), kIdDigits);
}

std::string DeviceId(std::string_view text) {
  return Lower(IsJoinedDeviceId(text) ? text.substr(kIdDigits + 1) : text);
}

}  // namespace falcon
