// RequestBounds: limits on the size of a request, checked before any work is done for it.
//
// The limits come from the request's descriptor: the options `bounds` and `required` of a field, else
// the defaults below. What a value means is checked later, on the loop.
//
// Thread: any.
#ifndef FALCON_RPC_SERVER_REQUEST_BOUNDS_H_
#define FALCON_RPC_SERVER_REQUEST_BOUNDS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace falcon::rpc {

// All fields of a request together, as serialized.
inline constexpr size_t kMaxRequestBytes = size_t{1} << 20;

// What one field may hold.
struct FieldBounds {
  int max_items = 0;  // of a repeated field
  int max_bytes = 0;  // of a text, or of each text of a repeated field
  double max = 0;     // of a number; 0: any of its type
};

// The limits of a field of a request. The `paths` of a google.protobuf.FieldMask have their own.
FieldBounds BoundsOf(const google::protobuf::FieldDescriptor& field);

// The effective `page_size`, `batch_size`, `size` or `limit` of a request: its default for 0, at
// most its maximum. `request` is within its bounds.
int PageSize(const google::protobuf::Message& request, std::string_view field);

struct RequestSize {
  size_t bytes = 0;
  // Fields and items that the check visited: at most a small multiple of what the limits allow.
  int64_t visited = 0;
  // Records that the response may hold: ids, or the page size.
  int64_t records = 0;
};

// The size of `request`, or INVALID_ARGUMENT (INVALID_FIELD) with one violation for each field that
// is missing, too large or negative. A request that is too large as a whole is a violation on its
// largest field.
absl::StatusOr<RequestSize> CheckBounds(const google::protobuf::Message& request);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_REQUEST_BOUNDS_H_
