// Reads addresses by the system's own functions and names by the rules of DNS.
#include "reputation/network_name.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

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
std::optional<std::string> Canonical(int family, std::string_view text) {
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

}  // namespace

// A NUL inside would end the text early for the system and not for us.
std::optional<std::string> Ipv4(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return Canonical<in_addr>(AF_INET, text);
}

std::optional<std::string> Ipv6(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return Canonical<in6_addr>(AF_INET6, text);
}

bool IsPrivateAddress(std::string_view address) {
  const std::string text(address);
  in_addr four;
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return IsPrivate4(ntohl(four.s_addr));
  Address6 six{};
  return inet_pton(AF_INET6, text.c_str(), six.data()) == 1 && IsPrivate6(six);
}

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

bool IsLocalName(std::string_view domain) {
  return std::ranges::any_of(kLocalNames, [domain](std::string_view name) {
    return domain.ends_with(name) && domain.size() > name.size() &&
           domain[domain.size() - name.size() - 1] == '.';
  });
}

}  // namespace falcon::reputation
