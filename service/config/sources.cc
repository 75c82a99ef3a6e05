// Environment before env file; NAME and NAME_FILE alike. Variables by getenv, wiped in place.
#include "config/sources.h"

#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/secret.h"
#include "base/text.h"

namespace falcon::config {
namespace {

constexpr std::string_view kBlank = " \t\r";
constexpr std::string_view kExport = "export";

std::string_view TrimBlanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool IsKey(std::string_view key) {
  const auto fits = [](char c) {
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return false;
  return std::ranges::all_of(key, fits);
}

bool IsOnlyComment(std::string_view rest) {
  rest = TrimBlanks(rest);
  return rest.empty() || rest.starts_with('#');
}

std::optional<Secret> SingleQuoted(std::string_view text) {
  const size_t end = text.find('\'', 1);
  if (end == std::string_view::npos) return std::nullopt;
  if (!IsOnlyComment(text.substr(end + 1))) return std::nullopt;
  return Secret(text.substr(1, end - 1));
}

std::optional<Secret> DoubleQuoted(std::string_view text) {
  std::string value;
  value.reserve(text.size());  // a string that grows leaves copies of the secret behind
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      Secret secret(value);
      SecureErase(value);
      if (!IsOnlyComment(text.substr(i + 1))) return std::nullopt;
      return secret;
    }
    if (text[i] == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      value += next == 'n' ? '\n' : next == 't' ? '\t' : next;
      continue;
    }
    value += text[i];
  }
  SecureErase(value);
  return std::nullopt;
}

std::optional<Secret> ValueOf(std::string_view text) {
  text = TrimBlanks(text);
  if (text.starts_with('\'')) return SingleQuoted(text);
  if (text.starts_with('"')) return DoubleQuoted(text);
  if (text.starts_with('#')) return Secret();
  return Secret(TrimBlanks(text.substr(0, std::min(text.find(" #"), text.find("\t#")))));
}

// Whether the line is one of the format; `variables` gets what it sets.
bool ReadLine(std::string_view line, Variables& variables) {
  line = TrimBlanks(line);
  if (line.empty() || line.starts_with('#')) return true;
  const bool exported = line.starts_with(kExport) && line.size() > kExport.size() &&
                        kBlank.find(line[kExport.size()]) != std::string_view::npos;
  if (exported) line = TrimBlanks(line.substr(kExport.size()));
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos || !IsKey(line.substr(0, equals))) return false;
  std::optional<Secret> value = ValueOf(line.substr(equals + 1));
  if (!value.has_value()) return false;
  variables.insert_or_assign(std::string(line.substr(0, equals)), *std::move(value));
  return true;
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view Trim(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Trimmed(text);
}

bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`'; }

bool IsQuoted(std::string_view text) {
  return text.size() > 1 && IsQuote(text.front()) && text.back() == text.front();
}

std::string_view Unwrap(std::string_view text) {
  text = Trim(text);
  return IsQuoted(text) ? Trim(text.substr(1, text.size() - 2)) : text;
}

bool IsPrintable(char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; }

// What keeps `text` from being one word; empty: nothing.
std::string_view WordProblem(std::string_view text) {
  const auto any = [text](auto holds) { return std::ranges::any_of(text, holds); };
  if (any([](char c) { return c == '\0'; })) {
    return "holds zero bytes, as UTF-16 text does: save it as UTF-8";
  }
  if (!std::ranges::all_of(text, IsPrintable)) {
    return "must be one word without spaces or line breaks";
  }
  if (any(IsQuote)) return "holds a quotation mark that is no part of such a value: remove it";
  if (any([](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return "holds a character outside ASCII, such as a typographic quotation mark or an invisible "
           "space: copy the value again as plain text";
  }
  return "";
}

using Lookup = std::function<Secret(const std::string&)>;

// The values of one source; `any`: a variable is set, valid or not.
std::vector<ResolvedValue> FindAll(VariableNames names, const Lookup& lookup,
                                   const Normalizer& normalize, bool& any, Problems& problems) {
  std::vector<ResolvedValue> found;
  const auto add = [&](const std::string& where, const Secret& raw) {
    std::optional<Secret> value = normalize(where, raw, problems);
    if (value.has_value()) found.push_back({where, *std::move(value)});
  };
  for (const std::string_view variable : names) {
    const std::string name(variable);
    if (const Secret value = lookup(name); !Unwrap(value.Reveal()).empty()) {
      any = true;
      add(name, value);
    }
    const std::string file_name = name + "_FILE";
    if (const Secret path = lookup(file_name); !path.empty()) {
      any = true;
      const auto value = problems.ValueOrAdd(file_name, ReadSecretFile(std::string(path.Reveal())));
      if (value.has_value()) add(file_name, *value);
    }
  }
  return found;
}

}  // namespace

Secret ProcessEnvironment::Get(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? Secret() : Secret(value);
}

void ProcessEnvironment::Erase(const std::string& name) {
  if (char* value = std::getenv(name.c_str()); value != nullptr) {
    explicit_bzero(value, std::strlen(value));
  }
  unsetenv(name.c_str());
}

absl::Status ForbidCoreDumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return absl::InternalError(ToAbsl(StrCat("cannot forbid core dumps: ", std::strerror(errno))));
  }
  return absl::OkStatus();
}

absl::StatusOr<Variables> ParseEnvFile(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Variables variables;
  std::vector<int> bad;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!ReadLine(text.substr(0, end), variables)) bad.push_back(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (bad.empty()) return variables;
  return absl::InvalidArgumentError(
      absl::StrCat("line ", absl::StrJoin(bad, ", "),
                   " is not KEY=VALUE with a closed quote, if any, and nothing after it"));
}

std::optional<Secret> Tidy(const std::string& where, const Secret& value, Problems& problems) {
  const std::string_view text = Unwrap(value.Reveal());
  if (text.empty()) {
    problems.Add(where, "is empty");
    return std::nullopt;
  }
  if (IsQuoted(Trim(value.Reveal()))) {
    problems.Warn(StrCat(where, " stands in quotation marks, which were removed"));
  }
  return Secret(text);
}

std::optional<Secret> OneWord(const std::string& where, const Secret& value, Problems& problems) {
  std::optional<Secret> text = Tidy(where, value, problems);
  if (!text.has_value()) return std::nullopt;
  const std::string_view problem = WordProblem(text->Reveal());
  if (problem.empty()) return text;
  problems.Add(where, problem);
  return std::nullopt;
}

std::optional<Secret> Password(const std::string& where, const Secret& value, Problems& problems) {
  const std::string_view text = Trim(value.Reveal());
  if (!text.empty() && std::ranges::all_of(text, IsPrintable)) return Secret(text);
  problems.Add(where, "must be one word without spaces or line breaks");
  return std::nullopt;
}

std::optional<ResolvedValue> Sources::Find(VariableNames names, const Normalizer& normalize,
                                           Problems& problems) const {
  const Lookup of_environment = [this](const std::string& name) { return environment_.Get(name); };
  const Lookup of_file = [this](const std::string& name) {
    const auto variable = env_file_.find(name);
    return variable == env_file_.end() ? Secret() : variable->second;
  };
  for (const Lookup& lookup : {of_environment, of_file}) {
    bool any = false;
    const std::vector<ResolvedValue> found = FindAll(names, lookup, normalize, any, problems);
    for (const ResolvedValue& other : found) {
      if (other.value == found.front().value) continue;
      problems.Add(other.where, StrCat("differs from ", found.front().where,
                                       ", which has the same meaning: unset one of them"));
    }
    // A bad value of the source that wins does not let the other source win.
    if (any) return found.empty() ? std::nullopt : std::optional(found.front());
  }
  return std::nullopt;
}

std::optional<Secret> Sources::FindSecret(std::string_view flag, const std::string& file,
                                          VariableNames names, const Normalizer& normalize,
                                          Problems& problems) const {
  if (file.empty()) {
    const auto found = Find(names, normalize, problems);
    return found.has_value() ? std::optional(found->value) : std::nullopt;
  }
  const auto text = problems.ValueOrAdd(flag, ReadSecretFile(file));
  return text.has_value() ? normalize(std::string(flag), *text, problems) : std::nullopt;
}

}  // namespace falcon::config
