// Recursive descent over the tokens of a scanner. Recursion is as deep as parentheses nest, which
// the limits bound.
#include "fql/parser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon::fql {

namespace {

constexpr std::string_view kNoStarEscape =
    "`\\*` is no escape: FQL has no way to write a literal star";
// Shown of what stands at an error.
constexpr size_t kExcerptBytes = 32;

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsFieldChar(char c) { return IsAlnum(c) || c == '_' || c == '-'; }
bool EndsBareWord(char c) {
  return std::string_view(" +,()[]'\"").find(c) != std::string_view::npos;
}

bool IsBareChar(char c) {
  const bool non_ascii = static_cast<unsigned char>(c) >= 0x80;
  return non_ascii || IsFieldChar(c) || c == '.' || c == '/' || c == '@';
}

// Also true of dashes and other typographic characters, which no bare word needs; never of letters.
bool HasTypographicQuote(std::string_view word) {
  return word.find("\xE2\x80") != std::string_view::npos;
}

bool LooksLikeDate(std::string_view word) {
  return word.size() >= 8 && std::all_of(word.begin(), word.begin() + 4, IsDigit) &&
         word[4] == '-' && IsDigit(word[5]) && IsDigit(word[6]);
}

size_t DigitsFrom(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

using Place = SyntaxFault::Place;

// Reads FQL text token by token, and reports what stands at an error and what was expected. Holds
// views of `text` and `field_name` and a reference to `fault`, which outlive it. A method that
// fails leaves the position undefined.
class Scanner {
 public:
  Scanner(std::string_view text, std::string_view field_name, SyntaxFault& fault)
      : text_(text), field_name_(field_name), fault_(fault) {}

  size_t position() const { return position_; }
  bool AtEnd() const { return position_ == text_.size(); }
  // 0 at the end.
  char Peek() const { return AtEnd() ? '\0' : text_[position_]; }
  std::string_view Rest() const { return text_.substr(position_); }
  std::string_view Before() const { return text_.substr(0, position_); }

  void SkipBlanks();
  // Whether `token` stood here; then it is consumed.
  bool Take(std::string_view token);

  // Letters, digits, '_' and '-', with single dots between levels.
  absl::StatusOr<std::string> TakeField();
  // From one quote, ' or ", to the same quote. Escapes: \' \" \\; a backslash before anything else
  // is itself, but for a star, which no escape makes literal.
  absl::StatusOr<std::string> TakeQuoted();
  // null, true, false, a JSON number, or a word of letters, digits and _-./@ without quotes.
  // `field` is for the hint.
  absl::StatusOr<Value> TakeBare(std::string_view field);

  // "at byte 7: found `=`, expected ':'; hint". An empty hint adds nothing. `field` is for the
  // hints.
  absl::Status Fail(SyntaxFault::Place place, std::string_view expected, std::string_view hint = "",
                    std::string_view field = "") const;
  // "at byte 7: problem".
  absl::Status FailAt(size_t position, std::string_view problem) const;

 private:
  std::string_view TakeNumber();

  std::string_view text_;
  std::string_view field_name_;
  SyntaxFault& fault_;
  size_t position_ = 0;
};

void Scanner::SkipBlanks() {
  while (Peek() == ' ') ++position_;
}

bool Scanner::Take(std::string_view token) {
  if (!Rest().starts_with(token)) return false;
  position_ += token.size();
  return true;
}

absl::StatusOr<std::string> Scanner::TakeField() {
  const size_t start = position_;
  while (IsFieldChar(Peek())) {
    while (IsFieldChar(Peek())) ++position_;
    const bool level_follows = Rest().size() > 1 && Peek() == '.' && IsFieldChar(Rest()[1]);
    if (level_follows) ++position_;
  }
  if (position_ == start) {
    return Fail(Place::kField, "a field name or '('", HintAtField(Rest()));
  }
  return std::string(text_.substr(start, position_ - start));
}

absl::StatusOr<std::string> Scanner::TakeQuoted() {
  const size_t start = position_;
  const char quote = text_[position_++];
  std::string value;
  while (!AtEnd() && Peek() != quote) {
    if (Peek() == '\\') {
      const std::string_view next = Rest().substr(1);
      if (next.starts_with('*')) return FailAt(position_, kNoStarEscape);
      // In an unescaped path, it is itself.
      const bool escape =
          next.empty() || std::string_view("'\"\\").find(next[0]) != std::string_view::npos;
      if (escape) ++position_;
      if (AtEnd()) break;
    }
    value += text_[position_++];
  }
  if (AtEnd()) {
    return FailAt(start,
                  StrCat("the quote ", text_.substr(start, 1),
                         " opened here is never closed; inside a value a quote is written \\' "
                         "and a backslash \\\\"));
  }
  ++position_;
  return value;
}

absl::StatusOr<Value> Scanner::TakeBare(std::string_view field) {
  if (const std::string_view number = TakeNumber(); !number.empty()) {
    return Value(Number{std::string(number)});
  }
  size_t end = position_;
  while (end < text_.size() && !EndsBareWord(text_[end])) ++end;
  const std::string_view word = text_.substr(position_, end - position_);
  const bool bare = std::all_of(word.begin(), word.end(), IsBareChar);
  if (word.empty() || !bare || HasTypographicQuote(word) || LooksLikeDate(word)) {
    const std::string_view expected = LooksLikeDate(word)
                                          ? "a date in quotes"
                                          : (word.empty() ? "a value" : "quotes around this value");
    return Fail(Place::kValue, expected, HintAtValue(field, Rest()));
  }
  position_ = end;
  if (EqualsIgnoringCase(word, "null")) return Value(Null{});
  if (word == "true" || word == "false") return Value(word == "true");
  return Value(std::string(word));
}

// A JSON number that ends where a bare word would; else takes nothing.
std::string_view Scanner::TakeNumber() {
  const std::string_view rest = Rest();
  size_t end = rest.starts_with('-') ? 1 : 0;
  const size_t whole = DigitsFrom(rest, end);
  if (whole == 0 || (whole > 1 && rest[end] == '0')) return {};
  end += whole;
  if (end < rest.size() && rest[end] == '.') {
    const size_t fraction = DigitsFrom(rest, end + 1);
    if (fraction == 0) return {};
    end += 1 + fraction;
  }
  if (end < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
    const bool sign = end + 1 < rest.size() && (rest[end + 1] == '+' || rest[end + 1] == '-');
    const size_t exponent = DigitsFrom(rest, end + 1 + sign);
    if (exponent == 0) return {};
    end += 1 + sign + exponent;
  }
  if (end < rest.size() && !EndsBareWord(rest[end])) return {};
  position_ += end;
  return rest.substr(0, end);
}

absl::Status Scanner::Fail(SyntaxFault::Place place, std::string_view expected,
                           std::string_view hint, std::string_view field) const {
  const std::string found =
      AtEnd() ? "the end" : StrCat("`", EscapeUnsafe(FirstWord(Rest()), kExcerptBytes), "`");
  const std::string problem = StrCat("found ", found, ", expected ", expected);
  absl::Status status = FailAt(position_, StrCat(problem, hint.empty() ? "" : "; ", hint));
  fault_.place = place;
  fault_.field = std::string(field);
  fault_.problem = StrCat("at byte ", position_, ": ", problem);
  return status;
}

absl::Status Scanner::FailAt(size_t position, std::string_view problem) const {
  fault_.position = position;
  fault_.problem = StrCat("at byte ", position, ": ", problem);
  return WithMetadata(InvalidField(field_name_, fault_.problem, "FQL_INVALID"), kPosition,
                      StrCat(position));
}

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
      return scanner_.Fail(Place::kColon, "':'", HintAtColon(condition.field, scanner_.Rest()),
                           condition.field);
    }
    scanner_.SkipBlanks();
    condition.op = OperatorAt(scanner_.Rest());
    scanner_.Take(OperatorToken(condition.op));
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
                           HintAtJoint(scanner_.Before(), scanner_.Rest()));
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
    return scanner_.Fail(Place::kJoint, expected, HintAtJoint(scanner_.Before(), scanner_.Rest()));
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
