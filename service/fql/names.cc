// Nearest known names for messages.
#include "fql/names.h"

#include <algorithm>
#include <iterator>

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

// One id, four names: Falcon's areas do not agree on it.
constexpr std::string_view kSensorIds[] = {"device_id", "agent_id", "aid", "device.device_id"};

std::string_view SameMeaning(std::string_view name, const std::vector<std::string_view>& known) {
  if (std::find(std::begin(kSensorIds), std::end(kSensorIds), name) == std::end(kSensorIds)) {
    return {};
  }
  for (const std::string_view id : kSensorIds) {
    if (std::find(known.begin(), known.end(), id) != known.end()) return id;
  }
  return {};
}

// The names that share a last level are ambiguous guesses: the shortest is the one nearest to the
// record's root.
std::string_view SameLastLevel(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  for (const std::string_view candidate : known) {
    if (!EqualsIgnoringCase(LastLevel(candidate), LastLevel(name))) continue;
    if (best.empty() || candidate.size() < best.size()) best = candidate;
  }
  return best;
}

// The shortest of the names that go on where `name` ends: `severity`, `severity_number`.
std::string_view Longer(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  for (const std::string_view candidate : known) {
    const bool goes_on = candidate.size() > name.size() + 1 && candidate.starts_with(name) &&
                         (candidate[name.size()] == '_' || candidate[name.size()] == '.');
    if (goes_on && (best.empty() || candidate.size() < best.size())) best = candidate;
  }
  return best;
}

std::string_view Guess(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.empty() || name.size() > kMaxTypoBytes) return {};
  for (const std::string_view candidate : known) {
    if (EqualsIgnoringCase(candidate, name)) return candidate;
  }
  if (const std::string_view same = SameMeaning(name, known); !same.empty()) return same;
  const std::string_view near = Nearest(name, known);
  const std::string_view same_level = SameLastLevel(name, known);
  if (near.empty() && same_level.empty()) return Longer(name, known);
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
