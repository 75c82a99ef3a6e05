// Nearest known names for messages.
#include "fql/names.h"

#include "base/text.h"

namespace falcon::fql {
namespace {

// A typo is short; edit distance over longer text would only cost time.
constexpr size_t kMaxTypoBytes = 80;
constexpr size_t kMaxWords = 12;

std::string_view LastLevel(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

// The names that share a last level are ambiguous guesses: the shortest is the one nearest to the record's root.
std::string_view SameLastLevel(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  for (const std::string_view candidate : known) {
    if (!EqualsIgnoringCase(LastLevel(candidate), LastLevel(name))) continue;
    if (best.empty() || candidate.size() < best.size()) best = candidate;
  }
  return best;
}

std::string_view Guess(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.empty() || name.size() > kMaxTypoBytes) return {};
  for (const std::string_view candidate : known) {
    if (EqualsIgnoringCase(candidate, name)) return candidate;
  }
  const std::string_view near = Nearest(name, known);
  const std::string_view same_level = SameLastLevel(name, known);
  const bool typo = !near.empty() && EditDistance(name, near) <= 2;
  return same_level.empty() || typo ? near : same_level;
}

}  // namespace

std::string NearestName(std::string_view name, const std::vector<std::string_view>& known) {
  const std::string_view guess = Guess(name, known);
  return guess.empty() ? "" : Cat("; nearest: `", guess, "`");
}

std::string Enumerate(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size() && i < kMaxWords; ++i) {
    const bool last = i + 1 == words.size();
    out += Cat(i == 0 ? "" : (last ? " or " : ", "), "`", words[i], "`");
  }
  return words.size() > kMaxWords ? out + ", ..." : out;
}

}  // namespace falcon::fql
