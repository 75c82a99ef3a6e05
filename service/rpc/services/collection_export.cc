// Exports: pages, one of which is prefetched while the one before it is sent.
#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <memory>

#include "google/protobuf/reflection.h"
#include "rpc/services/collection.h"
#include "runtime/concurrency.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Message;

// Pages in time, in a row, before a larger one is tried.
constexpr int kPagesToGrow = 8;

// Moves the records after the first cut out of `batch`: those up to each next cut, and the rest.
std::vector<std::vector<std::unique_ptr<Message>>> TakeApart(
    Message& batch, const google::protobuf::FieldDescriptor* field,
    const std::vector<upstream::PageCut>& cuts) {
  const auto& reflection = *batch.GetReflection();
  std::vector<std::vector<std::unique_ptr<Message>>> parts(cuts.size());
  for (size_t i = cuts.size(); i-- > 0;) {
    while (reflection.FieldSize(batch, field) > cuts[i].records) {
      parts[i].emplace_back(reflection.ReleaseLast(&batch, field));
    }
    std::reverse(parts[i].begin(), parts[i].end());
  }
  return parts;
}

// Replaces the contents of `batch` by `part`.
void Refill(Message& batch, const google::protobuf::FieldDescriptor* field,
            std::vector<std::unique_ptr<Message>> part) {
  batch.Clear();
  for (std::unique_ptr<Message>& record : part) {
    batch.GetReflection()->AddAllocatedMessage(&batch, field, record.release());
  }
}

// Adapts the page size of an export to the size of a message, and to what Falcon returns in time.
class ExportPageSize {
 public:
  explicit ExportPageSize(int most) : most_(most), ceiling_(most), rows_(most) {}
  int rows() const { return rows_; }
  // After a page of `records` that had `bytes`.
  void Update(const upstream::PageOutcome& page, int64_t records, size_t bytes) {
    if (page.impatient) {
      ceiling_ = page.limit;
      in_time_ = 0;
    } else if (ceiling_ < most_ && ++in_time_ == kPagesToGrow) {
      ceiling_ = std::min(most_, ceiling_ * 2);
      in_time_ = 0;
    }
    rows_ = AdaptPageSize(rows_, records, bytes, ceiling_);
  }

 private:
  int most_;
  int ceiling_;  // largest page in time
  int in_time_ = 0;
  int rows_;
};

// A page of an export that is read while the one before it is sent. Owns what its task uses.
struct PrefetchedPage {
  PrefetchedPage(const PageRequest& from, const RpcContext& context, const Message& prototype)
      : plan(from.plan), cursor(from.cursor), options(context.options), batch(prototype.New()) {}

  static Task<absl::StatusOr<upstream::PageOutcome>> Fetch(std::shared_ptr<PrefetchedPage> self,
                                                           const ServiceDeps& deps,
                                                           std::string records) {
    co_return co_await upstream::FetchPage(deps.Read(self->options, self->stats), self->plan,
                                           self->cursor, *self->batch, std::move(records));
  }

  upstream::PagePlan plan;
  upstream::Cursor cursor;
  upstream::CallOptions options;
  upstream::CallStats stats;
  std::unique_ptr<Message> batch;
};

}  // namespace

int AdaptPageSize(int page_size, int64_t records, size_t bytes, int max) {
  if (records <= 0 || bytes == 0) return std::min(page_size, max);
  const auto fits =
      static_cast<int64_t>(kMessageTarget / (bytes / static_cast<size_t>(records) + 1));
  return static_cast<int>(std::clamp<int64_t>(fits, 1, max));
}

Task<absl::Status> Collection::ExportAll(RpcContext& context, const Message& request,
                                         MessageStream& stream) const {
  ASSIGN_OR_CO_RETURN(PageRequest page, PrepareExport(request));
  co_return co_await ExportPages(context, page, stream);
}

Task<absl::Status> Collection::ExportPages(RpcContext& context, PageRequest& request,
                                           MessageStream& stream, CompleteMessage complete) const {
  const auto* records = RecordField(stream.prototype().GetDescriptor(), record_);
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  DescribeFilter(request.filter_notes, request.interval, request.cursor.filter, context);
  ExportPageSize size(request.plan.page_size);
  auto page = std::make_shared<PrefetchedPage>(request, context, stream.prototype());
  auto reader = std::make_optional<runtime::SpawnedTask<absl::StatusOr<upstream::PageOutcome>>>(
      executor, PrefetchedPage::Fetch(page, deps_, records->name()));
  while (reader.has_value()) {
    ASSIGN_OR_CO_RETURN(const upstream::PageOutcome outcome, co_await reader->Join());
    reader.reset();
    const std::shared_ptr<PrefetchedPage> read = std::exchange(page, nullptr);
    Message& batch = *read->batch;
    const int64_t exported_before = request.cursor.sent - request.cursor.dropped;
    request.cursor = outcome.next;
    const int64_t exported = request.cursor.sent - request.cursor.dropped;
    context.stats.Merge(read->stats, /*charge=*/true);
    context.report.Add(outcome.report);
    size.Update(outcome, exported - exported_before, batch.ByteSizeLong());
    request.plan.page_size = size.rows();
    if (!outcome.last) {
      page = std::make_shared<PrefetchedPage>(request, context, stream.prototype());
      reader.emplace(executor, PrefetchedPage::Fetch(page, deps_, records->name()));
    }
    auto parts = TakeApart(batch, records, outcome.cuts);
    for (size_t i = 0; i <= parts.size(); ++i) {
      const upstream::Cursor& next = i < parts.size() ? outcome.cuts[i].next : outcome.next;
      if (i > 0) Refill(batch, records, std::move(parts[i - 1]));
      SetString(batch, "resume_token", deps_.tokens.Seal(next, request.binding));
      SetInt64(batch, "exported", next.sent - next.dropped);
      const std::optional<int64_t> total = upstream::TotalSize(next);
      if (total.has_value()) SetInt64(batch, "total_size", *total);
      if (complete) CO_RETURN_IF_ERROR(co_await complete(batch));
      Describe(context, batch);
      CO_RETURN_IF_ERROR(co_await stream.Write(batch));
      context.BeginNextMessage();
    }
  }
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc
