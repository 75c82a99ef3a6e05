// Finds URLs by what makes programs take a text for one.
#include "mcp/tools/defang.h"

#include <algorithm>
#include <array>

#include "text.h"

namespace falcon::mcp {
namespace {

constexpr std::array<std::string_view, 4> kWebSchemes = {"https", "http", "ftps", "ftp"};
// What a text holds that was defanged already.
constexpr std::array<std::string_view, 4> kDefanged = {"hxxps", "hxxp", "fxps", "fxp"};
// Links without slashes.
constexpr std::array<std::string_view, 5> kBareSchemes = {"mailto", "javascript", "vbscript",
                                                          "data", "tel"};
constexpr size_t kLongestScheme = 32;

template <size_t kCount>
bool In(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsSchemeCharacter(char c) { return IsWordCharacter(c) || c == '+' || c == '-' || c == '.'; }

bool StartsWord(std::string_view text, size_t at) {
  return at == 0 || !IsSchemeCharacter(text[at - 1]);
}

// A character that ends the host of a URL.
bool EndsHost(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || std::string_view("/\\?#\"'<>`|,;{}()").find(c) != std::string_view::npos;
}

// The scheme that ends before `colon`, in lower case.
std::string SchemeBefore(std::string_view text, size_t colon) {
  size_t start = colon;
  while (start > 0 && colon - start < kLongestScheme && IsSchemeCharacter(text[start - 1])) --start;
  return Lower(text.substr(start, colon - start));
}

// Length of http, https, ... at `at`, if what follows makes a link of it, perhaps once a reader of
// Markdown has undone an escape.
size_t WebScheme(std::string_view text, size_t at) {
  const std::string word = Lower(text.substr(at, 5));
  for (const std::string_view scheme : kWebSchemes) {
    if (!word.starts_with(scheme)) continue;
    const std::string_view rest = text.substr(at + scheme.size());
    const bool link = rest.starts_with(':') || rest.starts_with("\\:") || rest.starts_with('&');
    return link ? scheme.size() : 0;
  }
  return 0;
}

bool LosesColon(std::string_view text, size_t colon) {
  const std::string scheme = SchemeBefore(text, colon);
  if (scheme.empty() || In(kWebSchemes, scheme) || In(kDefanged, scheme)) return false;
  if (text.substr(colon + 1).starts_with("//")) return true;
  const bool goes_on = colon + 1 < text.size() && text[colon + 1] != ':' &&
                       static_cast<unsigned char>(text[colon + 1]) > ' ';
  return goes_on && In(kBareSchemes, scheme);
}

// Whether the slash at `at` is the last of several that a host may follow: not those of a path.
bool OpensHost(std::string_view text, size_t at) {
  if (at == 0 || text[at - 1] != '/' || at + 1 == text.size() || text[at + 1] == '/') return false;
  const size_t before = text.find_last_not_of('/', at);
  const bool in_path =
      before != std::string_view::npos && (IsWordCharacter(text[before]) || text[before] == '.' ||
                                           text[before] == '_' || text[before] == '-');
  return !in_path && static_cast<unsigned char>(text[at + 1]) > ' ';
}

}  // namespace

size_t Defanger::Next(std::string_view text, size_t at) const {
  return in_host_ ? at : std::min(text.find_first_of("/:hHfFwW", at), text.size());
}

size_t Defanger::At(std::string_view text, size_t at, std::string& instead) {
  const char c = text[at];
  if (in_host_ && EndsHost(c)) in_host_ = false;
  if (c == '.' && in_host_) {
    const bool bracketed = at > 0 && text[at - 1] == '[' && text.substr(at + 1).starts_with(']');
    if (bracketed) return 0;
    instead = "[.]";
    return 1;
  }
  if (c == '/' && OpensHost(text, at)) {
    in_host_ = true;
    return 0;
  }
  if (c == ':' && LosesColon(text, at)) {
    in_host_ = true;
    instead = "[:]";
    return 1;
  }
  if (!IsWordCharacter(c) || !StartsWord(text, at)) return 0;
  if (const size_t scheme = WebScheme(text, at); scheme > 0) {
    instead = client::Replace(client::Replace(text.substr(at, scheme), 't', 'x'), 'T', 'X');
    return scheme;
  }
  if (Lower(text.substr(at, 4)) == "www." && at + 4 < text.size() &&
      IsWordCharacter(text[at + 4])) {
    in_host_ = true;
    instead = StrCat(text.substr(at, 3), "[.]");
    return 4;
  }
  return 0;
}

}  // namespace falcon::mcp
