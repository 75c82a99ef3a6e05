// ASCII, which nearly all names are, never reaches ICU.
#include "base/letter_case.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/text.h"

namespace falcon {
namespace {

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

}  // namespace

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

}  // namespace falcon
