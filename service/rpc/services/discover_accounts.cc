// The export of accounts, in two parts: those that were seen to log on, by the time when they first
// were, and the strangers, which only failed to and have no such time.
#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "rpc/services/discover_service.h"
#include "rpc/services/value_counts.h"

namespace falcon::rpc {
namespace {

constexpr std::string_view kStrangers = "first_seen_timestamp:null";
constexpr std::string_view kBeforeAll = "1970-01-01T00:00:00Z";

std::string Strangers(const std::string& filter) {
  return filter.empty() ? std::string(kStrangers) : StrCat("(", filter, ")+", kStrangers);
}

// Where the strangers start, after all that was sent.
upstream::Cursor After(const upstream::Cursor& known) {
  upstream::Cursor cursor;
  cursor.filter = Strangers(known.filter);
  cursor.upstream = "0";
  cursor.sent = known.sent;
  cursor.dropped = known.dropped;
  cursor.total = known.total;
  return cursor;
}

// Tokens of the second part are bound to the request in another way than those of the first, which
// tells them apart whatever the request filters by.
std::string StrangersBinding(const v1::ExportDiscoveredAccountsRequest& request) {
  std::string binding = upstream::PageTokens::Binding(request);
  binding.front() = static_cast<char>(~binding.front());
  return binding;
}

}  // namespace

Task<absl::StatusOr<bool>> DiscoverService::ExcludeNeverLoggedOn(RpcContext& call,
                                                                 upstream::Cursor& cursor) const {
  ASSIGN_OR_CO_RETURN(
      const int64_t strangers,
      co_await TotalOf(deps_, call, upstream::operation::kQueryAccounts, Strangers(cursor.filter)));
  const int window = upstream::operation::kQueryAccounts.max_window;
  if (strangers > window) {
    co_return Error(
        absl::StatusCode::kOutOfRange, "OFFSET_WINDOW",
        StrCat("Falcon lists no more than ", window, " accounts that never logged on, and ",
               strangers, " match; narrow the filter, for example by last_failed_login"));
  }
  if (strangers == 0) co_return false;
  ASSIGN_OR_CO_RETURN(
      cursor.total,
      co_await TotalOf(deps_, call, upstream::operation::kQueryAccounts, cursor.filter));
  // A range leaves out what has no such time.
  cursor.anchor = kBeforeAll;
  co_return true;
}

Task<absl::Status> DiscoverService::ExportAccounts(RpcContext& call,
                                                   v1::ExportDiscoveredAccountsRequest request,
                                                   AccountStream& stream) {
  const std::string binding = StrangersBinding(request);
  const absl::StatusOr<upstream::Cursor> among_strangers =
      deps_.tokens.Open(request.resume_token(), binding, "resume_token");
  if (among_strangers.ok()) request.clear_resume_token();
  ASSIGN_OR_CO_RETURN(PageRequest known, known_accounts_.PrepareExport(request, deps_));
  ASSIGN_OR_CO_RETURN(PageRequest strangers, accounts_.PrepareExport(request, deps_));
  strangers.binding = binding;
  if (known.plan.staleness) call.reading.staleness = known.plan.staleness;  // of its counts too
  if (among_strangers.ok()) {
    strangers.cursor = *among_strangers;
    co_return co_await accounts_.ExportPages(deps_, call, strangers, stream);
  }
  DescribeFilter(known.filter_notes, known.interval, known.cursor.filter, call);
  bool more = true;
  if (request.resume_token().empty()) {
    ASSIGN_OR_CO_RETURN(more, co_await ExcludeNeverLoggedOn(call, known.cursor));
  }
  CO_RETURN_IF_ERROR(co_await known_accounts_.ExportPages(deps_, call, known, stream));
  if (!more) co_return absl::OkStatus();
  strangers.cursor = After(known.cursor);
  co_return co_await accounts_.ExportPages(deps_, call, strangers, stream);
}

}  // namespace falcon::rpc
