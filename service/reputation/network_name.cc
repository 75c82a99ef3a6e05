// Reads addresses by the system's own functions and names by the rules of DNS.
#include "reputation/network_name.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace falcon::reputation {
namespace {

constexpr size_t kMostDomainBytes = 253;
constexpr size_t kMostLabelBytes = 63;

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

bool IsPrivate6(const std::array<uint8_t, 16>& bytes) {
  const bool nearly_zero =
      std::all_of(bytes.begin(), bytes.end() - 1, [](uint8_t byte) { return byte == 0; });
  if (nearly_zero) return bytes[15] <= 1;  // :: and ::1
  const bool unique_local = (bytes[0] & 0xFE) == 0xFC;
  const bool link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
  if (unique_local || link_local) return true;
  const bool mapped =
      std::all_of(bytes.begin(), bytes.begin() + 10, [](uint8_t byte) { return byte == 0; }) &&
      bytes[10] == 0xFF && bytes[11] == 0xFF;
  const uint32_t inner = uint32_t{bytes[12]} << 24 | uint32_t{bytes[13]} << 16 |
                         uint32_t{bytes[14]} << 8 | uint32_t{bytes[15]};
  return mapped && IsPrivate4(inner);
}

template <class Address>
std::optional<std::string> Canonical(int family, std::string_view text) {
  Address address;
  if (inet_pton(family, std::string(text).c_str(), &address) != 1) return std::nullopt;
  char written[INET6_ADDRSTRLEN];
  return inet_ntop(family, &address, written, sizeof(written));
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kMostLabelBytes) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
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
  std::array<uint8_t, 16> six{};
  return inet_pton(AF_INET6, text.c_str(), six.data()) == 1 && IsPrivate6(six);
}

std::optional<std::string> Domain(std::string_view text) {
  std::string domain = Lower(text);
  if (domain.ends_with('.')) domain.pop_back();
  if (domain.size() > kMostDomainBytes) return std::nullopt;
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
  if (labels < 2 || !named) return std::nullopt;
  return domain;
}

bool IsLocalName(std::string_view domain) {
  return std::ranges::any_of(kLocalNames, [domain](std::string_view name) {
    return domain.ends_with(name) && domain.size() > name.size() &&
           domain[domain.size() - name.size() - 1] == '.';
  });
}

}  // namespace falcon::reputation
