// The rules for stars, the least regular part of FQL: where they may stand differs by field.
#ifndef FALCON_FQL_STAR_CHECK_H_
#define FALCON_FQL_STAR_CHECK_H_

#include <optional>
#include <string>
#include <string_view>

#include "fql/catalogue.h"
#include "fql/expression.h"

namespace falcon::fql {

// What is wrong and what would have been right; nullopt: nothing.
using Problem = std::optional<std::string>;

bool IsNegation(Operator op);

// `text` as a literal, safe and short enough for a message.
std::string Shown(std::string_view text);

// "hostname:!~'x'", for a message.
std::string Spelling(const Field& field, std::string_view sign, std::string_view literal);

// The longest run of `text` without a star.
std::string_view LongestPiece(std::string_view text);

// How `field` can look for a part of `text`: "; write hostname:~'srv'", or that it cannot.
std::string SearchAdvice(const Field& field, bool negated, std::string_view text);

// The star operator on `field`.
Problem StarOperatorProblem(const Field& field, const Condition& condition);

// `text`, the value of the star operator on a field that has it.
Problem PatternProblem(const Field& field, const Condition& condition, const std::string& text);

// `text`, a value with a star that is compared for equality.
Problem StarProblem(const Field& field, const Condition& condition, const std::string& text);

}  // namespace falcon::fql

#endif  // FALCON_FQL_STAR_CHECK_H_
