// How output looks: colours or none, how wide, and what time it is.
#ifndef FALCON_CLIENT_RENDER_STYLE_H_
#define FALCON_CLIENT_RENDER_STYLE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace falcon::client {

struct Style {
  bool color = false;
  // Columns of the terminal. 0: no limit.
  size_t width = 0;
  // What relative times count from.
  absl::Time now;
};

enum class Tint { kPlain, kBold, kDim, kRed, kOrange, kYellow, kGreen };

// The text in that colour where the style has colours.
std::string Painted(std::string_view text, Tint tint, const Style& style);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_STYLE_H_
