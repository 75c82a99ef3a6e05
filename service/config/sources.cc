// Environment before env file; NAME and NAME_FILE alike.
#include "config/sources.h"

#include <algorithm>
#include <utility>

#include "base/secret_file.h"

namespace falcon::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

std::string_view Trim(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`'; }

bool IsQuoted(std::string_view text) {
  return text.size() > 1 && IsQuote(text.front()) && text.back() == text.front();
}

// Without what copying adds around a value.
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
  if (any(IsQuote)) return "holds a quotation mark that is no part of such a value: take it away";
  if (any([](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return "holds a character outside ASCII, such as a typographic quotation mark or an invisible "
           "space: copy the value again as plain text";
  }
  return "";
}

}  // namespace

std::optional<Secret> Tidy(const std::string& where, const Secret& value, Problems& problems) {
  const std::string_view text = Unwrap(value.Reveal());
  if (text.empty()) {
    problems.Add(where, "is empty");
    return std::nullopt;
  }
  if (IsQuoted(Trim(value.Reveal()))) {
    problems.Warn(where, "stands in quotation marks, which were left out: they are no part of it");
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

std::vector<Found> Sources::Collect(Names names, const Lookup& lookup, const Canonical& canonical,
                                    bool& any, Problems& problems) {
  std::vector<Found> found;
  const auto take = [&](const std::string& where, const Secret& raw) {
    std::optional<Secret> value = canonical(where, raw, problems);
    if (value.has_value()) found.push_back({where, *std::move(value)});
  };
  for (const std::string_view variable : names) {
    const std::string name(variable);
    if (const Secret value = lookup(name); !Unwrap(value.Reveal()).empty()) {
      any = true;
      take(name, value);
    }
    const std::string file_name = name + "_FILE";
    if (const Secret path = lookup(file_name); !path.empty()) {
      any = true;
      const auto value = problems.Take(file_name, ReadSecretFile(std::string(path.Reveal())));
      if (value.has_value()) take(file_name, *value);
    }
  }
  return found;
}

std::optional<Found> Sources::Find(Names names, const Canonical& canonical,
                                   Problems& problems) const {
  const Lookup of_environment = [this](const std::string& name) { return environment_.Get(name); };
  const Lookup of_file = [this](const std::string& name) {
    const auto variable = env_file_.find(name);
    return variable == env_file_.end() ? Secret() : variable->second;
  };
  for (const Lookup& lookup : {of_environment, of_file}) {
    bool any = false;
    const std::vector<Found> found = Collect(names, lookup, canonical, any, problems);
    for (const Found& other : found) {
      if (other.value == found.front().value) continue;
      problems.Add(other.where, StrCat("differs from ", found.front().where,
                                       ", which means the same: unset one of them"));
    }
    // A bad value of a source that wins does not let a lower one through.
    if (any) return found.empty() ? std::nullopt : std::optional(found.front());
  }
  return std::nullopt;
}

std::optional<Secret> Sources::FindSecret(std::string_view flag, const std::string& file,
                                          Names names, const Canonical& canonical,
                                          Problems& problems) const {
  if (file.empty()) {
    const auto found = Find(names, canonical, problems);
    return found.has_value() ? std::optional(found->value) : std::nullopt;
  }
  const auto text = problems.Take(flag, ReadSecretFile(file));
  if (!text.has_value()) return std::nullopt;
  return canonical(std::string(flag), *text, problems);
}

}  // namespace falcon::config
