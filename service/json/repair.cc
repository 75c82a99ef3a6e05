// Repairs text that is almost JSON: one pass, a copy, only after the parser has refused the
// original.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "json/document_impl.h"
#include "simdjson.h"

namespace falcon::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The code unit of `\uXXXX` at the front of `text`; -1: none.
int CodeUnit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  int unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return error == std::errc() && end == text.data() + 6 && unit >= 0 ? unit : -1;
}

// Whether simdjson can hold the number.
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

// Drops digits from the front of `text`; false: there is none.
bool SkipDigits(std::string_view& text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

bool Skip(std::string_view any_of, std::string_view& text) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// Whether `token` is a number by JSON's grammar.
bool IsNumber(std::string_view token) {
  Skip("-", token);
  const bool zero = token.starts_with('0');
  if (zero ? !Skip("0", token) : !SkipDigits(token)) return false;
  if (Skip(".", token) && !SkipDigits(token)) return false;
  if (!Skip("eE", token)) return token.empty();
  Skip("+-", token);
  return SkipDigits(token) && token.empty();
}

bool InBareToken(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
}

bool IsValue(std::string_view token) {
  if (token == "true" || token == "false" || token == "null") return true;
  return IsNumber(token) && Fits(token);
}

class Repairer {
 public:
  explicit Repairer(std::string_view body) : rest_(body) {
    out_.reserve(body.size() + body.size() / 16 + simdjson::SIMDJSON_PADDING);
  }

  std::string Run() {
    while (!rest_.empty()) {
      if (in_string_) {
        InString();
      } else {
        BetweenStrings();
      }
    }
    out_.reserve(out_.size() + simdjson::SIMDJSON_PADDING);
    return std::move(out_);
  }

 private:
  void Keep(size_t bytes) {
    out_.append(rest_.substr(0, bytes));
    rest_.remove_prefix(std::min(bytes, rest_.size()));
  }

  void Replace(size_t bytes, std::string_view by) {
    out_.append(by);
    rest_.remove_prefix(bytes);
  }

  void BetweenStrings() {
    if (rest_[0] == '"') in_string_ = true;
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), InBareToken);
    const auto length = static_cast<size_t>(end - rest_.begin());
    if (length == 0) return Keep(1);
    const bool quoted = !IsValue(rest_.substr(0, length));
    if (quoted) out_.push_back('"');
    Keep(length);
    if (quoted) out_.push_back('"');
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
    const CodePoint point = DecodeAt(rest_, 0);
    return point.valid ? Keep(point.bytes) : Replace(1, kReplacement);
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
  std::string out_;
  bool in_string_ = false;
};

}  // namespace

std::string Repair(std::string_view body) { return Repairer(body).Run(); }

}  // namespace falcon::json
