// Ids as callers write them and as Falcon spells them; and what is said of a record that is not
// there.
#ifndef FALCON_RPC_SERVICES_LOOKUP_RESPONSE_H_
#define FALCON_RPC_SERVICES_LOOKUP_RESPONSE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"

namespace falcon::rpc {

// An id as Falcon spells it, from one as a caller may write it. Null: callers write it so.
using CanonicalId = std::string (*)(std::string_view id);

// The ids of a look-up in both spellings.
class RequestedIds {
 public:
  using Texts = google::protobuf::RepeatedPtrField<std::string>;

  RequestedIds(const Texts& asked, CanonicalId spell);
  // `spelled`: each of `asked` in its turn.
  RequestedIds(const Texts& asked, const Texts& spelled);

  // As Falcon spells them, in the order of the request.
  const std::vector<std::string>& spelled() const { return spelled_; }
  // Names the ids of `missing` of a response, which Falcon spells, as the request does: one entry a
  // spelling.
  void RestoreRequestedIds(google::protobuf::Message& response) const;

 private:
  Texts asked_;
  std::vector<std::string> spelled_;
};

// NOT_FOUND, or for another code of Falcon's its status. `field` held the id.
absl::Status NotFoundStatus(const v1::PartialError& error, std::string_view field);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_LOOKUP_RESPONSE_H_
