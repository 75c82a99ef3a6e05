// Fuzzes the FQL parser: what it accepts has closed quotes and prints to text that parses to the
// same tree.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fql/parser.h"

namespace {

// Whether every quote is closed. Shares no code with the parser.
bool QuotesAreClosed(std::string_view text) {
  char open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (open != 0 && text[i] == '\\') {
      ++i;
    } else if (open != 0 && text[i] == open) {
      open = 0;
    } else if (open == 0 && (text[i] == '\'' || text[i] == '"')) {
      open = text[i];
    }
  }
  return open == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = falcon::fql::Parse(text);
  if (!parsed.ok()) return 0;
  if (!QuotesAreClosed(text)) std::abort();
  const std::string printed = parsed->Text();
  if (!QuotesAreClosed(printed)) std::abort();
  // The printed text is longer than the input, because of escapes and quotes.
  const auto again = falcon::fql::Parse(printed, "filter", {.max_bytes = printed.size()});
  if (!again.ok() || !(*again == *parsed) || again->Text() != printed) std::abort();
  return 0;
}
