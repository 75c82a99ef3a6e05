#include "mcp/tools/untrusted.h"

#include <algorithm>
#include <array>
#include <span>

#include "text.h"

namespace falcon::mcp {
namespace {

constexpr std::string_view kEllipsis = "…";
// "… (cut: 18,344 bytes in all)", up to a million million bytes; below kMinMarked an ellipsis does.
constexpr size_t kMarkBytes = 48;
constexpr size_t kMinMarked = 64;
constexpr std::string_view kTagName = "falcon-data";

constexpr std::array<std::string_view, 4> kWebSchemes = {"https", "http", "ftps", "ftp"};
constexpr std::array<std::string_view, 4> kDefangedSchemes = {"hxxps", "hxxp", "fxps", "fxp"};
// Links without slashes.
constexpr std::array<std::string_view, 5> kBareSchemes = {"mailto", "javascript", "vbscript",
                                                          "data", "tel"};
constexpr size_t kMaxSchemeBytes = 32;
// More than the longest prefix of a link that is looked at as a whole.
constexpr size_t kLookAhead = 64;

// Whether `text` goes on like a block's tag at `at`, a <.
bool IsTag(std::string_view text, size_t at) {
  ++at;
  if (at < text.size() && text[at] == '/') ++at;
  return Lower(text.substr(std::min(at, text.size()), kTagName.size())) == kTagName;
}

// Whether the backslash at `at` would read as the start of a mark.
bool IsMark(std::string_view text, size_t at) {
  const std::string_view next = text.substr(at + 1, 2);
  return next == "u{" || next == "x{";
}

// The character at `at`, which takes `point.bytes`, as it is shown.
std::string Shown(std::string_view text, size_t at, const CodePoint& point) {
  if (text[at] == '<' && IsTag(text, at)) return "\\u{003C}";
  if (text[at] == '\\' && IsMark(text, at)) return "\\u{005C}";
  return client::EscapeUnsafe(text.substr(at, point.bytes));
}

std::string Cut(std::string_view text, size_t bytes, size_t all_bytes, bool* cut) {
  const size_t room = bytes - std::min(bytes, bytes < kMinMarked ? kEllipsis.size() : kMarkBytes);
  std::string out;
  size_t kept = 0;
  for (size_t at = 0; at < text.size() && out.size() <= bytes;) {
    if (out.size() <= room) kept = out.size();
    const CodePoint point = DecodeAt(text, at);
    const bool plain = point.value >= 0x20 && point.value < 0x7F && text[at] != '<' &&
                       text[at] != '\\' && point.valid;
    if (plain) {
      out.push_back(text[at]);
    } else {
      out.append(Shown(text, at, point));
    }
    at += point.bytes;
  }
  if (cut != nullptr) *cut = out.size() > bytes;
  if (out.size() <= bytes) return out;
  out.resize(kept);
  out.append(kEllipsis);
  if (bytes < kMinMarked) return out;
  return StrCat(out, " (cut: ", client::Grouped(static_cast<int64_t>(all_bytes)), " bytes in all)");
}

bool In(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsSchemeCharacter(char c) { return IsAlphanumeric(c) || c == '+' || c == '-' || c == '.'; }

bool EndsHost(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || std::string_view("/\\?#\"'<>`|,;{}()").find(c) != std::string_view::npos;
}

std::string SchemeBefore(std::string_view text, size_t colon) {
  size_t start = colon;
  while (start > 0 && colon - start < kMaxSchemeBytes && IsSchemeCharacter(text[start - 1])) {
    --start;
  }
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
  if (scheme.empty() || In(kWebSchemes, scheme) || In(kDefangedSchemes, scheme)) return false;
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
      before != std::string_view::npos && (IsAlphanumeric(text[before]) || text[before] == '.' ||
                                           text[before] == '_' || text[before] == '-');
  return !in_path && static_cast<unsigned char>(text[at + 1]) > ' ';
}

bool IsBracketed(std::string_view text, size_t dot) {
  return dot > 0 && text[dot - 1] == '[' && text.substr(dot + 1).starts_with(']');
}

// http, https and ftp become hxxp, hxxps and fxp; other schemes that open programs lose their colon
// ("ssh[:]//", "javascript[:]"); dots of the host behind any of them, behind // and behind www.
// become [.]. Addresses and domains that stand by themselves, and paths, stay.
std::string Defanged(std::string_view text) {
  std::string out;
  bool in_host = false;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    in_host = in_host && !EndsHost(c);
    const bool starts_word = IsAlphanumeric(c) && (at == 0 || !IsSchemeCharacter(text[at - 1]));
    const size_t scheme = starts_word ? WebScheme(text, at) : 0;
    const bool www = starts_word && Lower(text.substr(at, 4)) == "www." && at + 4 < text.size() &&
                     IsAlphanumeric(text[at + 4]);
    size_t taken = 1;
    if (c == '.' && in_host && !IsBracketed(text, at)) {
      out.append("[.]");
    } else if (c == ':' && LosesColon(text, at)) {
      out.append("[:]");
      in_host = true;
    } else if (scheme > 0) {
      taken = scheme;
      out.append(client::Replace(client::Replace(text.substr(at, scheme), 't', 'x'), 'T', 'X'));
    } else if (www) {
      taken = 4;
      out.append(text.substr(at, 3)).append("[.]");
      in_host = true;
    } else {
      out.push_back(c);
      in_host = in_host || (c == '/' && OpensHost(text, at));
    }
    at += taken;
  }
  return out;
}

}  // namespace

UntrustedBlock::UntrustedBlock(std::string_view nonce) : tag_(StrCat("falcon-data-", nonce)) {}

std::string UntrustedBlock::Open() const { return StrCat(kDataNotice, "\n<", tag_, ">"); }

std::string UntrustedBlock::Close() const { return StrCat("</", tag_, ">"); }

std::string UntrustedBlock::Around(std::string_view data) const {
  std::string out;
  for (size_t at = 0; at < data.size(); ++at) {
    if (data[at] == '<' && IsTag(data, at)) {
      out.append("\\u{003C}");
    } else {
      out.push_back(data[at]);
    }
  }
  return StrCat(Open(), "\n", out, "\n", Close());
}

std::string EscapedText(std::string_view text, size_t bytes, bool* cut) {
  return Cut(text, bytes, text.size(), cut);
}

std::string UntrustedText(std::string_view text, size_t bytes) {
  // Defanged text is never shorter, so that what lies further behind is cut anyway.
  const std::string_view seen = bytes < text.size() ? text.substr(0, bytes + kLookAhead) : text;
  return Cut(Defanged(seen), bytes, text.size(), nullptr);
}

}  // namespace falcon::mcp
