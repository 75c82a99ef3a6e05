// Parses FQL text into a tree.
#ifndef FALCON_FQL_PARSER_H_
#define FALCON_FQL_PARSER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "fql/expression.h"

namespace falcon::fql {

struct ParseLimits {
  size_t max_bytes = 8192;
  int max_depth = 16;       // parentheses inside parentheses
  int max_conditions = 20;  // as an official client's manual states
  int max_list_values = 1000;
};

// `+` binds tighter than `,`. Blank text is no filter. INVALID_ARGUMENT (FQL_INVALID) on
// `field_name` (the request field that held the text), naming the byte position, what stands there
// and what would have been right.
absl::StatusOr<Expression> Parse(std::string_view text, std::string_view field_name = "filter",
                                 const ParseLimits& limits = {});

}  // namespace falcon::fql

#endif  // FALCON_FQL_PARSER_H_
