// From text to indicator: addresses by the system's functions, names by the rules of DNS.
#include "reputation/indicator.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon::reputation {

namespace {

constexpr size_t kMaxDomainBytes = 253;
constexpr size_t kMaxLabelBytes = 63;

struct Block4 {
  uint32_t network;
  int bits;
};
constexpr std::array<Block4, 7> kPrivate4 = {{
    {0x0A000000, 8},   // 10.0.0.0/8
    {0xAC100000, 12},  // 172.16.0.0/12
    {0xC0A80000, 16},  // 192.168.0.0/16
    {0x7F000000, 8},   // 127.0.0.0/8
    {0xA9FE0000, 16},  // 169.254.0.0/16
    {0x64400000, 10},  // 100.64.0.0/10
    {0x00000000, 8},   // 0.0.0.0/8
}};

constexpr std::array<std::string_view, 6> kLocalNames = {"local",    "localdomain", "localhost",
                                                         "internal", "lan",         "home.arpa"};

bool IsPrivate4(uint32_t address) {
  return std::ranges::any_of(kPrivate4, [address](const Block4& block) {
    return ((address ^ block.network) >> (32 - block.bits)) == 0;
  });
}

using Address6 = std::array<uint8_t, 16>;

struct Prefix {
  Address6 bytes;
  size_t length;  // in bytes
};
constexpr Prefix kLocalNat64 = {{0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}, 6};  // RFC 8215

// Where an IPv6 address holds an IPv4 one. :: and ::1 are those of 0.0.0.0/8.
struct Embedding {
  Prefix prefix;
  size_t at;
  uint32_t mask;  // that it is written with
};
constexpr std::array<Embedding, 7> kEmbeddings = {{
    {{{}, 12}, 12, 0},                                          // ::/96, RFC 4291
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 12}, 12, 0},  // mapped, RFC 4291
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0}, 12}, 12, 0},  // RFC 2765
    {{{0x00, 0x64, 0xFF, 0x9B}, 12}, 12, 0},                    // NAT64, RFC 6052
    {{{0x20, 0x02}, 2}, 2, 0},                                  // 6to4, RFC 3056
    {{{0x20, 0x01, 0x00, 0x00}, 4}, 4, 0},                      // Teredo's server,
    {{{0x20, 0x01, 0x00, 0x00}, 4}, 12, 0xFFFFFFFF},            // its client, RFC 4380
}};

constexpr Embedding kIsatap = {{}, 12, 0};  // behind any prefix, RFC 5214

bool StartsWith(const Address6& address, const Prefix& prefix) {
  return std::equal(prefix.bytes.begin(), prefix.bytes.begin() + prefix.length, address.begin());
}

uint32_t Inner(const Address6& address, const Embedding& how) {
  uint32_t inner = 0;
  for (size_t i = 0; i < 4; ++i) inner = inner << 8 | address[how.at + i];
  return inner ^ how.mask;
}

// By an interface id of 0:5efe or 200:5efe.
bool IsIsatap(const Address6& address) {
  return (address[8] & 0xFD) == 0 && address[9] == 0 && address[10] == 0x5E && address[11] == 0xFE;
}

bool IsPrivate6(const Address6& address) {
  const bool unique_local = (address[0] & 0xFE) == 0xFC;
  const bool local = address[0] == 0xFE && (address[1] & 0x80) != 0;  // of the link or the site
  if (unique_local || local || StartsWith(address, kLocalNat64)) return true;
  if (IsIsatap(address) && IsPrivate4(Inner(address, kIsatap))) return true;
  return std::ranges::any_of(kEmbeddings, [&address](const Embedding& how) {
    return StartsWith(address, how.prefix) && IsPrivate4(Inner(address, how));
  });
}

template <class Address>
std::optional<std::string> Normalized(int family, std::string_view text) {
  Address address;
  if (inet_pton(family, std::string(text).c_str(), &address) != 1) return std::nullopt;
  char written[INET6_ADDRSTRLEN];
  return inet_ntop(family, &address, written, sizeof(written));
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabelBytes) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Browsers take a host whose last label is a number for an IPv4 address: "0x7f.0.0.0x1" for
// 127.0.0.1.
bool IsHexNumber(std::string_view label) {
  return label.starts_with("0x") &&
         label.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

// The address as the system writes it; nullopt: `text` is none.
// A NUL inside would end the text early for the system and not here.
std::optional<std::string> Ipv4(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return Normalized<in_addr>(AF_INET, text);
}

std::optional<std::string> Ipv6(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return Normalized<in6_addr>(AF_INET6, text);
}

// Private, loopback, link-local, site-local, unspecified or shared (RFC 1918, 4193, 4291, 6598),
// also as an IPv4 address embedded in an IPv6 one. `address` is valid. Ranges for documentation are
// not private: reports use them.
bool IsPrivateAddress(std::string_view address) {
  const std::string text(address);
  in_addr four;
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return IsPrivate4(ntohl(four.s_addr));
  Address6 six{};
  return inet_pton(AF_INET6, text.c_str(), six.data()) == 1 && IsPrivate6(six);
}

// In lower case, without the dot at the end; nullopt: `text` is no domain name in ASCII with at
// least one dot. A name that browsers read as an IPv4 address is none.
std::optional<std::string> Domain(std::string_view text) {
  std::string domain = Lower(text);
  if (domain.ends_with('.')) domain.pop_back();
  if (domain.size() > kMaxDomainBytes) return std::nullopt;
  std::string_view rest = domain;
  size_t dot = 0;
  int labels = 0;
  std::string_view label;
  do {
    dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!IsLabel(label)) return std::nullopt;
    rest.remove_prefix(std::min(rest.size(), label.size() + 1));
    ++labels;
  } while (dot != std::string_view::npos);
  // "1.2.3" is no name but a bad address.
  const bool named = std::ranges::any_of(label, [](char c) { return c >= 'a' && c <= 'z'; });
  if (labels < 2 || !named || IsHexNumber(label)) return std::nullopt;
  return domain;
}

// Whether `domain`, as Domain returns it, ends at one's own network, such as .local.
bool IsLocalName(std::string_view domain) {
  return std::ranges::any_of(kLocalNames, [domain](std::string_view name) {
    return domain.ends_with(name) && domain.size() > name.size() &&
           domain[domain.size() - name.size() - 1] == '.';
  });
}

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

// Without blanks around it and without defanging.
std::string Refanged(std::string_view text) {
  std::string whole = absl::StrReplaceAll(
      ToAbsl(Trimmed(text)),
      {{"[.]", "."}, {"(.)", "."}, {"{.}", "."}, {"[dot]", "."}, {"[:]", ":"}, {"[://]", "://"}});
  if (EqualsIgnoringCase(std::string_view(whole).substr(0, 4), "hxxp")) whole.replace(0, 4, "http");
  return whole;
}

std::optional<Kind> KindOf(std::string_view text) {
  const auto hash = std::ranges::find(kWords, text.size(), &Word::digits);
  if (hash != kWords.end() && hash->digits > 0 && IsHex(text, hash->digits)) return hash->kind;
  if (text.find("://") != std::string_view::npos) return Kind::kUrl;
  if (Ipv4(text).has_value()) return Kind::kIpv4;
  if (Ipv6(text).has_value()) return Kind::kIpv6;
  if (Domain(text).has_value()) return Kind::kDomain;
  return std::nullopt;
}

absl::StatusOr<std::string> HashValue(std::string_view text, const Word& word) {
  if (IsHex(text, word.digits)) return Lower(text);
  return Invalid(text,
                 StrCat("is not a ", word.name, ": that has ", word.digits, " hexadecimal digits"));
}

absl::StatusOr<std::string> AddressValue(std::string_view text, Kind kind) {
  const std::optional<std::string> address = kind == Kind::kIpv4 ? Ipv4(text) : Ipv6(text);
  if (!address.has_value()) return Invalid(text, StrCat("is not an ", KindName(kind), " address"));
  if (!IsPrivateAddress(*address)) return *address;
  return Invalid(text, "is a private address, which has no public reputation: it is not sent");
}

absl::StatusOr<std::string> DomainValue(std::string_view text) {
  const std::optional<std::string> domain = Domain(text);
  if (!domain.has_value()) {
    return Invalid(text,
                   "is not a domain: letters, digits and hyphens with at least one dot, "
                   "international names in their ASCII form (xn--)");
  }
  if (!IsLocalName(*domain)) return *domain;
  return Invalid(text, "is a local name, which has no public reputation: it is not sent");
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
    // The text is not repeated: it may hold a password.
    return Invalid("URL", "holds a user name or password: it is not sent");
  }
  if (const size_t end = rest.find_first_of("/?#\\"); end < rest.size() && rest[end] == '\\') {
    return Invalid("URL", "has a backslash after its host: readers differ on which host that is");
  }
  const std::string_view host = HostOf(text);
  const bool address = Ipv4(host).has_value() || Ipv6(host).has_value();
  if (address && IsPrivateAddress(host)) {
    return Invalid(host, "is a private address, which has no public reputation: it is not sent");
  }
  if (!address) RETURN_IF_ERROR(DomainValue(host).status());
  return std::string(text);
}

}  // namespace

std::string_view KindName(Kind kind) { return WordOf(kind).name; }

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
