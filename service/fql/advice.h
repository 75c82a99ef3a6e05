// Advice: guesses from the text at an error what its writer meant, and says how FQL writes it.
#ifndef FALCON_FQL_ADVICE_H_
#define FALCON_FQL_ADVICE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace falcon::fql {

// What a person would call one word at the start of `text`: a quoted text, or all up to a blank or
// a delimiter. Never empty unless `text` is.
std::string_view FirstWord(std::string_view text);

// `word`, quoted as an FQL literal unless it is a quoted text, a number, true, false or null
// already.
std::string AsLiteral(std::string_view word);

// All up to where a value in a condition can end, a zone offset in a date included.
std::string_view LongWord(std::string_view text);

// How another language compares: `!=`, `like`. `sign` is FQL's, behind the colon.
struct Comparison {
  size_t bytes = 0;
  std::string_view sign;
};
// At the start of `rest`, if one stands there.
std::optional<Comparison> ComparisonAt(std::string_view rest);
// FQL's sign for `word`, which another language joins conditions with; empty if it is none.
std::string_view JointFor(std::string_view word);
bool IsPercentEncoded(std::string_view text);
bool IsTypographicQuote(std::string_view text);

// Each looks at `rest`, the text from the error on, and returns a sentence part such as "write
// status:'new'", or nothing.

// Where a field name should start.
std::string AdviceAtField(std::string_view rest);
// After the name `field`, where a colon should stand.
std::string AdviceAtColon(std::string_view field, std::string_view rest);
// After `field` and its colon, where an operator or a value should stand.
std::string AdviceAtValue(std::string_view field, std::string_view rest);
// After a whole condition, where + or , or the end should stand. `before` is the text up to there.
std::string AdviceAtJoint(std::string_view before, std::string_view rest);

}  // namespace falcon::fql

#endif  // FALCON_FQL_ADVICE_H_
