// Pages: what proxies, firewalls and log-in portals send in place of an API's answer.
#ifndef FALCON_HTTP_HTML_PAGE_H_
#define FALCON_HTTP_HTML_PAGE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "http/http_transport.h"

namespace falcon::http {

// Whether the body is HTML or XML: it begins with '<'.
bool IsMarkup(std::string_view body);

// Whether `Content-Type` says that the body is HTML, which some say of JSON too.
bool HasHtmlContentType(const Headers& headers);

// What a reader of the page would see: text without tags, scripts and styles, each run of blanks as
// one; at most `max_bytes` of it, as it came: escape it where people read it.
std::string MarkupText(std::string_view page, size_t max_bytes);

}  // namespace falcon::http

#endif  // FALCON_HTTP_HTML_PAGE_H_
