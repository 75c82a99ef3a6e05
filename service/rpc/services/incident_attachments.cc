// Turns the pages of ten files that Falcon answers with.
#include "rpc/services/incident_attachments.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/status.h"
#include "base/text.h"
#include "fql/expression.h"
#include "upstream/paging/page_failure.h"

namespace falcon::rpc {
namespace {

constexpr int64_t kMaxAttachments = 1000;

std::string OfIncident(const std::string& id) {
  fql::Condition of_incident{.field = "case_id", .values = {}};
  of_incident.values.emplace_back(id);
  return fql::Expression::Of(std::move(of_incident)).Text();
}

// That `sent` are not all, or where Falcon tells no total, may not be.
void TellCut(int sent, std::optional<int64_t> total, const std::string& id,
             upstream::Reading& reading) {
  std::string message = StrCat("the first ", sent, " attachments are here");
  message += total.has_value() ? StrCat(", not all ", *total) : "; there may be more";
  reading.Tell({0, std::move(message), id});
}

}  // namespace

Task<absl::Status> ReadAttachments(const ServiceDeps& deps, RpcContext& call,
                                   const upstream::LookupPlan& plan, const std::string& id,
                                   v1::GetIncidentAttachmentsResponse& response) {
  const upstream::Operation& pages = upstream::operation::kCombinedFileDetails;
  if (plan.staleness) call.reading.staleness = plan.staleness;
  const std::string filter = OfIncident(id);
  std::set<std::string> known;
  std::optional<int64_t> total;
  int64_t offset = 0;
  bool ended = false;
  while (!ended && offset < kMaxAttachments) {
    const int64_t limit = std::min<int64_t>(pages.max_limit, kMaxAttachments - offset);
    upstream::UpstreamCall page(pages);
    page.query = {{"filter", filter}, {"limit", StrCat(limit)}, {"offset", StrCat(offset)}};
    ASSIGN_OR_CO_RETURN(const json::Document answer,
                        co_await deps.caller.Call(std::move(page), call.reading));
    google::protobuf::RepeatedPtrField<v1::IncidentAttachment> files;
    call.report.Add(plan.decoder->DecodeAll(answer, plan.options, &files));
    for (v1::IncidentAttachment& file : files) {
      const bool is_new = file.id().empty() || known.insert(file.id()).second;
      if (is_new) response.add_attachments()->Swap(&file);
    }
    const auto read = static_cast<int64_t>(answer.envelope().resources);
    const json::Pagination& pagination = answer.envelope().pagination;
    if (pagination.total.has_value()) total = pagination.total;
    offset += read;
    const bool full = read >= limit;
    ended = read == 0 || (total.has_value() && offset == *total && !full);
    if (read == 0 && offset == 0 && total.value_or(0) > 0) {
      co_return Malformed(pages, "it has no rows, though some are counted");
    }
  }
  if (total.has_value()) response.set_total_size(std::max(*total, offset));
  const bool all = ended && offset >= total.value_or(offset);
  if (!all) TellCut(response.attachments_size(), total, id, call.reading);
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc
