// Where a search goes on: a page of the gateway's, and how much of it was shown.
#ifndef FALCON_CLIENT_MCP_TOOLS_PAGE_CURSOR_H_
#define FALCON_CLIENT_MCP_TOOLS_PAGE_CURSOR_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace falcon::mcp {

struct PageCursor {
  // The gateway's, of the page that holds what comes next; empty: the first page.
  std::string page_token;
  // Of that page, where `last_id` or `shown` is set: the same page must come again.
  int page_size = 0;
  // Records of that page that were shown, and the last one's id; both unset: none.
  int shown = 0;
  std::string last_id;
  // Records of all pages that were shown.
  int64_t before = 0;
  // Of the arguments that it belongs to.
  uint64_t fingerprint = 0;
  // See IntervalsOf.
  std::string intervals;

  friend bool operator==(const PageCursor&, const PageCursor&) = default;
};

// Letters, digits, and the signs of the gateway's own tokens.
std::string CursorText(const PageCursor& cursor);

// Unset: no text of CursorText's. The gateway vouches for its token, nobody for the rest: a forged
// cursor shows no more than arguments could ask for.
std::optional<PageCursor> ReadCursor(std::string_view text);

// The request's intervals of time as bytes; empty without any. An interval that counts back from
// now moves from call to call, which the gateway takes for another request: all pages of a list
// are asked for with the intervals of the first.
std::string IntervalsOf(const google::protobuf::Message& request);

// Puts them back into a request that has intervals in the same fields.
void RestoreIntervals(const std::string& intervals, google::protobuf::Message& request);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_PAGE_CURSOR_H_
