// The four reads. Sources: docs.virustotal.com/reference, "Get a file report", "Get a domain
// report", "Get an IP address report" and "Get a URL analysis report"; of URL ids "URLs", section
// "URL identifiers": base64 as in RFC 4648 section 3.2, without padding, URL-safe in its examples.
#include "reputation/reads.h"

#include <array>

#include "absl/strings/escaping.h"
#include "base/text.h"

namespace falcon::reputation {
namespace {

using http::Method;

// In the order of kFile to kUrl below.
constexpr std::array<Read, 4> kReads = {{
    {"file", Method::kGet, "/api/v3/files/", "https://www.virustotal.com/gui/file/"},
    {"domain", Method::kGet, "/api/v3/domains/", "https://www.virustotal.com/gui/domain/"},
    {"ip_address", Method::kGet, "/api/v3/ip_addresses/",
     "https://www.virustotal.com/gui/ip-address/"},
    {"url", Method::kGet, "/api/v3/urls/", "https://www.virustotal.com/gui/url/"},
}};
enum Row { kFile, kDomain, kAddress, kUrl };

}  // namespace

std::span<const Read> Reads() { return kReads; }

const Read& ReadOf(Kind kind) {
  switch (kind) {
    case Kind::kMd5:
    case Kind::kSha1:
    case Kind::kSha256:
      break;
    case Kind::kDomain:
      return kReads[kDomain];
    case Kind::kIpv4:
    case Kind::kIpv6:
      return kReads[kAddress];
    case Kind::kUrl:
      return kReads[kUrl];
  }
  return kReads[kFile];
}

std::string ObjectId(const Indicator& indicator) {
  if (indicator.kind != Kind::kUrl) return indicator.value;
  return absl::WebSafeBase64Escape(ToAbsl(indicator.value));  // unpadded
}

std::string PathOf(const Indicator& indicator) {
  return StrCat(ReadOf(indicator.kind).path, http::PercentEncode(ObjectId(indicator)));
}

std::string Permalink(const Indicator& indicator) {
  return StrCat(ReadOf(indicator.kind).page, ObjectId(indicator));
}

}  // namespace falcon::reputation
