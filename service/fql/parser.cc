// Recursive descent over FQL text. Recursion is as deep as parentheses nest, which the limits
// bound.
#include "fql/parser.h"

#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "fql/advice.h"
#include "fql/normal_form.h"
#include "fql/scanner.h"

namespace falcon::fql {
namespace {

using Place = SyntaxFault::Place;

struct Sign {
  std::string_view text;
  Operator op;
};
// Longer signs first: the first that fits is taken.
constexpr Sign kSigns[] = {
    {"!~*", Operator::kNotMatchesWildcard},
    {"~*", Operator::kMatchesWildcard},
    {"!~", Operator::kNotMatches},
    {"!*", Operator::kNotWildcard},
    {"!", Operator::kNotEqual},
    {">=", Operator::kGreaterOrEqual},
    {"<=", Operator::kLessOrEqual},
    {">", Operator::kGreater},
    {"<", Operator::kLess},
    {"~", Operator::kMatches},
    {"*", Operator::kWildcard},
};

class Parser {
 public:
  Parser(std::string_view text, std::string_view field_name, const ParseLimits& limits,
         SyntaxFault& fault)
      : scanner_(text, field_name, fault), limits_(limits) {}

  absl::StatusOr<Expression> Whole() {
    ASSIGN_OR_RETURN(Expression expression, Alternatives(0));
    if (!scanner_.AtEnd()) return FailAtJoint("'+', ',' or the end");
    return expression;
  }

 private:
  absl::StatusOr<Expression> Alternatives(int depth) {
    std::vector<Expression> parts;
    do {
      ASSIGN_OR_RETURN(Expression part, Conjunction(depth));
      parts.push_back(std::move(part));
    } while (scanner_.Take(","));
    return Expression::Or(std::move(parts));
  }

  absl::StatusOr<Expression> Conjunction(int depth) {
    std::vector<Expression> parts;
    do {
      ASSIGN_OR_RETURN(Expression part, Term(depth));
      parts.push_back(std::move(part));
    } while (scanner_.Take("+"));
    return Expression::And(std::move(parts));
  }

  // Leaves the scanner behind the blanks that follow.
  absl::StatusOr<Expression> Term(int depth) {
    scanner_.SkipBlanks();
    const size_t start = scanner_.position();
    if (!scanner_.Take("(")) return ParseCondition();
    if (depth == limits_.max_depth) {
      return scanner_.FailAt(start,
                             StrCat("parentheses nest deeper than ", limits_.max_depth, " levels"));
    }
    ASSIGN_OR_RETURN(Expression inner, Alternatives(depth + 1));
    if (scanner_.AtEnd()) {
      return scanner_.FailAt(start, "the parenthesis opened here is never closed");
    }
    if (!scanner_.Take(")")) return FailAtJoint("'+', ',' or ')'");
    scanner_.SkipBlanks();
    return inner;
  }

  absl::StatusOr<Expression> ParseCondition() {
    Condition condition;
    condition.position = static_cast<int>(scanner_.position());
    if (++conditions_ > limits_.max_conditions) {
      return scanner_.FailAt(
          scanner_.position(),
          StrCat("more than ", limits_.max_conditions,
                 " conditions; several values of one field fit in one condition: "
                 "field:['a','b']"));
    }
    ASSIGN_OR_RETURN(condition.field, scanner_.TakeField());
    scanner_.SkipBlanks();
    if (!scanner_.Take(":")) {
      return scanner_.Fail(Place::kColon, "':'", AdviceAtColon(condition.field, scanner_.Rest()),
                           condition.field);
    }
    scanner_.SkipBlanks();
    for (const Sign& sign : kSigns) {
      if (!scanner_.Take(sign.text)) continue;
      condition.op = sign.op;
      break;
    }
    scanner_.SkipBlanks();
    RETURN_IF_ERROR(ParseValues(condition));
    scanner_.SkipBlanks();
    return Expression::Of(std::move(condition));
  }

  absl::Status ParseValues(Condition& condition) {
    const bool star = IsStar(condition.op) || IsMatchWildcard(condition.op);
    const bool quoted = std::string_view("'\"[").find(scanner_.Peek()) != std::string_view::npos;
    if (star && !quoted) {
      return scanner_.Fail(Place::kStar, "a quoted value after the star",
                           "a star stands in quotes, with text beside it, such as field:'srv-*'");
    }
    condition.list = scanner_.Take("[");
    if (condition.list) return ParseList(condition);
    return ParseValue(condition);
  }

  absl::Status ParseList(Condition& condition) {
    const size_t start = scanner_.position() - 1;
    do {
      scanner_.SkipBlanks();
      if (condition.values.size() == static_cast<size_t>(limits_.max_list_values)) {
        return scanner_.FailAt(start,
                               StrCat("more than ", limits_.max_list_values, " values in a list"));
      }
      RETURN_IF_ERROR(ParseValue(condition));
      scanner_.SkipBlanks();
    } while (scanner_.Take(","));
    if (scanner_.AtEnd()) return scanner_.FailAt(start, "the list opened here is never closed");
    if (!scanner_.Take("]")) {
      return scanner_.Fail(Place::kJoint, "',' or ']'",
                           AdviceAtJoint(scanner_.Before(), scanner_.Rest()));
    }
    return absl::OkStatus();
  }

  absl::Status ParseValue(Condition& condition) {
    if (scanner_.Peek() == '\'' || scanner_.Peek() == '"') {
      ASSIGN_OR_RETURN(std::string text, scanner_.TakeQuoted());
      condition.values.emplace_back(std::move(text));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(Value value, scanner_.TakeBare(condition.field));
    condition.values.push_back(std::move(value));
    return absl::OkStatus();
  }

  absl::Status FailAtJoint(std::string_view expected) const {
    return scanner_.Fail(Place::kJoint, expected,
                         AdviceAtJoint(scanner_.Before(), scanner_.Rest()));
  }

  Scanner scanner_;
  const ParseLimits& limits_;
  int conditions_ = 0;
};

}  // namespace

absl::StatusOr<Expression> Parse(std::string_view text, std::string_view field_name,
                                 const ParseLimits& limits, SyntaxFault* fault) {
  SyntaxFault unread;
  SyntaxFault& told = fault == nullptr ? unread : *fault;
  told = SyntaxFault();
  if (text.size() > limits.max_bytes) {
    return InvalidField(field_name,
                        StrCat("is ", text.size(), " bytes long; at most ", limits.max_bytes),
                        "FQL_INVALID");
  }
  const Scanner scanner(text, field_name, told);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != 0x7F) continue;
    return scanner.FailAt(i, StrCat("control character ", EscapeUnsafe(text.substr(i, 1)),
                                    "; a filter is one line of visible text"));
  }
  if (text.find_first_not_of(' ') == std::string_view::npos) return Expression();
  return Parser(text, field_name, limits, told).Whole();
}

}  // namespace falcon::fql
