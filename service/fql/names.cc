// Nearest known names and words.
#include "fql/names.h"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "base/text.h"

namespace falcon::fql {
namespace {

// Edit distance over longer text only costs time.
constexpr size_t kMaxTypoBytes = 80;
constexpr size_t kMaxSuggestions = 8;
constexpr size_t kMaxWords = 12;

// The names of one id in Falcon's areas.
constexpr std::string_view kDeviceIds[] = {"device_id", "agent_id", "aid", "device.device_id",
                                           "host.aid"};

struct Synonym {
  std::string_view said;
  std::initializer_list<std::string_view> meant;  // names or last levels, the likeliest first
};
const Synonym kSynonyms[] = {
    {"os", {"platform_name", "os_version"}},
    {"operatingsystem", {"platform_name", "os_version"}},
    {"platform", {"platform_name", "platforms"}},
    {"host", {"hostname"}},
    {"hostname", {"hostname"}},
    {"computername", {"hostname"}},
    {"devicename", {"hostname"}},
    {"machinename", {"hostname"}},
    {"ip", {"local_ip", "local_ip_addresses", "external_ip"}},
    {"ipaddress", {"local_ip", "local_ip_addresses", "external_ip"}},
    {"mac", {"mac_address", "mac_addresses"}},
    {"user", {"user_name", "username", "last_login_user", "user_id"}},
    {"username", {"user_name", "username", "last_login_user"}},
    {"created", {"created_timestamp", "created_on", "created_at", "created_date"}},
    {"createdat", {"created_timestamp", "created_on", "created_at", "created_date"}},
    {"createdtimestamp", {"created_timestamp", "created_on", "created_at", "created_date"}},
    {"updated", {"updated_timestamp", "modified_on", "updated_at", "modified_timestamp"}},
    {"modified", {"modified_timestamp", "modified_on", "updated_timestamp", "updated_at"}},
    {"hash", {"sha256"}},
    {"commandline", {"cmdline"}},
    {"file", {"filename"}},
    {"path", {"filepath"}},
    {"cve", {"cve.id"}},
    {"cveid", {"cve.id"}},
    {"cvss", {"cve.base_score"}},
    {"cvssscore", {"cve.base_score"}},
};

bool IsSeparator(char c) { return c == '_' || c == '-' || c == ' ' || c == '.'; }

char Lowered(char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); }

// Whether both are the same but for case and separators.
bool SameBare(std::string_view a, std::string_view b) {
  size_t j = 0;
  for (const char c : a) {
    if (IsSeparator(c)) continue;
    while (j < b.size() && IsSeparator(b[j])) ++j;
    if (j == b.size() || Lowered(c) != Lowered(b[j])) return false;
    ++j;
  }
  return b.substr(j).find_first_not_of("_-. ") == std::string_view::npos;
}

// The edits that a typo in a word of `letters` letters may have.
int AllowedEdits(size_t letters) { return letters <= 5 ? 1 : 2; }

bool IsWithin(std::string_view a, std::string_view b, int edits) {
  const auto difference = std::abs(static_cast<int>(a.size()) - static_cast<int>(b.size()));
  return difference <= edits && EditDistance(a, b) <= edits;
}

std::vector<std::string_view> Parts(std::string_view name) {
  std::vector<std::string_view> parts;
  while (!name.empty()) {
    const size_t end = std::min(name.find_first_of("_-."), name.size());
    parts.push_back(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return parts;
}

// Of two parts of names, such as `user` and `usr`. Short ones only look alike: `os` and `ou`, `aid`
// and `cid`.
bool IsTypoOfPart(std::string_view said, std::string_view known) {
  if (EqualsIgnoringCase(said, known) || StrCat(said, "s") == known || said == StrCat(known, "s")) {
    return true;
  }
  const size_t letters = std::max(said.size(), known.size());
  return letters > 3 && IsWithin(said, known, AllowedEdits(letters));
}

bool IsTypo(std::string_view said, std::string_view known) {
  if (!IsWithin(said, known, 2)) return false;
  const std::vector<std::string_view> a = Parts(said);
  const std::vector<std::string_view> b = Parts(known);
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), IsTypoOfPart);
}

bool IsDeviceId(std::string_view name) {
  return std::find(std::begin(kDeviceIds), std::end(kDeviceIds), name) != std::end(kDeviceIds);
}

// The only one of the names that go on where `name` ends: `severity`, `severity_number`.
std::string_view OnlyLonger(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view only;
  for (const std::string_view candidate : known) {
    const bool goes_on = candidate.size() > name.size() + 1 && candidate.starts_with(name) &&
                         (candidate[name.size()] == '_' || candidate[name.size()] == '.');
    if (!goes_on) continue;
    if (!only.empty()) return {};
    only = candidate;
  }
  return only;
}

class Guesses {
 public:
  explicit Guesses(const std::vector<std::string_view>& known) : known_(known) {}

  template <class Predicate>
  void AddIf(Predicate fits) {
    std::vector<std::string_view> found;
    std::copy_if(known_.begin(), known_.end(), std::back_inserter(found), fits);
    // Of similar names, the shortest is closest to the record's root.
    std::sort(found.begin(), found.end(),
              [](auto a, auto b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
    for (const std::string_view name : found) {
      const bool there = std::find(names_.begin(), names_.end(), name) != names_.end();
      if (!there && names_.size() < kMaxSuggestions) names_.push_back(name);
    }
  }

  std::vector<std::string_view> names() && { return std::move(names_); }

 private:
  const std::vector<std::string_view>& known_;
  std::vector<std::string_view> names_;
};

}  // namespace

std::string_view LastLevel(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

bool HoldsDeviceIds(std::string_view name) {
  const std::string_view last = LastLevel(name);
  const std::vector<std::string_view> parts = Parts(last);
  return last == "device_id" || last == "agent_id" ||
         (!parts.empty() && (parts.back() == "aid" || parts.back() == "aids"));
}

std::vector<std::string_view> Suggestions(std::string_view name,
                                          const std::vector<std::string_view>& known) {
  if (name.empty() || name.size() > kMaxTypoBytes) return {};
  Guesses guesses(known);
  const std::string_view last = LastLevel(name);
  guesses.AddIf([&](std::string_view candidate) { return SameBare(candidate, name); });
  if (IsDeviceId(name)) guesses.AddIf(IsDeviceId);
  guesses.AddIf([&](std::string_view candidate) { return SameBare(LastLevel(candidate), last); });
  guesses.AddIf([&](std::string_view candidate) { return IsTypo(name, candidate); });
  for (const Synonym& synonym : kSynonyms) {
    if (!SameBare(synonym.said, last)) continue;
    for (const std::string_view meant : synonym.meant) {
      guesses.AddIf([meant](std::string_view candidate) {
        return candidate == meant || LastLevel(candidate) == meant;
      });
    }
  }
  const std::string_view longer = OnlyLonger(name, known);
  guesses.AddIf([longer](std::string_view candidate) { return candidate == longer; });
  return std::move(guesses).names();
}

std::string NearestName(std::string_view name, const std::vector<std::string_view>& known) {
  const std::vector<std::string_view> guesses = Suggestions(name, known);
  return guesses.empty() ? "" : StrCat("; nearest: `", guesses.front(), "`");
}

std::string_view NearMiss(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kMaxTypoBytes) return {};
  for (const std::string& candidate : known) {
    if (!candidate.empty() && SameBare(candidate, word)) return candidate;
  }
  std::string_view nearest;
  int least = AllowedEdits(word.size()) + 1;
  for (const std::string& candidate : known) {
    // With two letters, one edit makes another word.
    if (word.size() < 3 || candidate.size() < 3 || !IsWithin(word, candidate, least - 1)) continue;
    nearest = candidate;
    least = EditDistance(word, candidate);
  }
  return nearest;
}

std::string Enumerate(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size() && i < kMaxWords; ++i) {
    const bool last = i + 1 == words.size();
    out += StrCat(i == 0 ? "" : (last ? " or " : ", "), "`", words[i], "`");
  }
  return words.size() > kMaxWords ? out + ", ..." : out;
}

}  // namespace falcon::fql
