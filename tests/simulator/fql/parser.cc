// A recursive-descent parser with a depth limit.
#include "simulator/fql/parser.h"

#include <optional>
#include <utility>

namespace falcon::simulator::fql {
namespace {

constexpr int kMaxDepth = 64;

bool IsFieldChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool IsNumber(std::string_view text) {
  size_t digits = 0;
  size_t dots = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      ++digits;
    } else if (text[i] == '.') {
      ++dots;
    } else if (text[i] != '-' || i != 0) {
      return false;
    }
  }
  return digits > 0 && dots <= 1;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::variant<Node, Error> Run() {
    Blanks();
    if (at_ == text_.size()) return Node{};
    std::optional<Node> node = Or(0);
    if (node && at_ != text_.size()) node = Fail("unexpected '" + std::string(1, text_[at_]) + "'");
    if (!node) return Error{"invalid filter: " + error_ + " at position " + std::to_string(at_)};
    return std::move(*node);
  }

 private:
  std::nullopt_t Fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
    return std::nullopt;
  }
  void Blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
  }
  bool Take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  std::optional<Node> Or(int depth) { return Chain(depth, ',', Node::Kind::kOr, &Parser::And); }
  std::optional<Node> And(int depth) { return Chain(depth, '+', Node::Kind::kAnd, &Parser::Term); }

  std::optional<Node> Chain(int depth, char joint, Node::Kind kind,
                            std::optional<Node> (Parser::*next)(int)) {
    std::optional<Node> first = (this->*next)(depth);
    Blanks();
    if (!first || at_ >= text_.size() || text_[at_] != joint) return first;
    Node node;
    node.kind = kind;
    node.children.push_back(std::move(*first));
    while (Take(joint)) {
      std::optional<Node> child = (this->*next)(depth);
      if (!child) return std::nullopt;
      node.children.push_back(std::move(*child));
      Blanks();
    }
    return node;
  }

  std::optional<Node> Term(int depth) {
    Blanks();
    if (!Take('(')) return Compare();
    if (depth >= kMaxDepth) return Fail("too many nested brackets");
    std::optional<Node> inner = Or(depth + 1);
    if (!inner) return std::nullopt;
    Blanks();
    if (!Take(')')) return Fail("missing ')'");
    Blanks();
    return inner;
  }

  std::optional<Node> Compare() {
    const size_t start = at_;
    while (at_ < text_.size() && IsFieldChar(text_[at_])) ++at_;
    Node node;
    node.kind = Node::Kind::kCondition;
    node.condition.field = std::string(text_.substr(start, at_ - start));
    if (node.condition.field.empty()) return Fail("expected a field name");
    Blanks();
    if (!Take(':')) return Fail("expected ':' after " + node.condition.field);
    Blanks();
    if (!Operation(&node.condition)) return std::nullopt;
    Blanks();
    if (!Values(&node.condition)) return std::nullopt;
    Blanks();
    return node;
  }

  bool Operation(Condition* condition) {
    condition->negated = Take('!');
    if (Take('~')) {
      condition->any_case = Take('*');
      condition->op = condition->any_case ? Operator::kWildcard : Operator::kText;
    } else if (Take('>')) {
      condition->op = Take('=') ? Operator::kGreaterOrEqual : Operator::kGreater;
    } else if (Take('<')) {
      condition->op = Take('=') ? Operator::kLessOrEqual : Operator::kLess;
    } else if (at_ + 1 < text_.size() && text_[at_] == '*' &&
               (text_[at_ + 1] == '\'' || text_[at_ + 1] == '"')) {
      ++at_;
      condition->op = Operator::kWildcard;
    }
    const bool range = condition->op != Operator::kEquals && condition->op != Operator::kText &&
                       condition->op != Operator::kWildcard;
    if (condition->negated && range) Fail("'!' does not combine with a range operator");
    return error_.empty();
  }

  bool Values(Condition* condition) {
    if (!Take('[')) return Value(condition);
    condition->list = true;
    Blanks();
    if (Take(']')) {
      Fail("empty list for " + condition->field);
      return false;
    }
    do {
      Blanks();
      if (!Value(condition)) return false;
      Blanks();
    } while (Take(','));
    if (!Take(']')) {
      Fail("missing ']'");
      return false;
    }
    return true;
  }

  bool Value(Condition* condition) {
    std::optional<Literal> value;
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      value = Quoted();
    } else {
      value = Bare();
    }
    if (!value) return false;
    condition->values.push_back(std::move(*value));
    return true;
  }

  std::optional<Literal> Quoted() {
    const char quote = text_[at_++];
    Literal literal;
    literal.quoted = true;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      literal.text.push_back(text_[at_++]);
    }
    if (!Take(quote)) return Fail("missing closing quote");
    return literal;
  }

  std::optional<Literal> Bare() {
    const size_t start = at_;
    constexpr std::string_view kEnds = ",+()[] \t\n'\"";
    while (at_ < text_.size() && kEnds.find(text_[at_]) == std::string_view::npos) ++at_;
    Literal literal;
    literal.text = std::string(text_.substr(start, at_ - start));
    if (literal.text.empty()) return Fail("expected a value");
    if (literal.text == "null") {
      literal.kind = Literal::Kind::kNull;
    } else if (literal.text == "true" || literal.text == "false") {
      literal.kind = Literal::Kind::kBoolean;
    } else if (IsNumber(literal.text)) {
      literal.kind = Literal::Kind::kNumber;
    }
    return literal;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string error_;
};

}  // namespace

std::variant<Node, Error> Parse(std::string_view filter) { return Parser(filter).Run(); }

}  // namespace falcon::simulator::fql
