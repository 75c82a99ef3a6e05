// Translates conditions; everything else of a filter stays as it is.
#include "rpc/incident_filter.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "falcon/v1/options.pb.h"
#include "fql/parser.h"

namespace falcon::rpc {
namespace {

using fql::Condition;
using fql::Expression;
using fql::Operator;

constexpr std::string_view kFilter = "filter";
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

fql::Value TodaysStatus(const fql::Value& value) {
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
  explicit Translator(Checks& checks) : checks_(checks) {}

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
    for (const fql::Value& value : condition.values) {
      parts.push_back(WithStatus(condition, condition.op, TodaysStatus(value)));
    }
    return Joined(condition.op, std::move(parts));
  }

  Expression TranslateState(const Condition& condition, bool equality) {
    std::vector<Expression> parts;
    for (const fql::Value& value : condition.values) {
      const std::string word = Plain(TextOf(value));
      if (!equality || (word != "open" && word != "closed")) {
        checks_.Violate(kFilter, Cat("at byte ", std::max(0, condition.position),
                                     ": `state` of the retired Incidents API is 'open' or "
                                     "'closed', with : or :!"));
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

  Checks& checks_;
  bool wrong_ = false;
};

Expression Bound(Operator op, int number) {
  Condition condition{.field = "severity", .op = op, .values = {}};
  condition.values.emplace_back(fql::Number{Cat(number)});
  return Expression::Of(std::move(condition));
}

// The values of Severity by their bands, lowest first.
std::vector<const google::protobuf::EnumValueDescriptor*> Bands() {
  std::vector<const google::protobuf::EnumValueDescriptor*> bands;
  for (int i = 0; i < v1::Severity_descriptor()->value_count(); ++i) {
    const auto* value = v1::Severity_descriptor()->value(i);
    if (value->options().HasExtension(v1::floor)) bands.push_back(value);
  }
  return bands;
}

// Neighbouring bands become one: each condition counts at Falcon.
Expression AnyBand(const std::set<int>& chosen) {
  const auto bands = Bands();
  const auto floor = [&](size_t i) { return bands[i]->options().GetExtension(v1::floor); };
  std::vector<Expression> runs;
  for (size_t i = 0; i < bands.size(); ++i) {
    if (!chosen.contains(bands[i]->number())) continue;
    std::vector<Expression> run = {Bound(Operator::kGreaterOrEqual, floor(i))};
    while (i + 1 < bands.size() && chosen.contains(bands[i + 1]->number())) ++i;
    if (i + 1 < bands.size()) run.push_back(Bound(Operator::kLess, floor(i + 1)));
    runs.push_back(Expression::And(std::move(run)));
  }
  return Expression::Or(std::move(runs));
}

}  // namespace

std::string InTodaysWords(const std::string& filter, const fql::Catalogue& catalogue,
                          Checks& checks) {
  const absl::StatusOr<Expression> given = fql::Parse(filter, kFilter);
  if (!given.ok()) return filter;
  Translator translator(checks);
  const Expression translated = translator.Translate(*given);
  if (translator.wrong()) return "";
  if (translated == *given) return filter;
  const absl::Status status = catalogue.Check(translated, kFilter);
  if (status.ok()) return translated.Text();
  checks.Add(status);
  return "";
}

Expression StateAndSeverities(v1::IncidentState state,
                              const google::protobuf::RepeatedField<int>& severities,
                              Checks& checks) {
  std::vector<Expression> parts;
  if (state == v1::INCIDENT_STATE_OPEN || state == v1::INCIDENT_STATE_CLOSED) {
    const Operator op = state == v1::INCIDENT_STATE_CLOSED ? Operator::kEqual : Operator::kNotEqual;
    parts.push_back(WithStatus(Condition(), op, std::string("closed")));
  } else if (state != v1::INCIDENT_STATE_UNSPECIFIED) {
    checks.Violate("state", "must be INCIDENT_STATE_OPEN or INCIDENT_STATE_CLOSED");
  }
  const std::set<int> chosen(severities.begin(), severities.end());
  for (const int number : chosen) {
    if (number != 0 && v1::Severity_IsValid(number)) continue;
    checks.Violate("severities", Cat(number,
                                     " names no severity; known: SEVERITY_INFORMATIONAL, "
                                     "SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH and "
                                     "SEVERITY_CRITICAL"));
    return Expression::And(std::move(parts));
  }
  if (!chosen.empty()) parts.push_back(AnyBand(chosen));
  return Expression::And(std::move(parts));
}

}  // namespace falcon::rpc
