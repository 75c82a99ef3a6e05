// From text to indicator.
#include "reputation/indicator.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "reputation/network_name.h"

namespace falcon::reputation {
namespace {

struct Word {
  Kind kind;
  std::string_view name;
  size_t digits;  // of a hash
};
constexpr std::array<Word, 7> kWords = {{
    {Kind::kMd5, "md5", 32},
    {Kind::kSha1, "sha1", 40},
    {Kind::kSha256, "sha256", 64},
    {Kind::kDomain, "domain", 0},
    {Kind::kIpv4, "ipv4", 0},
    {Kind::kIpv6, "ipv6", 0},
    {Kind::kUrl, "url", 0},
}};

const Word& WordOf(Kind kind) { return *std::ranges::find(kWords, kind, &Word::kind); }

absl::Status Invalid(std::string_view text, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "INDICATOR_INVALID",
               StrCat("\"", EscapeUnsafe(text, 100), "\" ", what));
}

bool IsHex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Without blanks around, and armed again.
std::string Refanged(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  std::string whole(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
  for (const std::string_view dot : {"[.]", "(.)", "{.}", "[dot]"}) ReplaceAll(whole, dot, ".");
  ReplaceAll(whole, "[:]", ":");
  ReplaceAll(whole, "[://]", "://");
  if (EqualsIgnoringCase(std::string_view(whole).substr(0, 4), "hxxp")) whole.replace(0, 4, "http");
  return whole;
}

std::optional<Kind> KindOf(std::string_view text) {
  const auto hash = std::ranges::find(kWords, text.size(), &Word::digits);
  if (hash != kWords.end() && hash->digits > 0 && IsHex(text)) return hash->kind;
  if (text.find("://") != std::string_view::npos) return Kind::kUrl;
  if (Ipv4(text).has_value()) return Kind::kIpv4;
  if (Ipv6(text).has_value()) return Kind::kIpv6;
  if (Domain(text).has_value()) return Kind::kDomain;
  return std::nullopt;
}

absl::StatusOr<std::string> HashValue(std::string_view text, const Word& word) {
  if (text.size() == word.digits && IsHex(text)) return Lower(text);
  return Invalid(text,
                 StrCat("is no ", word.name, ": that has ", word.digits, " hexadecimal digits"));
}

absl::StatusOr<std::string> AddressValue(std::string_view text, Kind kind) {
  const std::optional<std::string> address = kind == Kind::kIpv4 ? Ipv4(text) : Ipv6(text);
  if (!address.has_value()) return Invalid(text, StrCat("is no ", KindName(kind), " address"));
  if (!IsPrivateAddress(*address)) return *address;
  return Invalid(text, "is a private address: nobody outside can judge it, so it is not sent");
}

absl::StatusOr<std::string> DomainValue(std::string_view text) {
  const std::optional<std::string> domain = Domain(text);
  if (!domain.has_value()) {
    return Invalid(text,
                   "is no domain: letters, digits and hyphens with at least one dot, "
                   "international names in their ASCII form (xn--)");
  }
  if (!IsLocalName(*domain)) return *domain;
  return Invalid(text, "is a local name: nobody outside can judge it, so it is not sent");
}

// The host of an http or https URL, without port and brackets; empty: there is none.
std::string_view HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

absl::StatusOr<std::string> UrlValue(std::string_view text) {
  const size_t cut = std::min(text.find("://"), text.size());
  const std::string scheme = Lower(text.substr(0, cut));
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  if (cut == text.size() || (scheme != "http" && scheme != "https") || !printable) {
    return Invalid("URL", "must be http or https in printable ASCII");
  }
  const std::string_view rest = text.substr(scheme.size() + 3);
  if (rest.substr(0, rest.find_first_of("/?#\\")).find('@') != std::string_view::npos) {
    // Its text is not repeated: it may hold a password.
    return Invalid("URL", "holds a user name or password: it is not sent");
  }
  if (const size_t end = rest.find_first_of("/?#\\"); end < rest.size() && rest[end] == '\\') {
    return Invalid("URL", "has a backslash after its host: readers differ on which host that is");
  }
  const std::string_view host = HostOf(text);
  const bool address = Ipv4(host).has_value() || Ipv6(host).has_value();
  if (address && IsPrivateAddress(host)) {
    return Invalid(host, "is a private address: nobody outside can judge it, so it is not sent");
  }
  if (!address) RETURN_IF_ERROR(DomainValue(host).status());
  return std::string(text);
}

}  // namespace

std::string_view KindName(Kind kind) { return WordOf(kind).name; }

std::optional<Kind> KindNamed(std::string_view word) {
  const auto found = std::ranges::find_if(
      kWords, [word](const Word& known) { return EqualsIgnoringCase(known.name, word); });
  return found == kWords.end() ? std::nullopt : std::optional(found->kind);
}

absl::StatusOr<Indicator> ParseIndicator(std::string_view text, std::optional<Kind> kind) {
  if (text.size() > kMaxValueBytes) {
    return Invalid(text, StrCat("has more than ", kMaxValueBytes, " bytes"));
  }
  const std::string whole = Refanged(text);
  if (!kind.has_value()) kind = KindOf(whole);
  if (!kind.has_value()) {
    return Invalid(text,
                   "is neither MD5, SHA-1 or SHA-256, nor domain, IPv4 or IPv6 address, nor "
                   "http URL");
  }
  absl::StatusOr<std::string> value;
  switch (*kind) {
    case Kind::kMd5:
    case Kind::kSha1:
    case Kind::kSha256:
      value = HashValue(whole, WordOf(*kind));
      break;
    case Kind::kDomain:
      value = DomainValue(whole);
      break;
    case Kind::kIpv4:
    case Kind::kIpv6:
      value = AddressValue(whole, *kind);
      break;
    case Kind::kUrl:
      value = UrlValue(whole);
      break;
  }
  RETURN_IF_ERROR(value.status());
  return Indicator{*kind, *std::move(value)};
}

}  // namespace falcon::reputation
