// Checks each condition against what its field can do, and tries what it suggests.
#include "fql/catalogue_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "fql/names.h"
#include "fql/normal_form.h"
#include "fql/parser.h"
#include "fql/typed_filter.h"
#include "fql/value_check.h"

namespace falcon::fql {
namespace {

constexpr size_t kMaxViolations = 20;
constexpr size_t kMaxNotes = 20;
constexpr size_t kMaxNameBytes = 64;
// Of an example in a message. A longer one is not shown.
constexpr size_t kMaxExampleBytes = 120;
// A fix may need one itself: first another field, then that field's word.
constexpr int kMaxFixes = 3;
// Suggestions that are tried for one filter.
constexpr int kMaxTries = 200;
// Syntax mistakes that are mended in one filter.
constexpr int kMaxRepairs = 40;

void AddNote(std::vector<FilterNote>& notes, FilterNote note) {
  const bool there = std::any_of(notes.begin(), notes.end(), [&note](const FilterNote& known) {
    return known.message == note.message;
  });
  if (!there && notes.size() < kMaxNotes) notes.push_back(std::move(note));
}

bool AddsTo(const std::vector<FilterNote>& known, const std::vector<FilterNote>& more) {
  return !std::all_of(more.begin(), more.end(), [&known](const FilterNote& note) {
    return std::any_of(known.begin(), known.end(),
                       [&note](const FilterNote& one) { return one.message == note.message; });
  });
}

FilterNote UnknownWord(const Field& field, const Value& value) {
  return {"UNKNOWN_WORD",
          StrCat("`", field.name, "` is not known to hold ",
                 QuoteForMessage(std::get<std::string>(value)),
                 "; Falcon was asked for it. Known: ", Enumerate(field.values)),
          field.name};
}

FilterNote UnknownField(const std::string& name) {
  const std::string shown = EscapeUnsafe(name, kMaxNameBytes);
  return {"UNKNOWN_FIELD",
          StrCat("no filter is known to take `", shown, "`; Falcon was asked for it"), shown};
}

// "; write hostname:'x'" of a filter that passes; empty if it is too long to read.
std::string Suggestion(const std::string& filter) {
  const bool plain = filter.size() <= kMaxExampleBytes && EscapeUnsafe(filter) == filter;
  return plain ? StrCat("; write ", filter) : "";
}

class Checker {
 public:
  // `tries` bounds the work on suggestions, of this checker and of those that try them.
  Checker(const FilterContext& context, int fixes_left, int& tries)
      : context_(context), fixes_left_(fixes_left), tries_(tries) {}

  // The expression in normal form, its mistakes mended as far as they can be.
  Expression Visit(const Expression& expression) {
    if (expression.kind() == Expression::Kind::kCondition) {
      return VisitCondition(expression.condition());
    }
    std::vector<Expression> parts;
    for (const Expression& part : expression.parts()) parts.push_back(Visit(part));
    return expression.kind() == Expression::Kind::kOr ? Expression::Or(std::move(parts))
                                                      : Expression::And(std::move(parts));
  }

  const std::vector<FieldViolation>& violations() const { return violations_; }
  // Of the first violation, in bytes; -1: not known.
  int position() const { return position_; }
  std::vector<FilterNote>& notes() { return notes_; }
  // Whether no mistake is left in what Visit returned.
  bool mended() const { return mended_; }

 private:
  struct Mended {
    Expression expression;
    bool as_it_was;  // nothing but the fix itself was changed
  };

  Expression VisitCondition(const Condition& condition) {
    const Field* field = context_.catalogue.Find(condition.field);
    if (field == nullptr) return VisitUnknown(condition);
    return VisitNormal(*field, NormalForm(*field, condition));
  }

  Expression VisitNormal(const Field& field, const Expression& normal) {
    if (normal.kind() == Expression::Kind::kCondition) return VisitLeaf(field, normal.condition());
    std::vector<Expression> parts;
    for (const Expression& part : normal.parts()) parts.push_back(VisitNormal(field, part));
    return normal.kind() == Expression::Kind::kOr ? Expression::Or(std::move(parts))
                                                  : Expression::And(std::move(parts));
  }

  Expression VisitLeaf(const Field& field, const Condition& condition) {
    const std::vector<Finding> findings = FindingsOf(field, condition);
    if (findings.empty()) return Expression::Of(condition);
    if (full()) return Replacement(condition, std::nullopt);
    std::vector<Condition> fixes = SiblingsOf(field, condition);
    for (const Finding& finding : findings) {
      std::copy_if(finding.fixes.begin(), finding.fixes.end(), std::back_inserter(fixes),
                   // A fix for one value says nothing about the others.
                   [&](const Condition& fix) {
                     return fix.values.size() == condition.values.size() &&
                            std::find(fixes.begin(), fixes.end(), fix) == fixes.end();
                   });
    }
    std::optional<Mended> mended = FirstThatPasses(fixes, /*with_notes=*/false);
    for (const Finding& finding : findings) {
      Report(condition, StrCat(finding.text, finding.spelled ? "" : Example(mended)));
    }
    return Replacement(condition, std::move(mended));
  }

  std::vector<Finding> FindingsOf(const Field& field, const Condition& condition) {
    if (Problem problem = OperatorProblem(field, condition)) return {*std::move(problem)};
    std::vector<Finding> findings;
    for (const Value& value : condition.values) {
      Problem problem = ValueProblem(field, condition, value);
      if (problem.has_value()) {
        if (findings.size() < kMaxViolations) findings.push_back(*std::move(problem));
      } else if (IsUnknownWord(field, condition, value)) {
        AddNote(notes_, UnknownWord(field, value));
      }
    }
    return findings;
  }

  Expression Replacement(const Condition& condition, std::optional<Mended> mended) {
    if (mended.has_value()) return std::move(mended->expression);
    mended_ = false;
    return Expression::Of(condition);
  }

  // Whether further violations are dropped: then no work is spent on them.
  bool full() const { return violations_.size() == kMaxViolations; }

  Expression VisitUnknown(const Condition& condition) {
    if (full()) return Replacement(condition, std::nullopt);
    std::vector<std::string_view> known;
    for (const auto& [name, field] : context_.catalogue.fields()) {
      if (field.filterable) known.push_back(name);
    }
    std::vector<Condition> fixes;
    for (const std::string_view name : Suggestions(condition.field, known)) {
      Condition fix = condition;
      fix.field = std::string(name);
      fixes.push_back(std::move(fix));
    }
    std::optional<Mended> mended = FirstThatPasses(fixes, /*with_notes=*/true);
    Report(condition, StrCat("unknown field `", EscapeUnsafe(condition.field, kMaxNameBytes), "`",
                             mended.has_value() ? Nearest(*mended) : Otherwise(condition.field)));
    return Replacement(condition, std::move(mended));
  }

  static std::string Nearest(const Mended& mended) {
    if (!mended.as_it_was) return Example(mended);
    const Expression* first = &mended.expression;
    while (first->kind() != Expression::Kind::kCondition) first = &first->parts().front();
    return StrCat("; nearest: `", first->condition().field, "`");
  }

  // What to do with a field that is not close to any known one.
  std::string Otherwise(std::string_view field) const {
    const std::string name = ParameterFor(field, context_.request);
    return name.empty() ? "; FILTER_CHECK_SYNTAX_ONLY would pass it on"
                        : StrCat("; set the request's `", name, "` instead");
  }

  // Falcon has some fields twice, for different operators: `severity` and `severity_name`,
  // `local_ip` and `local_ip.raw`.
  std::vector<Condition> SiblingsOf(const Field& field, const Condition& condition) const {
    std::vector<Condition> fixes;
    for (const std::string_view suffix : {"_name", ".raw"}) {
      if (context_.catalogue.Find(StrCat(field.name, suffix)) == nullptr) continue;
      Condition fix = condition;
      fix.field = StrCat(field.name, suffix);
      fixes.push_back(std::move(fix));
    }
    return fixes;
  }

  // The first of `fixes` that this check passes without a further note, else, `with_notes`, the
  // first that it passes, each with its own mistakes mended.
  std::optional<Mended> FirstThatPasses(const std::vector<Condition>& fixes,
                                        bool with_notes) const {
    if (fixes_left_ == 0) return std::nullopt;
    std::optional<Mended> noted;
    for (const Condition& fix : fixes) {
      if (--tries_ < 0) break;
      Checker checker(context_, fixes_left_ - 1, tries_);
      Expression mended = checker.Visit(Expression::Of(fix));
      if (!checker.mended()) continue;
      Mended found{std::move(mended), checker.violations().empty()};
      if (!AddsTo(notes_, checker.notes())) return found;
      if (with_notes && !noted.has_value()) noted = std::move(found);
    }
    return noted;
  }

  static std::string Example(const std::optional<Mended>& mended) {
    return mended.has_value() ? Suggestion(mended->expression.Text()) : "";
  }

  void Report(const Condition& condition, std::string_view problem) {
    if (full()) return;
    const std::string place =
        condition.position < 0 ? "" : StrCat("at byte ", condition.position, ": ");
    if (violations_.empty()) position_ = condition.position;
    violations_.push_back({std::string(context_.field_name), StrCat(place, problem)});
  }

  const FilterContext& context_;
  const int fixes_left_;
  int& tries_;
  std::vector<FieldViolation> violations_;
  std::vector<FilterNote> notes_;
  bool mended_ = true;
  int position_ = -1;
};

// `text` with its mistakes of syntax, and then all others, mended.
std::optional<std::string> Corrected(std::string text, const FilterContext& context) {
  const size_t most = ParseLimits().max_bytes;
  for (int repairs = 0; repairs <= kMaxRepairs && text.size() <= most; ++repairs) {
    SyntaxFault fault;
    const absl::StatusOr<Expression> parsed = Parse(text, context.field_name, {}, &fault);
    if (!parsed.ok()) {
      std::optional<std::string> repaired = Repaired(text, fault);
      if (!repaired.has_value()) return std::nullopt;
      text = *std::move(repaired);
      continue;
    }
    const absl::StatusOr<CheckedFilter> checked = CheckFilter(*parsed, context);
    if (checked.ok()) return parsed->Text();
    const auto facts = Metadata(checked.status());
    const auto fact = facts.find(std::string(kCorrectedFilter));
    return fact == facts.end() ? std::nullopt : std::optional(fact->second);
  }
  return std::nullopt;
}

void NoteUnknown(const Expression& expression, const Catalogue& catalogue,
                 std::vector<FilterNote>& notes) {
  for (const Expression& part : expression.parts()) NoteUnknown(part, catalogue, notes);
  if (expression.kind() != Expression::Kind::kCondition) return;
  const Condition& condition = expression.condition();
  const Field* field = catalogue.Find(condition.field);
  if (field == nullptr) {
    AddNote(notes, UnknownField(condition.field));
    return;
  }
  for (const Value& value : condition.values) {
    if (IsUnknownWord(*field, condition, value)) AddNote(notes, UnknownWord(*field, value));
  }
}

}  // namespace

absl::StatusOr<CheckedFilter> CheckFilter(const Expression& expression,
                                          const FilterContext& context) {
  int tries = kMaxTries;
  Checker checker(context, kMaxFixes, tries);
  Expression visited = checker.Visit(expression);
  if (checker.violations().empty()) {
    return CheckedFilter{std::move(visited), std::move(checker.notes())};
  }
  absl::Status status = InvalidFields(checker.violations(), "FQL_INVALID");
  if (checker.position() >= 0) {
    status = WithMetadata(std::move(status), kPosition, StrCat(checker.position()));
  }
  const std::string corrected = checker.mended() ? visited.Text() : "";
  // The parts were mended one by one: the whole may be too long or have too many conditions.
  const absl::StatusOr<Expression> parsed = Parse(corrected, context.field_name);
  if (corrected.empty() || !parsed.ok()) return status;
  Checker second(context, /*fixes_left=*/0, tries);
  second.Visit(*parsed);
  return second.violations().empty() ? WithMetadata(std::move(status), kCorrectedFilter, corrected)
                                     : status;
}

absl::StatusOr<CheckedFilter> CheckFilterText(std::string_view text, const FilterContext& context) {
  SyntaxFault fault;
  const absl::StatusOr<Expression> parsed = Parse(text, context.field_name, {}, &fault);
  if (parsed.ok()) return CheckFilter(*parsed, context);
  const std::optional<std::string> corrected = Corrected(std::string(text), context);
  if (corrected.has_value()) {
    const std::string problem = StrCat(fault.problem, Suggestion(*corrected));
    return WithMetadata(WithMetadata(InvalidField(context.field_name, problem, "FQL_INVALID"),
                                     kCorrectedFilter, *corrected),
                        kPosition, StrCat(fault.position));
  }
  // Whether the parser's hint leads to a filter that fails the check.
  const bool misleads =
      fault.place != SyntaxFault::Place::kJoint && Repaired(text, fault).has_value();
  return misleads ? WithMetadata(InvalidField(context.field_name, fault.problem, "FQL_INVALID"),
                                 kPosition, StrCat(fault.position))
                  : parsed.status();
}

CheckedFilter Unchecked(Expression expression, const Catalogue& catalogue) {
  CheckedFilter filter;
  NoteUnknown(expression, catalogue, filter.notes);
  filter.expression = std::move(expression);
  return filter;
}

absl::Status Catalogue::Check(const Expression& expression, std::string_view field_name) const {
  return CheckFilter(expression, {.catalogue = *this, .field_name = field_name}).status();
}

}  // namespace falcon::fql
