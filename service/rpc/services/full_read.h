// FullReads: exact counts of records that Falcon does not aggregate, by reading all that match.
#ifndef FALCON_RPC_SERVICES_FULL_READ_H_
#define FALCON_RPC_SERVICES_FULL_READ_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/lru_cache.h"
#include "base/time.h"
#include "fql/catalogue.h"
#include "google/protobuf/message.h"
#include "rpc/server/rpc_context.h"
#include "rpc/server/stream_call.h"
#include "rpc/services/request_validator.h"
#include "rpc/services/services.h"
#include "rpc/services/value_counts.h"

namespace falcon::rpc {

// The Export method of a noun.
struct ExportMethod {
  const google::protobuf::Message& request;  // empty, of its types
  const google::protobuf::Message& response;
  std::function<Task<absl::Status>(RpcContext&, const google::protobuf::Message&, MessageStream&)>
      run;
};

// What the messages of an export say of how they were read, together.
struct ReadFacts {
  int64_t records = 0;
  upstream::CallStats stats;
  json::DecodeReport report;
  std::string effective_filter;
  std::optional<v1::TimeRange> interval;
};

// Of one noun. Results are kept for kMaxAge. Loop thread only.
class FullReads {
 public:
  static constexpr seconds kMaxAge{300};

  // References and pointers outlive the object.
  FullReads(const ServiceDeps& deps, const google::protobuf::Descriptor* record,
            const fql::Catalogue& catalogue, const google::protobuf::FieldDescriptor* id_field)
      : deps_(deps), record_(record), catalogue_(catalogue), id_field_(id_field) {}

  // The tables and the cost of an Aggregate request (fields, allow_full_read, filter, size,
  // interval). INVALID_ARGUMENT (FULL_READ_REQUIRED) without `allow_full_read`. A result is complete:
  // a page that fails, and one that lacks records, fails the call.
  Task<absl::Status> Count(RpcContext& context, const google::protobuf::Message& request,
                           google::protobuf::Message& response, ExportMethod method);

 private:
  struct Kept {
    std::string response;
    ReadFacts facts;
    SteadyTime at;  // when the read began
  };

  std::vector<ValueCounts> CountsOf(const google::protobuf::Message& request,
                                    RequestValidator& validator) const;
  // Selects the fields that are counted.
  std::unique_ptr<google::protobuf::Message> ExportRequest(const google::protobuf::Message& request,
                                                           const std::vector<ValueCounts>& counts,
                                                           const ExportMethod& method) const;
  // Whether a kept result answers.
  bool Reuse(const std::string& key, RpcContext& context, google::protobuf::Message& response);

  const ServiceDeps& deps_;
  const google::protobuf::Descriptor* record_;
  const fql::Catalogue& catalogue_;
  const google::protobuf::FieldDescriptor* id_field_;
  LruCache<Kept> kept_{size_t{4} << 20};
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_FULL_READ_H_
