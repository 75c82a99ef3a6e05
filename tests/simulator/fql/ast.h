// The tree of a parsed FQL filter.
#pragma once

#include <string>
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

}  // namespace falcon::simulator::fql
