// Terms that Falcon's cases do not have: retired ones of `status` and `state`, and reference ids.
#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/error.h"
#include "base/text.h"
#include "fql/parser.h"
#include "rpc/services/incidents.h"

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

constexpr size_t kMaxReferenceBytes = 64;
// Each is queried as given and in upper case: twice as many conditions.
constexpr size_t kReferencesPerCall = 10;

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string AnyOf(std::span<const std::string> references) {
  std::set<std::string> spellings;
  for (const std::string& reference : references) {
    spellings.insert(reference);
    spellings.insert(UpperCase(reference));
  }
  std::vector<fql::Expression> conditions;
  conditions.reserve(spellings.size());
  for (const std::string& spelling : spellings) {
    conditions.push_back(fql::Expression::Of({.field = "reference_id", .values = {spelling}}));
  }
  return fql::Expression::Or(std::move(conditions)).Text();
}

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

bool IsReferenceId(std::string_view id) {
  const size_t hyphen = id.find('-');
  if (hyphen == std::string_view::npos || id.size() > kMaxReferenceBytes) return false;
  const std::string_view name = id.substr(0, hyphen);
  const bool letter = !name.empty() && absl::ascii_isalpha(static_cast<unsigned char>(name[0]));
  return letter && IsDigits(id.substr(hyphen + 1)) && std::ranges::all_of(name, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c));
         });
}

// Queries the cases of a few references, and reads their records, since a query returns ids only.
Task<absl::Status> IncidentReferences::Read(RpcContext& context,
                                            std::vector<std::string> references,
                                            IdsByReference& found) const {
  upstream::UpstreamRequest query(upstream::operation::kQueryCases);
  query.query = {{"filter", AnyOf(references)}, {"limit", StrCat(2 * references.size())}};
  ASSIGN_OR_CO_RETURN(const json::Document answer, co_await deps_.Call(std::move(query), context));
  const std::vector<std::string> ids = answer.Ids();
  if (ids.empty()) co_return absl::OkStatus();
  upstream::LookupPlan plan;
  plan.operation = &upstream::operation::kGetCases;
  plan.decoder = &incidents_.decoder();
  plan.id_field = v1::Incident::descriptor()->FindFieldByName("id");
  google::protobuf::FieldMask mask;
  mask.add_paths("reference_id");
  ASSIGN_OR_CO_RETURN(plan.options.selection,
                      json::FieldSelection::FromMask(mask, v1::Incident::descriptor()));
  json::DecodeReport unseen;  // not of what the answer shows
  ASSIGN_OR_CO_RETURN(const upstream::Entities cases,
                      co_await upstream::LookupRecords(deps_.Read(context), std::move(plan), ids,
                                                       v1::Incident::default_instance(), unseen));
  for (const auto& [id, record] : cases.records) {
    found[UpperCase(static_cast<const v1::Incident&>(*record).reference_id())] = id;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentReferences::Resolve(
    RpcContext& context, google::protobuf::RepeatedPtrField<std::string>& ids) const {
  std::set<std::string> distinct;
  for (const std::string& id : ids) {
    if (IsReferenceId(id)) distinct.insert(id);
  }
  const std::vector<std::string> references(distinct.begin(), distinct.end());
  IdsByReference found;
  for (size_t at = 0; at < references.size(); at += kReferencesPerCall) {
    const size_t end = std::min(references.size(), at + kReferencesPerCall);
    const auto part = std::vector<std::string>(references.begin() + static_cast<ptrdiff_t>(at),
                                               references.begin() + static_cast<ptrdiff_t>(end));
    CO_RETURN_IF_ERROR(co_await Read(context, part, found));
  }
  for (std::string& id : ids) {
    const auto known = found.find(UpperCase(id));
    if (distinct.contains(id) && known != found.end()) id = known->second;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> IncidentReferences::Resolve(RpcContext& context, std::string& id) const {
  google::protobuf::RepeatedPtrField<std::string> ids;
  *ids.Add() = id;
  CO_RETURN_IF_ERROR(co_await Resolve(context, ids));
  id = ids.Get(0);
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc
