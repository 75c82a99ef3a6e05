// Hints: what the text at a syntax error means in other query languages, how FQL writes it, and the
// text with that one mistake mended.
#ifndef FALCON_FQL_HINTS_H_
#define FALCON_FQL_HINTS_H_

#include <optional>
#include <string>
#include <string_view>

#include "fql/parser.h"

namespace falcon::fql {

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

#endif  // FALCON_FQL_HINTS_H_
