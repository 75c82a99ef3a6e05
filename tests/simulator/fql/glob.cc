// Linear-time star matching.
#include "simulator/fql/glob.h"

#include <unicode/unistr.h>

#include <algorithm>

namespace falcon::simulator::fql {

bool Glob(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool PrefixOrSuffix(std::string_view pattern, std::string_view text) {
  const bool front = pattern.starts_with('*');
  const bool back = pattern.ends_with('*');
  if (pattern == "*") return !text.empty();
  if (front == back) return false;  // both: Falcon finds nothing; neither: a star in the middle
  const std::string_view rest = front ? pattern.substr(1) : pattern.substr(0, pattern.size() - 1);
  if (rest.find('*') != std::string_view::npos) return false;
  return front ? text.ends_with(rest) : text.starts_with(rest);
}

std::string FoldCase(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 128; });
  std::string folded(text);
  if (ascii) {
    for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return folded;
  }
  folded.clear();
  icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())})
      .foldCase()
      .toUTF8String(folded);
  return folded;
}

std::string Fold(std::string_view text) {
  std::string folded = FoldCase(text);
  std::erase_if(folded, [](char c) {
    return static_cast<unsigned char>(c) < 128 && !(c >= 'a' && c <= 'z') &&
           !(c >= '0' && c <= '9');
  });
  return folded;
}

}  // namespace falcon::simulator::fql
