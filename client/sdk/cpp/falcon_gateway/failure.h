// A failed call in readable parts: what gRPC's status and its google.rpc details say.
#ifndef FALCON_GATEWAY_FAILURE_H_
#define FALCON_GATEWAY_FAILURE_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace falcon_gateway {

// A wrong field of the request, by its path there; or a quota that is spent, by its name.
struct Violation {
  std::string field;
  std::string description;
};

// All text is as it came: escape it before showing it.
struct Failure {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;
  // A value of ErrorReason without its prefix; empty if the server gave none.
  std::string reason;
  // Facts such as trace_id, http_status, required_scopes; errors.proto lists them.
  std::map<std::string, std::string> metadata;
  std::vector<Violation> violations;
  std::vector<Violation> quotas;
  // The same call may succeed after this time.
  std::optional<std::chrono::milliseconds> retry_delay;
  // The server forbids retries, whatever the code says.
  bool retry_forbidden = false;

  // The HTTP status of a proxy that answered in the gateway's place.
  std::optional<int> ProxyStatus() const;
  // Empty if the metadata has no such key.
  std::string Fact(std::string_view key) const;
  // `filter.fql` with every mistake corrected; empty if the gateway knows none.
  std::string CorrectedFilter() const { return Fact("corrected_filter"); }
  // The API scopes that the gateway's credentials lack.
  std::vector<std::string> RequiredScopes() const;
  // Whether the same call may work later.
  bool MayPass() const;
  // The token of an export or a list is of no use any more: its cursor expired, or it is of another
  // request.
  bool EndsToken() const;
  // Whether a new stream may complete the export whose stream failed like this.
  bool MayResume() const;
};

// Details that cannot be read are left out; the status itself always arrives.
Failure FailureFrom(const grpc::Status& status);
// With what the trailers of a call that has ended say about retries.
Failure FailureFrom(const grpc::Status& status, const grpc::ClientContext& context);

// "INVALID_ARGUMENT".
std::string CodeName(grpc::StatusCode code);

}  // namespace falcon_gateway

#endif  // FALCON_GATEWAY_FAILURE_H_
