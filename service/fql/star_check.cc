// Stars: refused where Falcon would take them literally, with the spelling that works.
#include "fql/star_check.h"

#include <algorithm>

#include "base/text.h"

namespace falcon::fql {
namespace {

constexpr size_t kShownBytes = 64;

std::string_view NotSign(bool negated) { return negated ? "!" : ""; }

// A star in the middle asks for a beginning and an end.
std::string BothEnds(const Field& field, bool negated, std::string_view text) {
  const std::string_view sign = NotSign(negated);
  const std::string first = Spelling(field, sign, Shown(text.substr(0, text.find('*') + 1)));
  const std::string last = Spelling(field, sign, Shown(text.substr(text.rfind('*'))));
  return negated ? Cat("; write (", first, ",", last, ")") : Cat("; write ", first, "+", last);
}

Problem EndsProblem(const Field& field, bool negated, std::string_view text) {
  const bool starts = text.front() == '*';
  const bool ends = text.back() == '*';
  if ((starts || ends) && std::count(text.begin(), text.end(), '*') == 1) return std::nullopt;
  return Cat("`", field.name, "` takes one star, first or last in the value",
             starts || ends ? SearchAdvice(field, negated, text) : BothEnds(field, negated, text));
}

}  // namespace

bool IsNegation(Operator op) {
  return op == Operator::kNotEqual || op == Operator::kNotMatches || op == Operator::kNotWildcard;
}

std::string Shown(std::string_view text) { return EscapeHostile(Quoted(text), kShownBytes); }

std::string Spelling(const Field& field, std::string_view sign, std::string_view literal) {
  return Cat(field.name, ":", sign, literal);
}

std::string_view LongestPiece(std::string_view text) {
  std::string_view longest;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, text.find('*'));
    if (piece.size() > longest.size()) longest = piece;
    text.remove_prefix(std::min(piece.size() + 1, text.size()));
  }
  return longest;
}

std::string SearchAdvice(const Field& field, bool negated, std::string_view text) {
  const std::string_view piece = LongestPiece(text);
  if (field.array) return "; elements are compared exactly";
  if (piece.empty()) return "";
  if (field.text_match) {
    return Cat("; write ", Spelling(field, negated ? "!~" : "~", Shown(piece)));
  }
  switch (field.wildcard) {
    case v1::WILDCARD_ANYWHERE:
      return Cat("; write ", Spelling(field, NotSign(negated), Shown(Cat("*", piece, "*"))));
    case v1::WILDCARD_PREFIX_OR_SUFFIX:
      return Cat("; write ", Spelling(field, NotSign(negated), Shown(Cat(piece, "*"))));
    case v1::WILDCARD_OPERATOR:
      return Cat("; write ", Spelling(field, negated ? "!*" : "*", Shown(Cat("*", piece, "*"))));
    default:
      return "; it is compared exactly";
  }
}

Problem StarOperatorProblem(const Field& field, const Condition& condition) {
  if (field.wildcard == v1::WILDCARD_OPERATOR) return std::nullopt;
  const bool negated = IsNegation(condition.op);
  const std::string* text = std::get_if<std::string>(&condition.values.front());
  const std::string pattern = text == nullptr ? "x*" : *text;
  if (field.wildcard == v1::WILDCARD_UNSPECIFIED) {
    return Cat("`", field.name, "` takes no star", SearchAdvice(field, negated, pattern));
  }
  return Cat("the star of `", field.name,
             "` stands inside the quotes: ", Spelling(field, NotSign(negated), Shown(pattern)));
}

Problem PatternProblem(const Field& field, const Condition& condition, const std::string& text) {
  const std::string_view piece = LongestPiece(text);
  if (piece.empty()) return Cat("`", field.name, "` takes no star alone; put text beside it");
  if (text.find('*') != std::string::npos) return std::nullopt;
  const std::string_view sign = IsNegation(condition.op) ? "!*" : "*";
  return Cat("a pattern needs a star inside the quotes too: ",
             Spelling(field, sign, Shown(Cat("*", piece, "*"))));
}

Problem StarProblem(const Field& field, const Condition& condition, const std::string& text) {
  const bool negated = IsNegation(condition.op);
  if (field.wildcard == v1::WILDCARD_UNSPECIFIED) {
    return Cat("`", field.name, "` takes no star", SearchAdvice(field, negated, text));
  }
  if (condition.list) {
    return Cat("a list compares exactly, stars included; write one condition a pattern: (",
               Spelling(field, "", "'a*'"), ",", Spelling(field, "", "'b*'"), ")");
  }
  // On its own it means "any value", and with ! "unassigned" and the like, where Falcon documents
  // that.
  const bool alone = LongestPiece(text).empty();
  if (alone && field.wildcard != v1::WILDCARD_ANYWHERE) {
    return Cat("`", field.name, "` takes no star alone; put text beside it");
  }
  if (field.wildcard == v1::WILDCARD_OPERATOR) {
    return Cat("the star of `", field.name, "` stands before the quotes too: ",
               Spelling(field, negated ? "!*" : "*", Shown(text)));
  }
  if (field.wildcard == v1::WILDCARD_PREFIX_OR_SUFFIX) return EndsProblem(field, negated, text);
  return std::nullopt;
}

}  // namespace falcon::fql
