// RequestValidator: collects what is wrong with a request before Falcon is called. All violations are
// reported at once.
#ifndef FALCON_RPC_SERVICES_REQUEST_VALIDATOR_H_
#define FALCON_RPC_SERVICES_REQUEST_VALIDATOR_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/error.h"
#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"

namespace falcon::rpc {

// What is wrong with an id; empty: nothing.
using IdValidator = std::string_view (*)(std::string_view id);

// The reason of the status is the first that is not INVALID_FIELD.
class RequestValidator {
 public:
  void AddViolation(std::string_view field, std::string_view description);
  // Keeps the violations and metadata of a failure, or the failure itself if it has no violations.
  void Add(const absl::Status& status);
  // The value, or a default one after a failure, which is kept.
  template <class T>
  T ValueOrDefault(absl::StatusOr<T> result) {
    if (result.ok()) return *std::move(result);
    Add(result.status());
    return T();
  }
  // A violation on `field` unless `id` passes `validate`.
  void Check(std::string_view id, IdValidator validate, std::string_view field);
  // OK, or INVALID_ARGUMENT with all violations.
  absl::Status status() const;

 private:
  std::vector<FieldViolation> violations_;
  std::map<std::string, std::string> facts_;
  std::string reason_;
  absl::Status other_;
};

// Each of `ids` passes `validate`; violations on `field`[i].
void ValidateIds(const google::protobuf::RepeatedPtrField<std::string>& ids, IdValidator validate,
                 std::string_view field, RequestValidator& validator);

// `filter.query`, free text for Falcon's own search, has at most 1,024 bytes.
void ValidateQuery(std::string_view query, RequestValidator& validator);

// Falcon's ids.
std::string_view ValidateAnyId(std::string_view id);  // printable, without blanks, 1 to 512 bytes
std::string_view ValidateDeviceId(std::string_view id);
std::string_view ValidateCompositeId(std::string_view id);
std::string_view ValidateIocId(std::string_view id);

// A violation where `read_options.max_staleness` is below zero.
void ValidateStaleness(const google::protobuf::Message& request, RequestValidator& validator);

// Not inverted, not open at both ends, within years 1 to 9999.
void ValidateTimeRange(const v1::TimeRange& range, std::string_view field,
                       RequestValidator& validator);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_REQUEST_VALIDATOR_H_
