// Checks of indicator values, and the paging of sightings.
#include "rpc/services/indicator_sightings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "absl/strings/ascii.h"
#include "base/text.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxDomainBytes = 200;

bool IsDomain(std::string_view text) {
  return !text.empty() && text.size() <= kMaxDomainBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '*' && c != '/';
         });
}

bool IsAddress(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const bool whole = text.find('\0') == std::string::npos;  // what C strings end at
  return whole && inet_pton(family, text.c_str(), address.data()) == 1;
}

// An indicator that Falcon was seen to meet.
struct IndicatorKind {
  v1::IocType type;
  std::string_view name;  // Falcon's
  bool (*fits)(const std::string& value);
  std::string_view description;  // of a value that fits
};
constexpr IndicatorKind kIndicatorKinds[] = {
    {v1::IOC_TYPE_SHA256, "sha256", [](const std::string& value) { return IsHex(value, 64); },
     "must be the 64 hexadecimal digits of a SHA-256"},
    {v1::IOC_TYPE_MD5, "md5", [](const std::string& value) { return IsHex(value, 32); },
     "must be the 32 hexadecimal digits of an MD5"},
    {v1::IOC_TYPE_DOMAIN, "domain", [](const std::string& value) { return IsDomain(value); },
     "must be a domain of 1 to 200 characters, without a star"},
    {v1::IOC_TYPE_IPV4, "ipv4", [](const std::string& value) { return IsAddress(AF_INET, value); },
     "must be an IPv4 address, such as 203.0.113.42"},
    {v1::IOC_TYPE_IPV6, "ipv6", [](const std::string& value) { return IsAddress(AF_INET6, value); },
     "must be an IPv6 address, such as 2001:db8::1"},
};

// Whether `offset` is a number, or empty.
bool Counts(std::string_view offset) {
  return offset.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

upstream::Parameters IndicatorParameters(v1::IocType type, std::string value,
                                         RequestValidator& validator) {
  const auto* known = std::ranges::find(kIndicatorKinds, type, &IndicatorKind::type);
  if (known == std::end(kIndicatorKinds)) {
    validator.AddViolation(
        "type",
        "must be IOC_TYPE_SHA256, IOC_TYPE_MD5, IOC_TYPE_DOMAIN, IOC_TYPE_IPV4 or "
        "IOC_TYPE_IPV6");
    return {};
  }
  if (!known->fits(value)) validator.AddViolation("value", known->description);
  return {{"type", std::string(known->name)}, {"value", Lower(value)}};
}

std::string NextOffset(const json::Pagination& pagination, const std::string& sent, size_t received,
                       size_t limit) {
  if (!Counts(pagination.offset_token)) return pagination.offset_token;
  if (!Counts(sent) || received == 0) return "";
  int64_t before = 0;
  std::from_chars(sent.data(), sent.data() + sent.size(), before);
  const int64_t next = before + static_cast<int64_t>(received);
  // A total below what was sent cannot end the list, and one that a full page just reaches may be
  // wrong: then an empty page ends the list.
  const bool full = received >= limit;
  const bool more = pagination.total.has_value() ? full || next != *pagination.total : full;
  return more ? StrCat(next) : "";
}

}  // namespace falcon::rpc
