// The export of accounts, in two parts: those that were seen to log on, by the time when they first
// were, and the strangers, which only failed to and have no such time.
#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "rpc/discover_service.h"

namespace falcon::rpc {
namespace {

constexpr std::string_view kStrangers = "first_seen_timestamp:null";
constexpr std::string_view kBeforeAll = "1970-01-01T00:00:00Z";

std::string Strangers(const std::string& filter) {
  return filter.empty() ? std::string(kStrangers) : Cat("(", filter, ")+", kStrangers);
}

// Where the strangers start, after all that was sent.
Cursor After(const Cursor& known) {
  Cursor cursor;
  cursor.filter = Strangers(known.filter);
  cursor.upstream = "0";
  cursor.sent = known.sent;
  cursor.total = known.total;
  return cursor;
}

}  // namespace

Task<absl::StatusOr<int64_t>> DiscoverService::CountAccounts(Call& call, std::string filter) const {
  UpstreamCall count(operation::kQueryAccounts);
  if (!filter.empty()) count.query.emplace_back("filter", std::move(filter));
  count.query.emplace_back("limit", "1");
  ASSIGN_OR_CO_RETURN(const json::Document document,
                      co_await upstream_.caller.Call(std::move(count), call.reading));
  co_return document.envelope().pagination.total.value_or(0);
}

Task<absl::StatusOr<bool>> DiscoverService::LeaveOutStrangers(Call& call, Cursor& cursor) const {
  ASSIGN_OR_CO_RETURN(const int64_t strangers,
                      co_await CountAccounts(call, Strangers(cursor.filter)));
  const int window = operation::kQueryAccounts.max_window;
  if (strangers > window) {
    co_return Error(
        absl::StatusCode::kOutOfRange, "OFFSET_WINDOW",
        Cat("Falcon lists no more than ", window, " accounts that never logged on, and ", strangers,
            " match; narrow the filter, for example by last_failed_login"));
  }
  if (strangers == 0) co_return false;
  ASSIGN_OR_CO_RETURN(cursor.total, co_await CountAccounts(call, cursor.filter));
  // A range leaves out what has no such time.
  cursor.anchor = kBeforeAll;
  co_return true;
}

Task<absl::Status> DiscoverService::ExportAccounts(
    Call& call, const v1::ExportDiscoveredAccountsRequest& request, AccountStream& stream) {
  ASSIGN_OR_CO_RETURN(PageStart known, known_accounts_.OpenExport(request, upstream_));
  ASSIGN_OR_CO_RETURN(PageStart strangers, accounts_.OpenExport(request, upstream_));
  if (!strangers.cursor.filter.ends_with(kStrangers)) {
    bool more = true;
    if (request.resume_token().empty()) {
      ASSIGN_OR_CO_RETURN(more, co_await LeaveOutStrangers(call, known.cursor));
    }
    CO_RETURN_IF_ERROR(co_await known_accounts_.ExportPages(upstream_, call, known, stream));
    if (!more) co_return absl::OkStatus();
    strangers.cursor = After(known.cursor);
  }
  co_return co_await accounts_.ExportPages(upstream_, call, strangers, stream);
}

}  // namespace falcon::rpc
