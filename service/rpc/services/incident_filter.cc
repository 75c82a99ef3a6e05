// Rewrites conditions on `status` and `state`; leaves the rest of a filter unchanged.
#include "rpc/services/incident_filter.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "fql/parser.h"

namespace falcon::rpc {
namespace {

using fql::Condition;
using fql::Expression;
using fql::Operator;

constexpr std::string_view kFilter = "filter.fql";
constexpr std::string_view kStatus = "status";
constexpr std::string_view kState = "state";

struct Words {
  std::string_view retired;
  std::string_view now;
};
constexpr std::array<Words, 4> kStatuses = {
    {{"20", "new"}, {"25", "reopened"}, {"30", "in_progress"}, {"40", "closed"}}};

std::string TextOf(const fql::Value& value) {
  if (const auto* number = std::get_if<fql::Number>(&value)) return number->digits;
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "" : *text;
}

// "In Progress": "in_progress".
std::string Plain(std::string_view text) {
  std::string plain = Lower(text);
  std::replace_if(plain.begin(), plain.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  return plain;
}

fql::Value CurrentStatus(const fql::Value& value) {
  const std::string plain = Plain(TextOf(value));
  for (const Words& words : kStatuses) {
    if (plain == words.retired || plain == words.now) return std::string(words.now);
  }
  return value;
}

Expression WithStatus(const Condition& place, Operator op, fql::Value status) {
  Condition condition{.field = std::string(kStatus), .op = op, .values = {}};
  condition.values.push_back(std::move(status));
  condition.position = place.position;
  return Expression::Of(std::move(condition));
}

class Translator {
 public:
  explicit Translator(RequestValidator& validator) : validator_(validator) {}

  Expression Translate(const Expression& expression) {
    if (expression.kind() == Expression::Kind::kCondition) {
      return TranslateCondition(expression.condition());
    }
    std::vector<Expression> parts;
    for (const Expression& part : expression.parts()) parts.push_back(Translate(part));
    return expression.kind() == Expression::Kind::kOr ? Expression::Or(std::move(parts))
                                                      : Expression::And(std::move(parts));
  }

  bool wrong() const { return wrong_; }

 private:
  Expression TranslateCondition(const Condition& condition) {
    const bool equality = condition.op == Operator::kEqual || condition.op == Operator::kNotEqual;
    if (condition.field == kState) return TranslateState(condition, equality);
    if (condition.field != kStatus || !equality) return Expression::Of(condition);
    std::vector<Expression> parts;
    parts.reserve(condition.values.size());
    for (const fql::Value& value : condition.values) {
      parts.push_back(WithStatus(condition, condition.op, CurrentStatus(value)));
    }
    return Joined(condition.op, std::move(parts));
  }

  Expression TranslateState(const Condition& condition, bool equality) {
    std::vector<Expression> parts;
    for (const fql::Value& value : condition.values) {
      const std::string word = Plain(TextOf(value));
      if (!equality || (word != "open" && word != "closed")) {
        validator_.Add(InvalidField(kFilter,
                                    StrCat("at byte ", std::max(0, condition.position),
                                           ": `state` of the retired Incidents API is 'open' or "
                                           "'closed', with : or :!"),
                                    "FQL_INVALID"));
        wrong_ = true;
        return Expression::Of(condition);
      }
      const bool closed = (word == "closed") == (condition.op == Operator::kEqual);
      parts.push_back(WithStatus(condition, closed ? Operator::kEqual : Operator::kNotEqual,
                                 std::string("closed")));
    }
    return Joined(condition.op, std::move(parts));
  }

  // Any of a list, or none of it.
  static Expression Joined(Operator op, std::vector<Expression> parts) {
    return op == Operator::kEqual ? Expression::Or(std::move(parts))
                                  : Expression::And(std::move(parts));
  }

  RequestValidator& validator_;
  bool wrong_ = false;
};

}  // namespace

std::string RewriteLegacyTerms(const std::string& filter, const fql::Catalogue& catalogue,
                               RequestValidator& validator) {
  const absl::StatusOr<Expression> given = fql::Parse(filter, kFilter);
  if (!given.ok()) return filter;
  Translator translator(validator);
  const Expression translated = translator.Translate(*given);
  if (translator.wrong()) return "";
  if (translated == *given) return filter;
  const absl::Status status = catalogue.Check(translated, kFilter);
  if (status.ok()) return translated.Text();
  validator.Add(status);
  return "";
}

Expression StateFilter(v1::IncidentState state, RequestValidator& validator) {
  switch (state) {
    case v1::INCIDENT_STATE_UNSPECIFIED:
      return Expression();
    case v1::INCIDENT_STATE_OPEN:
      return WithStatus(Condition(), Operator::kNotEqual, std::string("closed"));
    case v1::INCIDENT_STATE_CLOSED:
      return WithStatus(Condition(), Operator::kEqual, std::string("closed"));
    default:
      validator.AddViolation("filter.state",
                             "must be INCIDENT_STATE_OPEN or INCIDENT_STATE_CLOSED");
      return Expression();
  }
}

}  // namespace falcon::rpc
