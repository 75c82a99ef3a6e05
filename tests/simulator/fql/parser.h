// Text to tree for FQL filters.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "simulator/fql/ast.h"

namespace falcon::simulator::fql {

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
