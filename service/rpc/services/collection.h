// Collection: a noun that can be listed, looked up and exported, with all that its descriptor
// tells; and the steps that its service's methods share.
#ifndef FALCON_RPC_SERVICES_COLLECTION_H_
#define FALCON_RPC_SERVICES_COLLECTION_H_

#include <boost/asio/this_coro.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "fql/catalogue.h"
#include "fql/filter_compiler.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "rpc/server/field_access.h"
#include "rpc/server/request_validator.h"
#include "rpc/server/rpc_context.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/server/stream_call.h"
#include "rpc/services/lookup_response.h"
#include "runtime/spawned_task.h"
#include "runtime/timer.h"
#include "upstream/lookup/lookup.h"
#include "upstream/paging/pager.h"

namespace falcon::rpc {

// What services read Falcon with. References outlive all calls.
struct ServiceDeps {
  upstream::Caller& caller;
  const upstream::PageTokens& tokens;
  const Clock& clock;
  runtime::Timer& timer;
};

// Facts of a noun that no descriptor holds.
struct CollectionSpec {
  // Field that identifies a record, and that a Get request has too; the `singular` of the ids of a
  // BatchGet request.
  std::string id_field;
  const upstream::Operation* list_operation;              // lists and exports
  bool lists_ids = false;                                 // `lookup_operation` brings their records
  const upstream::Operation* lookup_operation = nullptr;  // look-ups by id
  bool lists_like_lookups = false;  // untrimmed pages hold what look-ups by id bring
  fql::Order default_order;         // of lists without order_by
  // Immutable instant or number on every record: exports are ordered by it, dead cursors and offset
  // windows passed by it. Empty: there is none; exports are in default_order then.
  std::string resume_field;
  std::string match_all_filter;  // where Falcon demands a filter and the caller has none
  IdValidator validate_id = ValidateAnyId;
  CanonicalId canonical_id = nullptr;
  size_t max_response_bytes = upstream::kMaxRecordBytes;  // what the records of an answer may weigh
};

// A list or an export that may go on: where it stands, and how its next page is read.
struct PageRequest {
  upstream::PagePlan plan;
  upstream::Cursor cursor;
  std::string binding;
  std::vector<fql::FilterNote> filter_notes;
  std::optional<v1::TimeRange> interval;  // that the filter's `days` stand for
};

// Tells the reader of the answer of its filter, which Falcon is asked with as `effective`.
void DescribeFilter(const std::vector<fql::FilterNote>& notes,
                    const std::optional<v1::TimeRange>& interval, std::string effective,
                    RpcContext& call);

class Collection {
 public:
  Collection(const google::protobuf::Descriptor* record, CollectionSpec spec);

  const CollectionSpec& spec() const { return spec_; }
  const fql::Catalogue& catalogue() const { return catalogue_; }
  const json::Decoder& decoder() const { return decoder_; }

  // Whole answers. INVALID_ARGUMENT with all violations, those already in `validator` included.
  // `query`: further parameters for Falcon.
  //
  // One page of a List request (page_size, page_token, order_by, read_mask, read_options, filters)
  // into `response`: records, next_page_token, total_size, read_info.
  Task<absl::Status> List(const ServiceDeps& deps, RpcContext& call,
                          const google::protobuf::Message& request,
                          google::protobuf::Message& response, RequestValidator validator = {},
                          upstream::Parameters query = {}) const;
  // The record with the request's id. NOT_FOUND without one.
  Task<absl::Status> Get(const ServiceDeps& deps, RpcContext& call,
                         const google::protobuf::Message& request,
                         google::protobuf::Message& response,
                         RequestValidator validator = {}) const;
  // The records with the request's ids, in their order, and `missing` for the others.
  Task<absl::Status> BatchGet(const ServiceDeps& deps, RpcContext& call,
                              const google::protobuf::Message& request,
                              google::protobuf::Message& response,
                              RequestValidator validator = {}) const;
  // All pages of an Export request (batch_size, resume_token, read_mask, read_options, filters) as
  // messages of a stream, at the reader's pace. Memory holds one page.
  template <class Response>
  Task<absl::Status> Export(const ServiceDeps& deps, RpcContext& call,
                            const google::protobuf::Message& request, Stream<Response>& stream,
                            RequestValidator validator = {}, upstream::Parameters query = {}) const;

  // The steps that those are made of, for what needs more.
  absl::StatusOr<PageRequest> PrepareList(const google::protobuf::Message& request,
                                          const ServiceDeps& deps,
                                          RequestValidator validator = {}) const;
  absl::StatusOr<PageRequest> PrepareExport(const google::protobuf::Message& request,
                                            const ServiceDeps& deps,
                                            RequestValidator validator = {}) const;
  absl::StatusOr<upstream::LookupPlan> PrepareLookup(const google::protobuf::Message& request,
                                                     RequestValidator validator) const;
  Task<absl::Status> FetchPageInto(const ServiceDeps& deps, RpcContext& call, PageRequest start,
                                   google::protobuf::Message& response) const;
  // Leaves in `start` where the export ended.
  template <class Response>
  Task<absl::Status> ExportPages(const ServiceDeps& deps, RpcContext& call, PageRequest& start,
                                 Stream<Response>& stream) const;
  // `page` into `response`, which holds its records already.
  void FinishPage(const ServiceDeps& deps, const RpcContext& call, const PageRequest& start,
                  const upstream::PageOutcome& page, google::protobuf::Message& response) const;

 private:
  // Where `validator` collects what is wrong with the parts that lists and exports share.
  PageRequest Open(const google::protobuf::Message& request, const ServiceDeps& deps,
                   std::string_view token_field, fql::Order order, int page_size,
                   RequestValidator& validator) const;
  // `id` as Falcon spells it; a violation on `field` if it is none.
  std::string CheckedId(std::string id, std::string_view field, RequestValidator& validator) const;
  json::DecodeOptions Options(const google::protobuf::Message& request,
                              RequestValidator& validator) const;

  const google::protobuf::Descriptor* record_;
  CollectionSpec spec_;
  json::Decoder decoder_;
  fql::Catalogue catalogue_;
  const google::protobuf::FieldDescriptor* id_field_;
  const google::protobuf::FieldDescriptor* seek_field_;  // null: none
  options::v1::FqlKind seek_kind_ = options::v1::FQL_KIND_UNSPECIFIED;
};

// What one exported message may weigh: well under the 4 MiB that clients accept by default.
inline constexpr size_t kMessageTarget = size_t{2} << 20;

// The page size that comes nearest to the target after a page of `records` weighed `bytes`.
int AdaptPageSize(int page_size, int64_t records, size_t bytes, int most);

// How large the next page of an export is: as large as a message takes, and as Falcon brings in
// time.
class ExportPageSize {
 public:
  explicit ExportPageSize(int most) : most_(most), ceiling_(most), rows_(most) {}
  int rows() const { return rows_; }
  // After a page of `records` that weighed `bytes`.
  void Follow(const upstream::PageOutcome& page, int64_t records, size_t bytes);

 private:
  int most_;
  int ceiling_;  // what came in time
  int in_time_ = 0;
  int rows_;
};

// Takes out of `batch` the records after the first cut: those up to each next one, and the rest.
std::vector<std::vector<std::unique_ptr<google::protobuf::Message>>> TakeApart(
    google::protobuf::Message& batch, std::string_view records,
    const std::vector<upstream::PageCut>& cuts);
// Makes `batch` hold `part`, and nothing else.
void Refill(google::protobuf::Message& batch, std::string_view records,
            std::vector<std::unique_ptr<google::protobuf::Message>> part);

template <class Response>
Task<absl::Status> Collection::Export(const ServiceDeps& deps, RpcContext& call,
                                      const google::protobuf::Message& request,
                                      Stream<Response>& stream, RequestValidator validator,
                                      upstream::Parameters query) const {
  ASSIGN_OR_CO_RETURN(PageRequest start, PrepareExport(request, deps, std::move(validator)));
  start.plan.query = std::move(query);
  co_return co_await ExportPages(deps, call, start, stream);
}

// A page of an export that is being read while the one before is sent. Owns what its task uses.
template <class Response>
struct PrefetchedPage {
  PrefetchedPage(const PageRequest& from, const RpcContext& call)
      : plan(from.plan),
        cursor(from.cursor),
        reading(call.reading.deadline, call.reading.priority) {
    reading.caller = call.reading.caller;
    reading.validate_only = call.reading.validate_only;
  }

  static Task<absl::StatusOr<upstream::PageOutcome>> Fetch(std::shared_ptr<PrefetchedPage> self,
                                                           const ServiceDeps& deps,
                                                           std::string records) {
    co_return co_await upstream::FetchPage(deps.caller, self->plan, self->cursor, self->reading,
                                           deps.clock, self->batch, std::move(records));
  }

  upstream::PagePlan plan;
  upstream::Cursor cursor;
  upstream::Reading reading;
  Response batch;
};

template <class Response>
Task<absl::Status> Collection::ExportPages(const ServiceDeps& deps, RpcContext& call,
                                           PageRequest& start, Stream<Response>& stream) const {
  using Ahead = PrefetchedPage<Response>;
  const std::string records = RecordField(Response::descriptor(), record_)->name();
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  DescribeFilter(start.filter_notes, start.interval, start.cursor.filter, call);
  ExportPageSize size(start.plan.page_size);
  auto page = std::make_shared<Ahead>(start, call);
  auto reader = std::make_optional<runtime::SpawnedTask<absl::StatusOr<upstream::PageOutcome>>>(
      executor, Ahead::Fetch(page, deps, records));
  while (reader.has_value()) {
    ASSIGN_OR_CO_RETURN(const upstream::PageOutcome outcome, co_await reader->Join());
    reader.reset();
    const std::shared_ptr<Ahead> read = std::exchange(page, nullptr);
    const int64_t exported_before = start.cursor.sent - start.cursor.dropped;
    start.cursor = outcome.next;
    const int64_t exported = start.cursor.sent - start.cursor.dropped;
    call.reading.Take(read->reading, /*counts=*/true);
    call.report.Add(outcome.report);
    size.Follow(outcome, exported - exported_before, read->batch.ByteSizeLong());
    start.plan.page_size = size.rows();
    if (!outcome.last) {
      page = std::make_shared<Ahead>(start, call);
      reader.emplace(executor, Ahead::Fetch(page, deps, records));
    }
    auto parts = TakeApart(read->batch, records, outcome.cuts);
    for (size_t i = 0; i <= parts.size(); ++i) {
      const upstream::Cursor& next = i < parts.size() ? outcome.cuts[i].next : outcome.next;
      Response& batch = read->batch;
      if (i > 0) Refill(batch, records, std::move(parts[i - 1]));
      batch.set_resume_token(deps.tokens.Seal(next, start.binding));
      batch.set_exported(next.sent - next.dropped);
      const std::optional<int64_t> total = upstream::TotalSize(next);
      if (total.has_value()) batch.set_total_size(*total);
      Describe(call, batch.mutable_read_info());
      CO_RETURN_IF_ERROR(co_await stream.Write(batch));
      call.BeginNextMessage();
    }
  }
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_COLLECTION_H_
