// Compiling and running filters.
#include "simulator/fql/filter.h"

#include <unicode/unistr.h>

#include <algorithm>
#include <utility>

namespace falcon::simulator::fql {

namespace {

// `*` stands for any run of characters, anywhere. Linear time.
bool Glob(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// A star counts only as first or last character, and not as both.
bool PrefixOrSuffix(std::string_view pattern, std::string_view text) {
  const bool front = pattern.starts_with('*');
  const bool back = pattern.ends_with('*');
  if (pattern == "*") return !text.empty();
  if (front == back) return false;  // both: Falcon finds nothing; neither: a star in the middle
  const std::string_view rest = front ? pattern.substr(1) : pattern.substr(0, pattern.size() - 1);
  if (rest.find('*') != std::string_view::npos) return false;
  return front ? text.ends_with(rest) : text.starts_with(rest);
}

// Equal for texts that differ in letter case only.
std::string FoldCase(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 128; });
  if (ascii) return LowerCase(std::string(text));
  std::string folded;
  icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())})
      .foldCase()
      .toUTF8String(folded);
  return folded;
}

// The same, with blanks and punctuation dropped: what `~` compares.
std::string Fold(std::string_view text) {
  std::string folded = FoldCase(text);
  std::erase_if(folded, [](char c) {
    return static_cast<unsigned char>(c) < 128 && !(c >= 'a' && c <= 'z') &&
           !(c >= '0' && c <= '9');
  });
  return folded;
}

bool IsRange(Operator op) {
  return op == Operator::kLess || op == Operator::kLessOrEqual || op == Operator::kGreater ||
         op == Operator::kGreaterOrEqual;
}

template <typename T>
bool Compare(Operator op, const T& left, const T& right) {
  switch (op) {
    case Operator::kLess:
      return left < right;
    case Operator::kLessOrEqual:
      return left <= right;
    case Operator::kGreater:
      return left > right;
    case Operator::kGreaterOrEqual:
      return left >= right;
    default:
      return left == right;
  }
}

std::optional<Error> NoDate(const std::string& text, const std::string& field) {
  return Error{"invalid filter: '" + text + "' is no date (field '" + field + "')"};
}

}  // namespace

std::variant<Filter, Error> Filter::Compile(std::string_view text, const Schema& schema,
                                            Settings settings) {
  std::variant<Node, Error> parsed = Parse(text);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  Filter filter;
  std::optional<Error> error =
      Build(std::get<Node>(parsed), schema, settings, &filter, &filter.root_);
  if (error) return std::move(*error);
  return filter;
}

std::optional<Error> Filter::Build(const Node& node, const Schema& schema, const Settings& settings,
                                   Filter* filter, Step* step) {
  step->kind = node.kind;
  if (node.kind == Node::Kind::kCondition) {
    return BuildTest(node.condition, schema, settings, filter, &step->test);
  }
  for (const Node& child : node.children) {
    std::optional<Error> error =
        Build(child, schema, settings, filter, &step->children.emplace_back());
    if (error) return error;
  }
  return std::nullopt;
}

std::optional<Error> Filter::BuildTest(const Condition& condition, const Schema& schema,
                                       const Settings& settings, Filter* filter, Test* test) {
  Field scratch;
  constexpr std::string_view kTwin = ".insensitive";
  std::string name = condition.field;
  test->any_case = schema.insensitive_twins && name.ends_with(kTwin);
  if (test->any_case) name.resize(name.size() - kTwin.size());
  const Field* field = FindField(schema, name, &scratch);
  if (field == nullptr || field->sort_only) {
    if (!settings.lenient_fields)
      return Error{"invalid filter: unknown field '" + condition.field + "'"};
    filter->nothing_ = true;
    return std::nullopt;
  }
  test->name = name;
  test->field = *field;
  const bool raw = condition.field.ends_with(".raw") && schema.stars != Stars::kOperator;
  test->stars = raw ? Stars::kAnywhere : schema.stars;
  test->empty_equals_absent = schema.empty_equals_absent;
  test->patterns_in_arrays = schema.patterns_in_arrays;
  test->name_field = IsName(condition.field);
  test->op = condition.op;
  test->negated = condition.negated;
  test->list = condition.list;
  test->any_case = test->any_case || condition.any_case;
  if (condition.list && IsRange(condition.op)) {
    return Error{"invalid filter: a range operator takes no list (field '" + condition.field +
                 "')"};
  }
  for (const Literal& literal : condition.values) {
    Operand operand;
    operand.null = literal.kind == Literal::Kind::kNull;
    operand.text = literal.text;
    operand.folded = Fold(literal.text);
    operand.caseless = FoldCase(literal.text);
    operand.number =
        field->type == FieldType::kAddress ? ParseAddress(literal.text) : ParseNumber(literal.text);
    operand.star = !condition.list && literal.text.find('*') != std::string::npos;
    if (!literal.quoted && literal.text == "*" && !schema.bare_star) {
      return Error{"invalid filter: '*' needs quotes (field '" + condition.field + "')"};
    }
    if (field->type == FieldType::kTime && !operand.null && !literal.text.empty()) {
      const std::optional<Nanos> instant = ParseTimeOrRelative(literal.text, settings.now);
      if (!instant) return NoDate(literal.text, condition.field);
      operand.instant = *instant;
    }
    if (field->type == FieldType::kEpoch && !operand.null && !operand.number) {
      const std::optional<Nanos> instant = ParseTimeOrRelative(literal.text, settings.now);
      if (!instant || !IsRelativeTime(literal.text)) return NoDate(literal.text, condition.field);
      operand.number = static_cast<double>(*instant / kSecond);
    }
    test->operands.push_back(std::move(operand));
  }
  return std::nullopt;
}

bool Filter::Matches(const RecordView& record) const { return !nothing_ && Run(root_, record); }

bool Filter::Run(const Step& step, const RecordView& record) {
  const auto run = [&record](const Step& child) { return Run(child, record); };
  switch (step.kind) {
    case Node::Kind::kAll:
      return true;
    case Node::Kind::kAnd:
      return std::all_of(step.children.begin(), step.children.end(), run);
    case Node::Kind::kOr:
      return std::any_of(step.children.begin(), step.children.end(), run);
    case Node::Kind::kCondition:
      break;
  }
  Field field = step.test.field;
  if (field.path.empty())
    field.path = step.test.name;  // the schema's view may be of a caller's buffer
  field.name = step.test.name;
  return Holds(step.test, record.Get(field)) != step.test.negated;
}

bool Filter::Holds(const Test& test, const Value& value) {
  return std::any_of(test.operands.begin(), test.operands.end(),
                     [&](const Operand& operand) { return HoldsOne(test, operand, value); });
}

bool Filter::HoldsOne(const Test& test, const Operand& operand, const Value& value) {
  const bool absent = std::holds_alternative<std::monostate>(value);
  if (operand.null) return absent;
  if (operand.text.empty() && test.empty_equals_absent && absent) return true;
  if (absent) return false;
  if (IsRange(test.op)) return InRange(test, operand, value);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    const bool star = test.op == Operator::kWildcard && test.stars == Stars::kPrefixOrSuffix;
    if (test.patterns_in_arrays || star) {
      return std::any_of(list->begin(), list->end(),
                         [&](const std::string& item) { return TextEquals(test, operand, item); });
    }
    // Arrays compare exactly: neither stars nor "~" reach into them on alerts; hosts know "~".
    const bool folds = test.op == Operator::kText && test.empty_equals_absent;
    if (test.op == Operator::kText && !folds) return false;
    return std::any_of(list->begin(), list->end(), [&](const std::string& item) {
      if (folds) return Fold(item).find(operand.folded) != std::string::npos;
      return test.any_case ? LowerCase(item) == LowerCase(operand.text) : item == operand.text;
    });
  }
  if (const auto* instant = std::get_if<Instant>(&value)) return instant->nanos == operand.instant;
  if (const auto* flag = std::get_if<bool>(&value))
    return operand.text == (*flag ? "true" : "false");
  if (const auto* number = std::get_if<double>(&value)) {
    if (operand.number) return *number == *operand.number;
    return operand.star && Glob(operand.text, NumberText(*number));
  }
  return TextEquals(test, operand, std::get<std::string>(value));
}

bool Filter::TextEquals(const Test& test, const Operand& operand, const std::string& text) {
  if (test.op == Operator::kText) return Fold(text).find(operand.folded) != std::string::npos;
  if (test.any_case) return PatternEquals(test, operand, LowerCase(operand.text), LowerCase(text));
  return PatternEquals(test, operand, operand.text, text);
}

bool Filter::PatternEquals(const Test& test, const Operand& operand, std::string_view pattern,
                           std::string_view text) {
  const bool before = test.op == Operator::kWildcard;  // the star stands before the quotes
  const bool stars = test.stars != Stars::kOperator || before;
  if (!operand.star || !stars) {
    const bool analysed = test.name_field && !test.list && !pattern.empty();
    return analysed ? FoldCase(text).starts_with(operand.caseless) : text == pattern;
  }
  // A lone star asks for presence, so that :!'*' finds what is unset or empty.
  if (pattern == "*") return !text.empty();
  const bool ends = test.stars == Stars::kPrefixOrSuffix && !before;
  return ends ? PrefixOrSuffix(pattern, text) : Glob(pattern, text);
}

bool Filter::InRange(const Test& test, const Operand& operand, const Value& value) {
  if (const auto* instant = std::get_if<Instant>(&value))
    return Compare(test.op, instant->nanos, operand.instant);
  if (const auto* number = std::get_if<double>(&value)) {
    return operand.number && Compare(test.op, *number, *operand.number);
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return false;
  if (test.field.type != FieldType::kAddress) return Compare(test.op, *text, operand.text);
  const std::optional<double> address = ParseAddress(*text);
  return address && operand.number && Compare(test.op, *address, *operand.number);
}

}  // namespace falcon::simulator::fql
