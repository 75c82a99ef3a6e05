// One pass over the page; nothing is interpreted but where text begins and ends.
#include "http/html_page.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/text.h"

namespace falcon::http {
namespace {

// Style sheets come first, and may be long.
constexpr size_t kMaxPageBytes = size_t{64} << 10;

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// Where the text goes on after the tag or comment that begins at `at`.
size_t EndOfTag(std::string_view page, size_t at) {
  const std::string_view rest = page.substr(at);
  std::string_view end = ">";
  if (rest.starts_with("<!--")) end = "-->";
  for (const std::string_view hidden : {"script", "style"}) {
    if (EqualsIgnoringCase(rest.substr(1, hidden.size()), hidden)) {
      const size_t close = Lower(rest).find(StrCat("</", hidden));
      if (close == std::string_view::npos) return page.size();
      return std::min(page.find('>', at + close), page.size() - 1) + 1;
    }
  }
  const size_t found = page.find(end, at);
  return found == std::string_view::npos ? page.size() : found + end.size();
}

}  // namespace

bool IsMarkup(std::string_view body) {
  const auto first = std::find_if_not(body.begin(), body.end(), IsBlank);
  return first != body.end() && *first == '<';
}

bool HasHtmlContentType(const Headers& headers) {
  const std::string type = Lower(FindHeader(headers, "Content-Type"));
  return type.starts_with("text/html") || type.starts_with("application/xhtml");
}

std::string MarkupText(std::string_view page, size_t max_bytes) {
  page = page.substr(0, kMaxPageBytes);
  std::string text;
  bool gap = false;
  for (size_t at = 0; at < page.size() && text.size() < max_bytes;) {
    if (page[at] == '<') {
      at = EndOfTag(page, at);
      gap = true;
    } else if (IsBlank(page[at])) {
      ++at;
      gap = true;
    } else {
      if (gap && !text.empty()) text += ' ';
      gap = false;
      text += page[at++];
    }
  }
  return text.substr(0, max_bytes);
}

}  // namespace falcon::http
