// Turns states into conditions on deleted_at and offline_queued.
#include "rpc/services/rtr_status_filter.h"

#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "fql/expression.h"
#include "fql/parser.h"

namespace falcon::rpc {
namespace {

using fql::Expression;

Expression Compare(std::string field, fql::Operator op, fql::Value value) {
  return Expression::Of({.field = std::move(field), .op = op, .values = {std::move(value)}});
}

Expression Open() { return Compare("deleted_at", fql::Operator::kEqual, fql::Null()); }

// Not `:false`: a record may lack the key.
Expression Waits(bool waits) {
  return Compare("offline_queued", waits ? fql::Operator::kEqual : fql::Operator::kNotEqual, true);
}

Expression Condition(int status, RtrView view, RequestValidator& validator) {
  const bool audit = view == RtrView::kAudit;
  switch (status) {
    case v1::RTR_SESSION_STATUS_ACTIVE:
      return audit ? Open() : Expression::And({Open(), Waits(false)});
    case v1::RTR_SESSION_STATUS_CLOSED:
      return Compare("deleted_at", fql::Operator::kNotEqual, fql::Null());
    case v1::RTR_SESSION_STATUS_QUEUED:
      if (!audit) return Expression::And({Open(), Waits(true)});
      validator.AddViolation(
          "filter.statuses",
          "holds QUEUED, by which Falcon does not filter its audit; ask for ACTIVE, "
          "which covers it, or ask ListRtrSessions");
      return {};
    default:
      validator.AddViolation(
          "filter.statuses",
          StrCat("holds ", status, status == 0 ? ", which says nothing" : ", which is unknown",
                 "; known: RTR_SESSION_STATUS_ACTIVE, "
                 "RTR_SESSION_STATUS_CLOSED, RTR_SESSION_STATUS_QUEUED"));
      return {};
  }
}

}  // namespace

std::string WithStatuses(const std::string& filter,
                         const google::protobuf::RepeatedField<int>& statuses, RtrView view,
                         const fql::Catalogue* catalogue, RequestValidator& validator) {
  if (statuses.empty()) return filter;
  std::vector<Expression> states;
  for (const int status : std::set<int>(statuses.begin(), statuses.end())) {
    Expression state = Condition(status, view, validator);
    if (state.empty()) return filter;
    states.push_back(std::move(state));
  }
  const absl::StatusOr<Expression> given = fql::Parse(filter);
  if (!given.ok()) return filter;
  if (catalogue != nullptr && !catalogue->Check(*given, "filter.fql").ok()) return filter;
  return Expression::And({*given, Expression::Or(std::move(states))}).Text();
}

}  // namespace falcon::rpc
