// Judges indicators.
#include "mcp/prompts/indicator.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace falcon::mcp {
namespace {

constexpr size_t kLongestDomain = 253;
constexpr size_t kMd5Digits = 32;
constexpr size_t kSha1Digits = 40;
constexpr size_t kSha256Digits = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool IsHash(std::string_view text) {
  const size_t size = text.size();
  if (size != kMd5Digits && size != kSha1Digits && size != kSha256Digits) return false;
  const bool known = text.find_first_not_of('0') != std::string_view::npos;
  return known && std::all_of(text.begin(), text.end(), IsHex);
}

bool IsDomain(std::string_view text) {
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() > kLongestDomain) return false;
  const std::string_view top = text.substr(dot + 1);
  // Files have endings of their own: svchost.exe is no domain.
  constexpr std::array<std::string_view, 8> kFileEndings = {"exe", "dll", "sys", "ps1",
                                                            "bat", "vbs", "js",  "zip"};
  const bool file = std::find(kFileEndings.begin(), kFileEndings.end(), top) != kFileEndings.end();
  return !file && top.size() >= 2 && std::all_of(top.begin(), top.end(), IsLetter) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '-' || c == '.' || c == '_';
         });
}

struct Network {
  uint32_t base;
  uint32_t bits;
};
// This host, private, shared, loopback, link-local, multicast and above.
constexpr std::array<Network, 8> kOwnNetworks = {{{0x00000000, 8},
                                                  {0x0A000000, 8},
                                                  {0x64400000, 10},
                                                  {0x7F000000, 8},
                                                  {0xA9FE0000, 16},
                                                  {0xAC100000, 12},
                                                  {0xC0A80000, 16},
                                                  {0xE0000000, 3}}};

bool IsPublicAddress(const std::string& text) {
  // What C reads ends at a zero byte; the rest would go on into a filter.
  if (text.find_first_not_of("0123456789abcdefABCDEF.:") != std::string::npos) return false;
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
    const uint32_t address = ntohl(four.s_addr);
    return std::none_of(kOwnNetworks.begin(), kOwnNetworks.end(), [&](const Network& network) {
      return (address ^ network.base) >> (32 - network.bits) == 0;
    });
  }
  in6_addr six{};
  // Global unicast is 2000::/3.
  return inet_pton(AF_INET6, text.c_str(), &six) == 1 && (six.s6_addr[0] & 0xE0U) == 0x20U;
}

}  // namespace

bool IsIndicator(std::string_view text) {
  return IsHash(text) || IsDomain(text) || IsPublicAddress(std::string(text));
}

}  // namespace falcon::mcp
