// Catalogue::Check: holds each condition of a filter against what its field can do.
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "fql/catalogue.h"
#include "fql/names.h"
#include "fql/value_check.h"

namespace falcon::fql {
namespace {

constexpr size_t kMaxViolations = 20;

class Checker {
 public:
  Checker(const Catalogue& catalogue, std::string_view field_name)
      : catalogue_(catalogue), field_name_(field_name) {}

  void Visit(const Expression& expression) {
    if (expression.kind() == Expression::Kind::kCondition) {
      VisitCondition(expression.condition());
      return;
    }
    for (const Expression& part : expression.parts()) Visit(part);
  }

  absl::Status Status() const {
    if (violations_.empty()) return absl::OkStatus();
    return InvalidFields(violations_, "FQL_INVALID");
  }

 private:
  void VisitCondition(const Condition& condition) {
    const Field* field = catalogue_.Find(condition.field);
    if (field == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& [name, facts] : catalogue_.fields()) known.push_back(name);
      Report(condition, Cat("unknown field `", EscapeHostile(condition.field, 64), "`",
                            NearestName(condition.field, known)));
      return;
    }
    if (const auto problem = OperatorProblem(*field, condition)) {
      Report(condition, *problem);
      return;
    }
    for (const Value& value : condition.values) {
      const auto problem = ValueProblem(*field, condition, value);
      if (problem.has_value()) Report(condition, *problem + SiblingAdvice(*field, value));
    }
  }

  // Falcon keeps some facts twice, each for another kind of question: `severity` and
  // `severity_name`, `local_ip` and `local_ip.raw`.
  std::string SiblingAdvice(const Field& field, const Value& value) const {
    const std::string* text = std::get_if<std::string>(&value);
    if (text == nullptr) return "";
    const Field* words = catalogue_.Find(Cat(field.name, "_name"));
    if (field.kind == v1::FQL_KIND_NUMBER && words != nullptr) {
      return Cat("; words are in `", words->name, "`");
    }
    const Field* raw = catalogue_.Find(Cat(field.name, ".raw"));
    const bool pattern = text->find('*') != std::string::npos;
    if (!pattern || raw == nullptr || raw->wildcard != v1::WILDCARD_OPERATOR) return "";
    return Cat("; patterns work on ", Spelling(*raw, "*", Shown(*text)));
  }

  void Report(const Condition& condition, std::string_view problem) {
    if (violations_.size() == kMaxViolations) return;
    const std::string place =
        condition.position < 0 ? "" : Cat("at byte ", condition.position, ": ");
    violations_.push_back({std::string(field_name_), Cat(place, problem)});
  }

  const Catalogue& catalogue_;
  std::string_view field_name_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

absl::Status Catalogue::Check(const Expression& expression, std::string_view field_name) const {
  Checker checker(*this, field_name);
  checker.Visit(expression);
  return checker.Status();
}

}  // namespace falcon::fql
