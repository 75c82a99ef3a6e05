// The table of what VirusTotal can be asked. A new line here is a new way out: only GETs may stand
// in it, and nothing else can be sent.
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
  std::string_view type;  // of the object that it answers: `data.type`
  http::Method method;
  std::string_view path;  // the object's id follows
  std::string_view page;  // for browsers; the object's id follows
};

// All four.
std::span<const Read> Reads();
const Read& ReadOf(Kind kind);

// What VirusTotal knows `indicator` by: its value, and for a URL the unpadded base64url of it.
std::string ObjectId(const Indicator& indicator);

// Path of the look-up, from the first slash on.
std::string PathOf(const Indicator& indicator);

// VirusTotal's page about `indicator`. Made from the value, never from what VirusTotal answers.
std::string Permalink(const Indicator& indicator);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_READS_H_
