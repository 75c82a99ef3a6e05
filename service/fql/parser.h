// Parses FQL text into a tree. At a syntax error, tells what the text there means in other query
// languages, how FQL writes it, and the text with that one mistake mended.
#ifndef FALCON_FQL_PARSER_H_
#define FALCON_FQL_PARSER_H_

#include <cstddef>
#include <optional>
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

// Where a parse failed, for Repaired.
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

// The first word of `text`: a quoted text, or everything up to a blank or a delimiter. Empty only
// if `text` is.
std::string_view FirstWord(std::string_view text);

// Each looks at `rest`, the text from the error on, and returns a part of a sentence, such as
// "write status:'new'", or nothing.

// Where a field name should start.
std::string HintAtField(std::string_view rest);
// After the name `field`, where a colon should be.
std::string HintAtColon(std::string_view field, std::string_view rest);
// After `field` and its colon, where an operator or a value should be.
std::string HintAtValue(std::string_view field, std::string_view rest);
// After a whole condition, where + or , or the end should be. `before` is the text up to there.
std::string HintAtJoint(std::string_view before, std::string_view rest);

// `text` with the mistake at `fault`, where its parser stopped, mended. Unset where its meaning is
// unclear.
std::optional<std::string> Repaired(std::string_view text, const SyntaxFault& fault);

}  // namespace falcon::fql

#endif  // FALCON_FQL_PARSER_H_
