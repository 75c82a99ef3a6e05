// Parses FQL text into a tree.
#ifndef FALCON_FQL_PARSER_H_
#define FALCON_FQL_PARSER_H_

#include <cstddef>
#include <string>
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

// Where a parse failed, for Repaired (hints.h).
struct SyntaxFault {
  enum class Place {
    kField,  // a field name or '(' was expected
    kColon,  // a colon
    kValue,  // a value, or quotes around this one
    kStar,   // a quoted value after a star
    kJoint,  // + or , or what closes
    kElsewhere,
  };
  Place place = Place::kElsewhere;
  size_t position = 0;  // in bytes
  std::string field;    // at kColon: the name in front of it
  std::string problem;  // "at byte 7: found `=`, expected ':'", without a hint
};

// `+` binds tighter than `,`. Blank text is no filter. INVALID_ARGUMENT (FQL_INVALID) on
// `field_name` (the request field with the text); the message names the byte position, what stands
// there and what was expected. Fills `fault` unless it is null.
absl::StatusOr<Expression> Parse(std::string_view text, std::string_view field_name = "filter.fql",
                                 const ParseLimits& limits = {}, SyntaxFault* fault = nullptr);

}  // namespace falcon::fql

#endif  // FALCON_FQL_PARSER_H_
