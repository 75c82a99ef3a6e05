// Reads the gateway's complaints about FQL, as service/fql words them, and edits the filter where
// they point.
#include "mcp/tools/corrected_filter.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace falcon::mcp {
namespace {

constexpr std::string_view kPlace = "at byte ";

struct Edit {
  size_t begin = 0;
  size_t end = 0;
  std::string text;
};

struct Complaint {
  std::string_view filter;
  // Where it points in the filter.
  size_t place = 0;
  std::string_view problem;
};

std::optional<Complaint> Read(std::string_view filter, std::string_view text) {
  if (!text.starts_with(kPlace)) return std::nullopt;
  text.remove_prefix(kPlace.size());
  Complaint complaint{.filter = filter, .place = 0, .problem = {}};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), complaint.place);
  if (error != std::errc() || complaint.place > filter.size()) return std::nullopt;
  complaint.problem = text.substr(static_cast<size_t>(end - text.data()));
  if (!complaint.problem.starts_with(": ")) return std::nullopt;
  complaint.problem.remove_prefix(2);
  // Cut, so that what it suggests may be half.
  if (complaint.problem.ends_with("...")) return std::nullopt;
  return complaint;
}

// What stands behind `mark`; empty: no such mark.
std::string_view Behind(std::string_view text, std::string_view mark) {
  const size_t at = text.find(mark);
  return at == text.npos ? std::string_view() : text.substr(at + mark.size());
}

// What stands between `open` and the next `close`.
std::string_view Between(std::string_view text, std::string_view open, char close) {
  const std::string_view rest = Behind(text, open);
  const size_t end = rest.find(close);
  return end == rest.npos ? std::string_view() : rest.substr(0, end);
}

bool IsFieldChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// Behind the value that starts at `at`.
size_t ValueEnd(std::string_view filter, size_t at) {
  if (at >= filter.size()) return filter.size();
  const char first = filter[at];
  if (first == '[') return std::min(filter.find(']', at), filter.size() - 1) + 1;
  if (first != '\'' && first != '"') {
    return std::min(filter.find_first_of(" +,()[]", at), filter.size());
  }
  size_t end = at + 1;
  while (end < filter.size() && filter[end] != first) end += filter[end] == '\\' ? 2 : 1;
  return std::min(end + 1, filter.size());
}

// Behind the condition that starts at `at`: field, colon, sign, value.
size_t ConditionEnd(std::string_view filter, size_t at) {
  const size_t colon = filter.find(':', at);
  if (colon == filter.npos) return filter.size();
  const size_t value = filter.find_first_not_of(" !~*><=", colon + 1);
  return value == filter.npos ? filter.size() : ValueEnd(filter, value);
}

// The edit that puts `right` in the place of the first `wrong` from `from` on.
std::optional<Edit> Swap(std::string_view filter, size_t from, std::string_view wrong,
                         std::string_view right) {
  const size_t at = filter.find(wrong, from);
  if (wrong.empty() || right.empty() || at == filter.npos) return std::nullopt;
  return Edit{at, at + wrong.size(), std::string(right)};
}

// "found `AND`, expected '+', ',' or the end; write + for AND: a:'x'+b:'y'"
std::optional<Edit> JointEdit(const Complaint& complaint) {
  const std::string_view found = Between(complaint.problem, "found `", '`');
  const std::string_view advice = Behind(complaint.problem, "; write ");
  const bool sign = advice.starts_with("+ for ") || advice.starts_with(", for ");
  if (!sign || !complaint.filter.substr(complaint.place).starts_with(found)) return std::nullopt;
  return Swap(complaint.filter, complaint.place, found, advice.substr(0, 1));
}

// "found `=`, expected ':'; write status:'new'", where the field stands in front of the place.
std::optional<Edit> SyntaxEdit(const Complaint& complaint) {
  if (std::optional<Edit> joint = JointEdit(complaint)) return joint;
  const std::string_view filter = complaint.filter;
  const std::string_view advice = Behind(complaint.problem, "; write ");
  const bool literal = advice.size() > 2 && advice.front() == '\'' && advice.back() == '\'';
  if (literal) {
    const std::string_view bare = advice.substr(1, advice.size() - 2);
    const bool there = filter.substr(complaint.place).starts_with(bare);
    return there ? Swap(filter, complaint.place, bare, advice) : std::nullopt;
  }
  const size_t colon = advice.find(':');
  if (colon == advice.npos || advice.find("'x'") != advice.npos) return std::nullopt;
  size_t begin = complaint.place;
  while (begin > 0 && (filter[begin - 1] == ' ' || filter[begin - 1] == ':')) --begin;
  while (begin > 0 && IsFieldChar(filter[begin - 1])) --begin;
  if (!filter.substr(begin).starts_with(advice.substr(0, colon))) return std::nullopt;
  // The value is the same in another dress.
  const size_t start = advice.find_first_not_of("!~><=", colon + 1);
  std::string_view value = start == advice.npos ? std::string_view() : advice.substr(start);
  if (value.size() > 2 && value.front() == '\'') value = value.substr(1, value.size() - 2);
  const size_t at = filter.find(value, complaint.place);
  if (value.empty() || at == filter.npos) return std::nullopt;
  const bool quoted = at > 0 && (filter[at - 1] == '\'' || filter[at - 1] == '"');
  return Edit{begin, quoted ? ValueEnd(filter, at - 1) : at + value.size(), std::string(advice)};
}

// The value of the condition that the complaint points at.
std::optional<Edit> ValueEdit(const Complaint& complaint) {
  const std::string_view problem = complaint.problem;
  std::optional<Edit> edit;
  if (const std::string_view wrong = Between(problem, "is never '", '\''); !wrong.empty()) {
    edit = Swap(complaint.filter, complaint.place, wrong, Between(problem, "; nearest: `", '`'));
  } else if (problem.find("minds case: write ") != problem.npos) {
    edit = Swap(complaint.filter, complaint.place, Between(problem, ", not '", '\''),
                Between(problem, "minds case: write '", '\''));
  } else if (problem.find(" is no instant; write ") != problem.npos) {
    const std::string_view right = Between(problem, "; write '", '\'');
    const bool only = problem.ends_with(right.empty() ? "?" : std::string(right) + "'");
    const std::string_view start = problem.substr(0, problem.find(" is no instant"));
    const size_t open = start.rfind('`', start.empty() ? 0 : start.size() - 2);
    if (only && open != start.npos) {
      edit = Swap(complaint.filter, complaint.place,
                  start.substr(open + 1, start.size() - open - 2), right);
    }
  }
  if (edit && edit->end > ConditionEnd(complaint.filter, complaint.place)) return std::nullopt;
  return edit;
}

// A whole condition as the complaint spells it: "...; write hostname:'srv*'".
std::optional<Edit> ConditionEdit(const Complaint& complaint) {
  const std::string_view filter = complaint.filter.substr(complaint.place);
  size_t name = 0;
  while (name < filter.size() && IsFieldChar(filter[name])) ++name;
  const std::string start = std::string(filter.substr(0, name)) + ":";
  const size_t at = complaint.problem.rfind(start);
  // In front of it stands "write ", or a colon and a blank; it ends the complaint.
  if (name == 0 || at == complaint.problem.npos || at == 0 || complaint.problem[at - 1] != ' ' ||
      complaint.problem.find("'x'") != complaint.problem.npos) {
    return std::nullopt;
  }
  const std::string_view spelled = complaint.problem.substr(at);
  if (ConditionEnd(spelled, 0) != spelled.size()) return std::nullopt;
  return Edit{complaint.place, ConditionEnd(complaint.filter, complaint.place),
              std::string(spelled)};
}

std::optional<Edit> EditFor(const Complaint& complaint) {
  const std::string_view problem = complaint.problem;
  if (problem.starts_with("unknown field `")) {
    const std::string_view wrong = Between(problem, "unknown field `", '`');
    if (!complaint.filter.substr(complaint.place).starts_with(wrong)) return std::nullopt;
    return Swap(complaint.filter, complaint.place, wrong, Between(problem, "; nearest: `", '`'));
  }
  if (problem.starts_with("found ")) return SyntaxEdit(complaint);
  if (std::optional<Edit> value = ValueEdit(complaint)) return value;
  return ConditionEdit(complaint);
}

}  // namespace

std::optional<std::string> CorrectedFilter(const std::string& filter,
                                           const std::vector<std::string>& complaints) {
  std::vector<Edit> edits;
  for (const std::string& text : complaints) {
    const std::optional<Complaint> complaint = Read(filter, text);
    std::optional<Edit> edit = complaint ? EditFor(*complaint) : std::nullopt;
    if (!edit) return std::nullopt;
    edits.push_back(*std::move(edit));
  }
  // From the end, so that places in front stay as they are.
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.begin > b.begin; });
  std::string corrected = filter;
  size_t free_until = filter.size();
  for (const Edit& edit : edits) {
    if (edit.end > free_until || edit.begin > edit.end) return std::nullopt;
    corrected.replace(edit.begin, edit.end - edit.begin, edit.text);
    free_until = edit.begin;
  }
  if (corrected == filter) return std::nullopt;
  return corrected;
}

}  // namespace falcon::mcp
