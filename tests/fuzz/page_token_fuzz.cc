// Fuzzes page tokens: random text is never accepted, and cursors that are decoded encode to the
// same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "upstream/paging/cursor.h"
#include "upstream/paging/page_token.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const falcon::upstream::PageTokens tokens(falcon::Secret("a key of thirty-two bytes or more"),
                                            "tenant");
  if (tokens.Open(text, "binding", "page_token").ok()) std::abort();
  const std::optional<falcon::upstream::Cursor> cursor = falcon::upstream::DecodeCursor(text);
  if (!cursor.has_value()) return 0;
  if (falcon::upstream::DecodeCursor(falcon::upstream::EncodeCursor(*cursor)) != cursor)
    std::abort();
  const auto opened = tokens.Open(tokens.Seal(*cursor, "binding"), "binding", "page_token");
  if (!opened.ok()) std::abort();
  return 0;
}
