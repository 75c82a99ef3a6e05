// Reads from an answer where the next page starts.
#include "falcon/next_page.h"

#include <optional>

#include "base/text.h"
#include "falcon/page_request.h"

namespace falcon {
namespace {

// Empty: nothing follows. Without a total, only an empty page is the last.
std::string NextOffset(const json::Envelope& envelope, const Cursor& cursor) {
  const auto rows = static_cast<int64_t>(envelope.resources);
  const int64_t next = OffsetOf(cursor) + rows;
  const std::optional<int64_t> total = envelope.pagination.total;
  const bool last = total.has_value() ? next >= *total : rows == 0;
  return last ? "" : Cat(next);
}

// A link of our own, for a query whose first page has none although more match.
constexpr std::string_view kOffsetLink = "offset=";

std::string NextLink(const json::Envelope& envelope, const Cursor& cursor) {
  const json::Pagination& pagination = envelope.pagination;
  const bool counts = cursor.upstream.empty() || IsOffsetLink(cursor.upstream);
  if (!pagination.next.empty() || !counts || !pagination.total.has_value()) return pagination.next;
  Cursor place;
  if (!cursor.upstream.empty()) place.upstream = cursor.upstream.substr(kOffsetLink.size());
  const std::string next = envelope.resources == 0 ? "" : NextOffset(envelope, place);
  return next.empty() ? "" : Cat(kOffsetLink, next);
}

}  // namespace

bool ByOffset(const PagePlan& plan) { return plan.operation->paging == Paging::kOffset; }

bool IsOffsetLink(std::string_view link) {
  return link.starts_with(kOffsetLink) && link.find('&') == std::string_view::npos;
}

std::string NextOf(const PagePlan& plan, const json::Envelope& envelope, const Cursor& cursor) {
  if (ByOffset(plan)) return NextOffset(envelope, cursor);
  const json::Pagination& pagination = envelope.pagination;
  if (plan.operation->paging == Paging::kNextPage) return NextLink(envelope, cursor);
  return plan.operation->paging == Paging::kAfter ? pagination.after : pagination.next;
}

}  // namespace falcon
