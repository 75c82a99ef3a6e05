// Builds filter trees in one normal form and prints them.
#include "fql/expression.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace falcon::fql {
namespace {

struct Token {
  std::string_view text;
  Operator op;
};
// Longer tokens first: OperatorAt takes the first that fits.
constexpr Token kTokens[] = {
    {"!~*", Operator::kNotMatchesWildcard},
    {"~*", Operator::kMatchesWildcard},
    {"!~", Operator::kNotMatches},
    {"!*", Operator::kNotWildcard},
    {">=", Operator::kGreaterOrEqual},
    {"<=", Operator::kLessOrEqual},
    {"!", Operator::kNotEqual},
    {">", Operator::kGreater},
    {"<", Operator::kLess},
    {"~", Operator::kMatches},
    {"*", Operator::kWildcard},
    {"", Operator::kEqual},
};

// One pass escapes both, so that neither escape can be taken for text of the other.
void PrintText(std::string_view text, std::string& out) {
  out += '\'';
  for (const char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  out += '\'';
}

void PrintValue(const Value& value, std::string& out) {
  if (std::holds_alternative<Null>(value)) {
    out += "null";
  } else if (const bool* boolean = std::get_if<bool>(&value)) {
    out += *boolean ? "true" : "false";
  } else if (const Number* number = std::get_if<Number>(&value)) {
    out += number->digits;
  } else {
    PrintText(std::get<std::string>(value), out);
  }
}

void PrintCondition(const Condition& condition, std::string& out) {
  out += StrCat(condition.field, ":", OperatorToken(condition.op));
  if (condition.list) out += '[';
  for (size_t i = 0; i < condition.values.size(); ++i) {
    if (i > 0) out += ',';
    PrintValue(condition.values[i], out);
  }
  if (condition.list) out += ']';
}

void Print(const Expression& expression, std::string& out) {
  if (expression.kind() == Expression::Kind::kCondition) {
    PrintCondition(expression.condition(), out);
    return;
  }
  const char joint = expression.kind() == Expression::Kind::kAnd ? '+' : ',';
  for (size_t i = 0; i < expression.parts().size(); ++i) {
    const Expression& part = expression.parts()[i];
    const bool nested = part.kind() != Expression::Kind::kCondition;
    if (i > 0) out += joint;
    if (nested) out += '(';
    Print(part, out);
    if (nested) out += ')';
  }
}

// Merges parts of kind `kind` into the whole: (a+b)+c is a+b+c.
std::vector<Expression> Flatten(Expression::Kind kind, std::vector<Expression> parts) {
  std::vector<Expression> flat;
  for (Expression& part : parts) {
    if (part.kind() != kind) {
      flat.push_back(std::move(part));
      continue;
    }
    flat.insert(flat.end(), part.parts().begin(), part.parts().end());
  }
  return flat;
}

}  // namespace

std::string_view OperatorToken(Operator op) {
  return std::ranges::find(kTokens, op, &Token::op)->text;
}

Operator OperatorAt(std::string_view text) {
  return std::ranges::find_if(kTokens,
                              [text](const Token& token) { return text.starts_with(token.text); })
      ->op;
}

bool IsEquality(Operator op) { return op == Operator::kEqual || op == Operator::kNotEqual; }
bool IsRange(Operator op) {
  return op == Operator::kGreater || op == Operator::kGreaterOrEqual || op == Operator::kLess ||
         op == Operator::kLessOrEqual;
}
bool IsMatch(Operator op) { return op == Operator::kMatches || op == Operator::kNotMatches; }
bool IsStar(Operator op) { return op == Operator::kWildcard || op == Operator::kNotWildcard; }
bool IsMatchWildcard(Operator op) {
  return op == Operator::kMatchesWildcard || op == Operator::kNotMatchesWildcard;
}
bool IsNegation(Operator op) {
  return op == Operator::kNotEqual || op == Operator::kNotMatches || op == Operator::kNotWildcard ||
         op == Operator::kNotMatchesWildcard;
}

bool HasStar(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  return text != nullptr && text->find('*') != std::string::npos;
}

Expression Expression::Of(Condition condition) {
  Expression expression;
  expression.kind_ = Kind::kCondition;
  condition.list = condition.list || condition.values.size() > 1;
  expression.condition_ = std::move(condition);
  return expression;
}

Expression Expression::And(std::vector<Expression> parts) {
  Expression expression;
  expression.parts_ = Flatten(Kind::kAnd, std::move(parts));
  if (expression.parts_.size() == 1) return std::move(expression.parts_.front());
  return expression;
}

Expression Expression::Or(std::vector<Expression> parts) {
  Expression expression;
  for (const Expression& part : parts) {
    if (part.empty()) return expression;
  }
  expression.kind_ = Kind::kOr;
  expression.parts_ = Flatten(Kind::kOr, std::move(parts));
  if (expression.parts_.size() == 1) return std::move(expression.parts_.front());
  return expression;
}

std::string Expression::Text() const {
  std::string text;
  Print(*this, text);
  return text;
}

std::string Quoted(std::string_view text) {
  std::string out;
  PrintText(text, out);
  return out;
}

}  // namespace falcon::fql
