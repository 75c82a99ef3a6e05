// One pass over the lines.
#include "config/env_file.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/text.h"

namespace falcon::config {
namespace {

constexpr std::string_view kBlank = " \t\r";
constexpr std::string_view kExport = "export";

std::string_view Trim(std::string_view text) {
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

bool NothingButComment(std::string_view rest) {
  rest = Trim(rest);
  return rest.empty() || rest.starts_with('#');
}

std::optional<Secret> SingleQuoted(std::string_view text) {
  const size_t end = text.find('\'', 1);
  if (end == std::string_view::npos) return std::nullopt;
  if (!NothingButComment(text.substr(end + 1))) return std::nullopt;
  return Secret(text.substr(1, end - 1));
}

std::optional<Secret> DoubleQuoted(std::string_view text) {
  std::string value;
  value.reserve(text.size());  // a string that grows leaves copies behind
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      Secret secret(value);
      SecureErase(value);
      if (!NothingButComment(text.substr(i + 1))) return std::nullopt;
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

std::optional<Secret> Value(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('\'')) return SingleQuoted(text);
  if (text.starts_with('"')) return DoubleQuoted(text);
  if (text.starts_with('#')) return Secret();
  return Secret(Trim(text.substr(0, std::min(text.find(" #"), text.find("\t#")))));
}

// Whether the line is one of the format; `variables` gets what it sets.
bool ReadLine(std::string_view line, Variables& variables) {
  line = Trim(line);
  if (line.empty() || line.starts_with('#')) return true;
  const bool exported = line.starts_with(kExport) && line.size() > kExport.size() &&
                        kBlank.find(line[kExport.size()]) != std::string_view::npos;
  if (exported) line = Trim(line.substr(kExport.size()));
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos || !IsKey(line.substr(0, equals))) return false;
  std::optional<Secret> value = Value(line.substr(equals + 1));
  if (!value.has_value()) return false;
  variables.insert_or_assign(std::string(line.substr(0, equals)), *std::move(value));
  return true;
}

}  // namespace

absl::StatusOr<Variables> ParseEnvFile(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
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

}  // namespace falcon::config
