// Reads from an answer where the next page starts.
#include "upstream/paging/next_page.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "upstream/paging/page_request.h"

namespace falcon::upstream {
namespace {

// A link of our own, for a query whose first page has none although more match.
constexpr std::string_view kOffsetLink = "offset=";

// The rows of its query that lie before the page that `cursor` asks for.
int64_t RowsBefore(const PagePlan& plan, const Cursor& cursor) {
  if (ByOffset(plan)) return OffsetOf(cursor);
  if (!IsOffsetLink(cursor.upstream)) return cursor.offset;
  int64_t offset = 0;
  const std::string_view digits = std::string_view(cursor.upstream).substr(kOffsetLink.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  return offset;
}

// Whether a list that is counted ends with a page. Without a total only an empty page ends it, and
// a full one does not where the total is just reached: that may be wrong.
bool CountEnds(const PagePlan& plan, const PageEnd& end, const json::Envelope& envelope) {
  if (end.counts_more) return false;
  if (envelope.resources == 0) return true;
  const std::optional<int64_t> total = envelope.pagination.total;
  if (!total.has_value()) return !ByOffset(plan) && !end.full;
  const int window = plan.operation->max_window;
  const bool at_window = window > 0 && end.position >= window;
  return *total == end.position && (!end.full || at_window);
}

std::string CountedNext(const PagePlan& plan, const PageEnd& end, const json::Envelope& envelope) {
  if (CountEnds(plan, end, envelope)) return "";
  return ByOffset(plan) ? StrCat(end.position) : StrCat(kOffsetLink, end.position);
}

std::string NextOf(const PagePlan& plan, const PageEnd& end, const json::Envelope& envelope,
                   const Cursor& cursor) {
  const json::Pagination& pagination = envelope.pagination;
  switch (plan.operation->paging) {
    case Paging::kNone:
      return "";
    case Paging::kOffset:
      return CountedNext(plan, end, envelope);
    case Paging::kAfter:
      return pagination.after;
    case Paging::kNext:
      return pagination.next;
    case Paging::kNextPage:
      break;
  }
  const bool counted = cursor.upstream.empty() || IsOffsetLink(cursor.upstream);
  return pagination.next.empty() && counted ? CountedNext(plan, end, envelope) : pagination.next;
}

}  // namespace

bool ByOffset(const PagePlan& plan) { return plan.operation->paging == Paging::kOffset; }

bool IsOffsetLink(std::string_view link) {
  return link.starts_with(kOffsetLink) && link.find('&') == std::string_view::npos;
}

std::string MovedOn(const PagePlan& plan, const Cursor& cursor, int64_t rows) {
  const int64_t offset = RowsBefore(plan, cursor) + rows;
  return ByOffset(plan) ? StrCat(offset) : StrCat(kOffsetLink, offset);
}

PageEnd EndOf(const PagePlan& plan, const json::Envelope& envelope, const Cursor& cursor,
              int limit) {
  const auto rows = static_cast<int64_t>(envelope.resources);
  const int64_t given = envelope.pagination.limit.value_or(0);
  const int64_t most = given > 0 ? std::min<int64_t>(limit, given) : limit;
  const std::optional<int64_t> total = envelope.pagination.total;
  PageEnd end;
  end.position = RowsBefore(plan, cursor) + rows;
  // What was sent from another query before counts as well.
  const bool all_sent = cursor.total.has_value() && cursor.sent >= *cursor.total;
  end.counts_more = total.has_value() && *total > end.position && !(rows == 0 && all_sent);
  end.counts_these = total.has_value() && *total <= end.position;
  end.full = rows > 0 && rows >= most;
  end.next = NextOf(plan, end, envelope, cursor);
  return end;
}

}  // namespace falcon::upstream
