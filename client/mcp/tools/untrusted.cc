// Boundaries and text between them.
#include "mcp/tools/untrusted.h"

#include <algorithm>

#include "mcp/tools/defang.h"
#include "mcp/tools/shown_text.h"
#include "text.h"

namespace falcon::mcp {
namespace {

// JSON and shown text never hold a tag; other text might.
std::string WithoutTags(std::string_view data) {
  std::string out;
  out.reserve(data.size());
  for (size_t at = 0; at < data.size(); ++at) {
    const size_t tag = std::min(data.find('<', at), data.size());
    out.append(data.substr(at, tag - at));
    at = tag;
    if (tag < data.size()) out.append(IsBoundaryTag(data, tag) ? "\\u{003C}" : "<");
  }
  return out;
}

}  // namespace

Boundary::Boundary(std::string_view nonce) : tag_(StrCat("falcon-data-", nonce)) {}

std::string Boundary::Open() const { return StrCat(kDataNotice, "\n<", tag_, ">"); }

std::string Boundary::Close() const { return StrCat("</", tag_, ">"); }

std::string Boundary::Around(std::string_view data) const {
  return StrCat(Open(), "\n", WithoutTags(data), "\n", Close());
}

std::string UntrustedText(std::string_view text, size_t bytes) {
  std::string out;
  std::string instead;
  Defanger defanger;
  ShownText shown(out, bytes, Place::kPlain);
  for (size_t at = 0; at < text.size() && !shown.full();) {
    const size_t next = defanger.Next(text, at);
    while (at < next && !shown.full()) at += shown.AppendRun(text, at, next);
    if (at == text.size() || shown.full()) break;
    if (const size_t read = defanger.At(text, at, instead); read > 0) {
      shown.AppendWhole(instead);
      at += read;
    } else {
      at += shown.AppendCharacter(text, at);
    }
  }
  shown.Finish(text.size());
  return out;
}

}  // namespace falcon::mcp
