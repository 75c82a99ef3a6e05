// Collection: a noun that can be listed, looked up, exported and counted. Its descriptor says most of
// it; CollectionSpec says the rest.
#ifndef FALCON_RPC_SERVICES_COLLECTION_H_
#define FALCON_RPC_SERVICES_COLLECTION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "fql/catalogue.h"
#include "fql/filter_compiler.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "rpc/server/field_access.h"
#include "rpc/server/stream_call.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/full_read.h"
#include "rpc/services/request_validator.h"
#include "rpc/services/services.h"
#include "upstream/lookup/lookup.h"
#include "upstream/operation/aggregate.h"
#include "upstream/operation/operation_table.h"
#include "upstream/paging/pager.h"

namespace falcon::rpc {

class Collection;

// An id as Falcon spells it, from one as a caller may write it.
using CanonicalId = std::string (*)(std::string_view id);

// A List, Export or Aggregate request on its way to Falcon, for what a noun adds to it.
struct Preparation {
  const Collection& collection;
  google::protobuf::Message& request;  // a copy
  RequestValidator& validator;
  WallTime now;
  upstream::PagePlan* pages = nullptr;           // null: an Aggregate
  upstream::AggregationQuery* counts = nullptr;  // null: a List or an Export
  upstream::Parameters query = {};               // further query parameters for Falcon
  fql::Expression also = {};                     // joined to the filter by AND

  // The request's `filter`. F: its type.
  template <class F>
  const F& filter() const {
    const F* filter = MessageField<F>(request, "filter");
    return filter == nullptr ? F::default_instance() : *filter;
  }
  template <class F>
  F& mutable_filter() {
    return *MutableMessage<F>(request, "filter");
  }
};

// Facts of a noun that no descriptor holds.
struct CollectionSpec {
  // Field that identifies a record, and that a Get request has too; the `singular_name` of the ids of
  // a BatchGet request.
  std::string_view id_field = "id";
  std::string_view request_id_field = {};  // of a request, where it has another name there
  const upstream::Operation* list_operation = nullptr;    // lists and exports; null: looked up only
  const upstream::Operation* lookup_operation = nullptr;  // look-ups by id; null: listed only
  const upstream::Operation* aggregate_operation = nullptr;  // null: counted by `count_operation`
  // A list that returns the total of a filter, where Falcon has no aggregation: one call per value.
  const upstream::Operation* count_operation = nullptr;
  bool lists_like_lookups = false;        // untrimmed pages hold the same records as look-ups by id
  bool repeats_aggregate_filter = false;  // an Aggregate has its filter in the query too
  std::string_view default_order = {};    // of lists without order_by: "created_on desc"
  // Immutable timestamp or number on every record. Exports are ordered by it, and resume by it past
  // expired cursors and offset windows. Empty: there is none; exports are in the default order.
  std::string_view resume_field = {};
  std::string_view match_all_filter = {};  // where Falcon requires a filter and the caller has none
  IdValidator validate_id = ValidateAnyId;
  CanonicalId canonical_id = nullptr;                     // null: callers write ids as Falcon does
  size_t max_response_bytes = upstream::kMaxRecordBytes;  // of the records of one response
  void (*prepare)(Preparation& request) = nullptr;        // what the noun adds to each request
};

// A list or an export: its position, and how its next page is read.
struct PageRequest {
  upstream::PagePlan plan;
  upstream::Cursor cursor;
  std::string binding;
  std::vector<fql::FilterNote> filter_notes;
  std::optional<v1::TimeRange> interval;  // that the filter's `days` stand for
};

// Adds to a message of an export what its page does not hold.
using CompleteMessage = std::function<Task<absl::Status>(google::protobuf::Message& message)>;

// The `filter.query` of a request, free text over all fields; empty where its noun has none.
std::string QueryText(const google::protobuf::Message& request);

// Describes in `context` the filter that Falcon is asked with as `effective`.
void DescribeFilter(const std::vector<fql::FilterNote>& notes,
                    const std::optional<v1::TimeRange>& interval, std::string effective,
                    RpcContext& context);

// Immutable. On the loop, except for the handlers.
class Collection {
 public:
  // References outlive the collection, and it outlives its calls.
  Collection(const RpcEnvironment& environment, const ServiceDeps& deps,
             const google::protobuf::Descriptor* record, const CollectionSpec& spec);

  const fql::Catalogue& catalogue() const { return catalogue_; }
  const json::Decoder& decoder() const { return decoder_; }
  const google::protobuf::FieldDescriptor* id_field() const { return id_field_; }

  // Handlers of the standard methods. gRPC's thread.
  template <class Request, class Response>
  Unary* List(Context* context, const Request* request, Response* response) const {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&Collection::FetchList, this));
  }
  template <class Request, class Response>
  Unary* Get(Context* context, const Request* request, Response* response) const {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&Collection::FetchOne, this));
  }
  template <class Request, class Response>
  Unary* BatchGet(Context* context, const Request* request, Response* response) const {
    return StartUnary(environment_, context, request, response,
                      [this](auto&... rpc) { return FetchMany(rpc...); });
  }
  template <class Request, class Response>
  Unary* Aggregate(Context* context, const Request* request, Response* response) const {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&Collection::FetchAggregate, this));
  }
  // Where Falcon does not aggregate: counts what the noun's Export method reads. `handler`: what that
  // method does.
  template <class ExportRequest, class ExportResponse, class Request, class Response, class Handler>
  Unary* AggregateByExport(Context* context, const Request* request, Response* response,
                           Handler handler) const {
    const auto priority =
        request->allow_full_read() ? upstream::Priority::kExport : upstream::Priority::kInteractive;
    ExportMethod method{
        .request = ExportRequest::default_instance(),
        .response = ExportResponse::default_instance(),
        .run = [handler = std::move(handler)](
                   RpcContext& rpc, const google::protobuf::Message& asked, MessageStream& stream) {
          return handler(rpc, static_cast<const ExportRequest&>(asked), stream);
        }};
    return StartUnary(
        environment_, context, request, response,
        [this, method = std::move(method)](auto&... rpc) {
          return full_reads_->Count(rpc..., method);
        },
        LoadShedding::kOn, priority);
  }
  template <class ExportRequest, class ExportResponse, class Request, class Response>
  Unary* AggregateByExport(Context* context, const Request* request, Response* response) const {
    return AggregateByExport<ExportRequest, ExportResponse>(
        context, request, response, std::bind_front(&Collection::ExportAll, this));
  }
  template <class Message, class Request>
  ServerStream<Message>* Export(Context* context, const Request* request) const {
    return StartServerStream<Message>(environment_, context, request,
                                      std::bind_front(&Collection::ExportAll, this));
  }

  // What those methods do. INVALID_ARGUMENT with all violations, those already in `validator`
  // included.
  //
  // One page of a List request (page_size, page_token, order_by, read_mask, read_options, filter)
  // into `response`: records, next_page_token, total_size.
  Task<absl::Status> FetchList(RpcContext& context, const google::protobuf::Message& request,
                               google::protobuf::Message& response) const;
  // The record with the request's id. NOT_FOUND without one.
  Task<absl::Status> FetchOne(RpcContext& context, const google::protobuf::Message& request,
                              google::protobuf::Message& response) const;
  // The records with the request's ids, in their order, and `missing` for the others. `query`:
  // further parameters for Falcon.
  Task<absl::Status> FetchMany(RpcContext& context, const google::protobuf::Message& request,
                               google::protobuf::Message& response, upstream::Parameters query = {},
                               RequestValidator validator = {}) const;
  // The buckets of an Aggregate request (field, kind, interval, size, then_by, filter).
  Task<absl::Status> FetchAggregate(RpcContext& context, const google::protobuf::Message& request,
                                    google::protobuf::Message& response) const;
  // All pages of an Export request (batch_size, resume_token, read_mask, read_options, filter) as
  // messages of a stream, at the reader's pace. Memory holds two pages.
  Task<absl::Status> ExportAll(RpcContext& context, const google::protobuf::Message& request,
                               MessageStream& stream) const;

  // The steps of those methods.
  absl::StatusOr<PageRequest> PrepareList(const google::protobuf::Message& request,
                                          RequestValidator validator = {}) const;
  absl::StatusOr<PageRequest> PrepareExport(const google::protobuf::Message& request,
                                            RequestValidator validator = {}) const;
  absl::StatusOr<upstream::LookupPlan> PrepareLookup(const google::protobuf::Message& request,
                                                     RequestValidator validator = {}) const;
  Task<absl::Status> FetchPageInto(RpcContext& context, PageRequest page,
                                   google::protobuf::Message& response) const;
  // Each message passes through `complete`, unless that is null, before it is described. Leaves in
  // `page` where the export ended.
  Task<absl::Status> ExportPages(RpcContext& context, PageRequest& page, MessageStream& stream,
                                 CompleteMessage complete = nullptr) const;

 private:
  // What lists and exports share. The request has `token_field`.
  PageRequest Prepare(const google::protobuf::Message& request, std::string_view token_field,
                      fql::Order order, RequestValidator& validator) const;
  // The parts of a plan that do not depend on the order or the position.
  void FillPlan(const google::protobuf::Message& request, RequestValidator& validator,
                upstream::PagePlan& plan) const;
  Task<absl::Status> CountByValues(RpcContext& context, const google::protobuf::Message& request,
                                   google::protobuf::Message& response) const;
  // Fills the query of `preparation`.
  void PrepareAggregate(RpcContext& context, Preparation& preparation) const;
  json::DecodeOptions Options(const google::protobuf::Message& request,
                              RequestValidator& validator) const;
  std::string Canonical(const std::string& id) const;
  std::string_view request_id_field() const {
    return spec_.request_id_field.empty() ? spec_.id_field : spec_.request_id_field;
  }

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const google::protobuf::Descriptor* record_;
  const CollectionSpec spec_;
  const json::Decoder decoder_;
  const fql::Catalogue catalogue_;
  const google::protobuf::FieldDescriptor* id_field_;
  const google::protobuf::FieldDescriptor* resume_field_;  // null: none
  const fql::Order default_order_;
  const std::unique_ptr<FullReads> full_reads_;
  options::v1::FqlKind resume_kind_ = options::v1::FQL_KIND_UNSPECIFIED;
};

// The ids of a look-up as the caller wrote them and as Falcon spells them.
class RequestedIds {
 public:
  using Texts = google::protobuf::RepeatedPtrField<std::string>;

  RequestedIds(const Texts& requested, CanonicalId canonical);
  // `canonical`: each of `requested` in its turn.
  RequestedIds(const Texts& requested, const Texts& canonical);

  // In the order of the request.
  const std::vector<std::string>& canonical() const { return canonical_; }
  // Names the ids in `missing` of a response as the request does: one entry a spelling.
  void RestoreIn(google::protobuf::Message& response) const;

 private:
  Texts requested_;
  std::vector<std::string> canonical_;
};

// NOT_FOUND, or for another code of Falcon's its status. `field` held the id.
absl::Status NotFoundStatus(const v1::PartialError& error, std::string_view field);

// Number of records that match `filter`, by the total of one page of `pages`. UNAVAILABLE
// (UPSTREAM_MALFORMED) where Falcon returns no total.
Task<absl::StatusOr<int64_t>> TotalOf(const ServiceDeps& deps, RpcContext& context,
                                      const upstream::Operation& pages, std::string filter);

// Target size of an exported message: well under the 4 MiB that clients accept by default.
inline constexpr size_t kMessageTarget = size_t{2} << 20;

// The page size that comes nearest to the target after a page of `records` had `bytes`.
int AdaptPageSize(int page_size, int64_t records, size_t bytes, int max);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_COLLECTION_H_
