// ANSI colours.
#include "render/style.h"

#include "text.h"

namespace falcon::client {
namespace {

std::string_view CodeOf(Tint tint) {
  switch (tint) {
    case Tint::kBold:
      return "1";
    case Tint::kDim:
      return "2";
    case Tint::kRed:
      return "1;31";
    case Tint::kOrange:
      return "31";
    case Tint::kYellow:
      return "33";
    case Tint::kGreen:
      return "32";
    case Tint::kPlain:
      break;
  }
  return {};
}

}  // namespace

std::string Painted(std::string_view text, Tint tint, const Style& style) {
  const std::string_view code = CodeOf(tint);
  if (!style.color || code.empty() || text.empty()) return std::string(text);
  return StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

}  // namespace falcon::client
