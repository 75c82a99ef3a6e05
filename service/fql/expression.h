// Expression: a filter as a tree, and its text. No other code quotes and escapes FQL.
#ifndef FALCON_FQL_EXPRESSION_H_
#define FALCON_FQL_EXPRESSION_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace falcon::fql {

enum class Operator {
  kEqual,               // field:'x', or any of a list
  kNotEqual,            // field:!'x', or none of a list
  kGreater,             // field:>
  kGreaterOrEqual,      // field:>=
  kLess,                // field:<
  kLessOrEqual,         // field:<=
  kMatches,             // field:~'x'
  kNotMatches,          // field:!~'x'
  kWildcard,            // field:*'x*'
  kNotWildcard,         // field:!*'x*'
  kMatchesWildcard,     // field:~*'x*', blind to case
  kNotMatchesWildcard,  // field:!~*'x*'
};

// As in FQL, behind the colon: "!~". Empty for kEqual.
std::string_view OperatorToken(Operator op);
// The operator whose token, the longest possible, begins `text`; kEqual: there is none.
Operator OperatorAt(std::string_view text);

bool IsEquality(Operator op);
bool IsRange(Operator op);
bool IsMatch(Operator op);          // ~ and !~
bool IsStar(Operator op);           // * and !*
bool IsMatchWildcard(Operator op);  // ~* and !~*
bool IsNegation(Operator op);

// null, true or false, a number as written, or text (dates are text).
struct Null {
  friend bool operator==(Null, Null) = default;
};
struct Number {
  std::string digits;  // valid JSON number
  friend bool operator==(const Number&, const Number&) = default;
};
using Value = std::variant<Null, bool, Number, std::string>;

// Whether `value` is text with a star.
bool HasStar(const Value& value);

struct Condition {
  std::string field;
  Operator op = Operator::kEqual;
  std::vector<Value> values;  // one, or a list; never empty
  bool list = false;          // in brackets even with one value: the exact match
  int position = -1;          // byte offset in the text that it was parsed from; -1: built

  friend bool operator==(const Condition& a, const Condition& b) {
    return a.field == b.field && a.op == b.op && a.values == b.values && a.list == b.list;
  }
};

// `text` as an FQL literal: between single quotes, with backslashes and quotes escaped.
std::string Quoted(std::string_view text);

// A value type in normal form: no And directly inside an And, no Or directly inside an Or, none
// with a single part. An empty And is no filter.
class Expression {
 public:
  enum class Kind { kAnd, kOr, kCondition };

  // No filter.
  Expression() = default;
  // Several values become a list.
  static Expression Of(Condition condition);
  // Drops empty parts, flattens a single one.
  static Expression And(std::vector<Expression> parts);
  // `parts` must not be empty. No filter if one part is no filter.
  static Expression Or(std::vector<Expression> parts);

  bool empty() const { return kind_ == Kind::kAnd && parts_.empty(); }
  Kind kind() const { return kind_; }
  const std::vector<Expression>& parts() const { return parts_; }
  const Condition& condition() const { return condition_; }

  // FQL, with parentheses around each Or inside an And and each And inside an Or, whatever Falcon's
  // precedence. Empty for no filter. Parse(Text(x)) == x.
  std::string Text() const;

  friend bool operator==(const Expression&, const Expression&) = default;

 private:
  Kind kind_ = Kind::kAnd;
  std::vector<Expression> parts_;
  Condition condition_;
};

}  // namespace falcon::fql

#endif  // FALCON_FQL_EXPRESSION_H_
