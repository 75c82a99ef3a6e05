// HTML pages that proxies, firewalls and captive portals send in place of an API's response.
#ifndef FALCON_HTTP_HTML_PAGE_H_
#define FALCON_HTTP_HTML_PAGE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "http/http_transport.h"

namespace falcon::http {

// Whether the body begins with '<', as HTML and XML do.
bool IsMarkup(std::string_view body);

// Whether `Content-Type` names HTML. Some servers name it for JSON too.
bool HasHtmlContentType(const Headers& headers);

// The visible text of a page: without tags, scripts and styles, with single blanks, at most
// `max_bytes`. It is not escaped.
std::string MarkupText(std::string_view page, size_t max_bytes);

}  // namespace falcon::http

#endif  // FALCON_HTTP_HTML_PAGE_H_
