// Repairs text that is almost JSON: one pass, a copy, only after the parser has refused the
// original.
#include "json/repair.h"

#include <charconv>
#include <cstdint>
#include <cstdio>

#include "base/text.h"
#include "simdjson.h"

namespace falcon::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kNumberBytes = "+-.0123456789Ee";
constexpr std::string_view kNonFiniteStarts = "+-iInN";

// Length of the UTF-8 sequence at the front of `text`; 0: none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || text.size() < length) return 0;
  return simdjson::validate_utf8(text.data(), length) ? length : 0;
}

// The code unit of `\uXXXX` at the front of `text`; -1: none.
int CodeUnit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  int unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return error == std::errc() && end == text.data() + 6 && unit >= 0 ? unit : -1;
}

// Whether simdjson can hold the number. Text that is no number is left for it to refuse.
bool Fits(std::string_view number) {
  const char* const end = number.data() + number.size();
  if (number.find_first_of(".eE") != std::string_view::npos) {
    double value;
    return std::from_chars(number.data(), end, value).ec != std::errc::result_out_of_range;
  }
  int64_t below_zero;
  uint64_t above;
  const std::errc error = number.starts_with('-')
                              ? std::from_chars(number.data(), end, below_zero).ec
                              : std::from_chars(number.data(), end, above).ec;
  return error != std::errc::result_out_of_range;
}

// Length of a number that JSON has no spelling for at the front of `text`, such as NaN or -Infinity
// of Python's; 0: none.
size_t NonFinite(std::string_view text) {
  const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  for (const std::string_view word : {"infinity", "inf", "nan"}) {
    if (!EqualsIgnoringCase(text.substr(sign, word.size()), word)) continue;
    const size_t length = sign + word.size();
    const bool ends = length == text.size() ||
                      std::string_view(" \t\r\n,]}").find(text[length]) != std::string_view::npos;
    if (ends) return length;
  }
  return 0;
}

class Repairer {
 public:
  explicit Repairer(std::string_view body) : rest_(body) {
    out_.text.reserve(body.size() + body.size() / 16 + simdjson::SIMDJSON_PADDING);
  }

  Repaired Run() {
    while (!rest_.empty()) {
      if (in_string_) {
        InString();
      } else {
        BetweenStrings();
      }
    }
    out_.text.reserve(out_.text.size() + simdjson::SIMDJSON_PADDING);
    return std::move(out_);
  }

 private:
  void Keep(size_t bytes) {
    out_.text.append(rest_.substr(0, bytes));
    rest_.remove_prefix(std::min(bytes, rest_.size()));
  }

  void KeepAsText(size_t bytes) {
    out_.text.push_back('"');
    Keep(bytes);
    out_.text.push_back('"');
  }

  void Replace(size_t bytes, std::string_view by) {
    out_.text.append(by);
    rest_.remove_prefix(bytes);
    ++out_.replaced;
  }

  void BetweenStrings() {
    const char c = rest_[0];
    if (c == '"') in_string_ = true;
    if (kNonFiniteStarts.find(c) != std::string_view::npos) {
      if (const size_t length = NonFinite(rest_); length > 0) return KeepAsText(length);
    }
    if (c != '-' && (c < '0' || c > '9')) return Keep(1);
    const size_t length = std::min(rest_.find_first_not_of(kNumberBytes), rest_.size());
    return Fits(rest_.substr(0, length)) ? Keep(length) : KeepAsText(length);
  }

  void InString() {
    const char c = rest_[0];
    if (c == '"') in_string_ = false;
    if (c == '\\') return Escape();
    if (static_cast<uint8_t>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(c));
      return Replace(1, escaped);
    }
    const size_t length = Utf8Length(rest_);
    return length == 0 ? Replace(1, kReplacement) : Keep(length);
  }

  void Escape() {
    const int unit = CodeUnit(rest_);
    if (unit >= 0xD800 && unit <= 0xDFFF) {
      const int next = CodeUnit(rest_.substr(6));
      const bool pair = unit < 0xDC00 && next >= 0xDC00 && next <= 0xDFFF;
      return pair ? Keep(12) : Replace(6, kReplacement);
    }
    if (unit >= 0) return Keep(6);
    constexpr std::string_view kKnown = "\"\\/bfnrt";
    if (rest_.size() > 1 && kKnown.find(rest_[1]) != std::string_view::npos) return Keep(2);
    Replace(1, "\\\\");
  }

  std::string_view rest_;
  Repaired out_;
  bool in_string_ = false;
};

}  // namespace

Repaired Repair(std::string_view body) { return Repairer(body).Run(); }

}  // namespace falcon::json
