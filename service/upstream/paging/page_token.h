// Page and resume tokens: opaque to callers, bound to the request and the tenant by a MAC.
#ifndef FALCON_UPSTREAM_PAGING_PAGE_TOKEN_H_
#define FALCON_UPSTREAM_PAGING_PAGE_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "google/protobuf/message.h"
#include "upstream/paging/cursor.h"

namespace falcon::upstream {

// Any thread; immutable.
class PageTokens {
 public:
  // `key`: 32 bytes or more of secret, the same on every replica. `tenant`: whose data (client id
  // and member CID).
  PageTokens(Secret key, std::string tenant);

  // URL-safe text. At most 16 KiB unless the filter and Falcon's cursor alone are longer: `seen` is
  // left out where it does not fit, and seek_value with it.
  std::string Seal(const Cursor& cursor, std::string_view binding) const;
  // INVALID_ARGUMENT on `field`: PAGE_TOKEN_INVALID (not ours, tampered, another version or
  // tenant), PAGE_TOKEN_MISMATCH (of another request).
  absl::StatusOr<Cursor> Open(std::string_view token, std::string_view binding,
                              std::string_view field) const;

  // Hash of the request's type and fields but page_size, page_token, resume_token and batch_size.
  static std::string Binding(const google::protobuf::Message& request);

 private:
  std::string Mac(std::string_view payload) const;

  Secret key_;
  std::string tenant_;
};

// The key that all replicas with the same client secret share.
Secret DerivePageTokenKey(const Secret& client_secret);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_PAGE_TOKEN_H_
