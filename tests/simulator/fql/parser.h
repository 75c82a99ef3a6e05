// FQL filters: from text to tree.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace falcon::simulator::fql {

enum class Operator { kEquals, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kText, kWildcard };

struct Literal {
  enum class Kind { kText, kNumber, kBoolean, kNull };
  Kind kind = Kind::kText;
  std::string text;  // as written, without quotes and escapes
  bool quoted = false;
};

struct Condition {
  std::string field;
  Operator op = Operator::kEquals;
  bool negated = false;
  bool list = false;            // written with brackets: any of, and exact
  bool any_case = false;        // `~*`: a wildcard that is blind to case
  std::vector<Literal> values;  // one unless `list`
};

struct Node {
  enum class Kind { kAll, kAnd, kOr, kCondition };
  Kind kind = Kind::kAll;  // kAll: the empty filter
  std::vector<Node> children;
  Condition condition;
};

struct Error {
  std::string message;
};

// filter    := or-expr
// or-expr   := and-expr { "," and-expr }       so "+" binds tighter than ",": the usual reading of
// and-expr  := term { "+" term }               public examples, and this simulator's choice
// term      := "(" filter ")" | field ":" [operator] value
// operator  := ["!"] ["~" | "*" | "~*" | ">" | ">=" | "<" | "<="]
// value     := 'text' | "text" | [ value, ... ] | number | true | false | null | bare
//
// In quotes a backslash escapes the next character. Blanks around tokens are tolerated.
std::variant<Node, Error> Parse(std::string_view filter);

}  // namespace falcon::simulator::fql
