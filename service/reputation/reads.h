// The table of requests to VirusTotal. Nothing else can be sent; only GETs may be in it.
#ifndef FALCON_REPUTATION_READS_H_
#define FALCON_REPUTATION_READS_H_

#include <span>
#include <string>
#include <string_view>

#include "http/http_transport.h"
#include "reputation/indicator.h"

namespace falcon::reputation {

// One read of VirusTotal's API v3.
struct Read {
  std::string_view type;  // of the object that it returns: `data.type`
  http::Method method;
  std::string_view path;  // the object's id follows
  std::string_view page;  // for browsers; the object's id follows
};

std::span<const Read> Reads();
const Read& ReadOf(Kind kind);

// VirusTotal's id of `indicator`: its value, or of a URL the unpadded base64url.
std::string ObjectId(const Indicator& indicator);

// Path of the look-up, from the first slash on.
std::string PathOf(const Indicator& indicator);

// VirusTotal's page about `indicator`. Made from the value, never from VirusTotal's response.
std::string Permalink(const Indicator& indicator);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_READS_H_
