// Pages: what proxies, firewalls and log-in portals send in place of an API's answer.
#ifndef FALCON_WIRE_HTML_PAGE_H_
#define FALCON_WIRE_HTML_PAGE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/http.h"

namespace falcon::wire {

// Whether the body is HTML or XML: it begins with '<'.
bool IsPage(std::string_view body);

// Whether `Content-Type` says that the body is HTML, which some say of JSON too.
bool SaysHtml(const Headers& headers);

// What a reader of the page would see: text without tags, scripts and styles, each run of blanks as
// one; at most `max_bytes` of it, as it came: escape it where people read it.
std::string TextOfPage(std::string_view page, size_t max_bytes);

}  // namespace falcon::wire

#endif  // FALCON_WIRE_HTML_PAGE_H_
