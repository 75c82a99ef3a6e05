// Builds filter trees in one normal form and prints them. Nothing else in the gateway quotes FQL.
#include "fql/expression.h"

#include <utility>

#include "base/text.h"

namespace falcon::fql {
namespace {

std::string_view Sign(Operator op) {
  switch (op) {
    case Operator::kEqual:
      return "";
    case Operator::kNotEqual:
      return "!";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterOrEqual:
      return ">=";
    case Operator::kLess:
      return "<";
    case Operator::kLessOrEqual:
      return "<=";
    case Operator::kMatches:
      return "~";
    case Operator::kNotMatches:
      return "!~";
    case Operator::kWildcard:
      return "*";
    case Operator::kNotWildcard:
      return "!*";
    case Operator::kMatchesWildcard:
      return "~*";
    case Operator::kNotMatchesWildcard:
      return "!~*";
  }
  return "";
}

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
  out += StrCat(condition.field, ":", Sign(condition.op));
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

// A part of the same kind as the whole melts into it: (a+b)+c is a+b+c.
std::vector<Expression> Melt(Expression::Kind kind, std::vector<Expression> parts) {
  std::vector<Expression> melted;
  for (Expression& part : parts) {
    if (part.kind() != kind) {
      melted.push_back(std::move(part));
      continue;
    }
    melted.insert(melted.end(), part.parts().begin(), part.parts().end());
  }
  return melted;
}

}  // namespace

Expression Expression::Of(Condition condition) {
  Expression expression;
  expression.kind_ = Kind::kCondition;
  condition.list = condition.list || condition.values.size() > 1;
  expression.condition_ = std::move(condition);
  return expression;
}

Expression Expression::And(std::vector<Expression> parts) {
  Expression expression;
  expression.parts_ = Melt(Kind::kAnd, std::move(parts));
  if (expression.parts_.size() == 1) return std::move(expression.parts_.front());
  return expression;
}

Expression Expression::Or(std::vector<Expression> parts) {
  Expression expression;
  for (const Expression& part : parts) {
    if (part.empty()) return expression;
  }
  expression.kind_ = Kind::kOr;
  expression.parts_ = Melt(Kind::kOr, std::move(parts));
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
