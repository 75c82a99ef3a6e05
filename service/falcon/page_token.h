// Page and resume tokens: opaque to callers, bound to the request and the tenant by a MAC.
#ifndef FALCON_FALCON_PAGE_TOKEN_H_
#define FALCON_FALCON_PAGE_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "google/protobuf/message.h"

namespace falcon {

// Where a list or an export stands.
struct Cursor {
  std::string upstream;      // Falcon's own cursor (after, next); empty: none
  int64_t offset = 0;        // where the operation pages by number
  std::string filter;        // FQL of the first page: `days` is anchored there, so that later pages ask the same
  std::string seek_value;    // sort value of the last record sent, as Falcon wrote it
  std::vector<std::string> seen;  // ids sent that carry seek_value: left out after a re-seek
  int64_t sent = 0;          // records sent so far
  std::optional<int64_t> total;
  WallTime issued{};         // Falcon's cursors die in about two minutes

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// Any thread; immutable.
class PageTokens {
 public:
  // `key`: 32 bytes or more of secret, the same on every replica. `tenant`: whose data (client id and member CID).
  PageTokens(Secret key, std::string tenant);

  // URL-safe text, at most 16 KiB. `binding`: from Binding().
  std::string Seal(const Cursor& cursor, std::string_view binding) const;
  // INVALID_ARGUMENT on `field`: PAGE_TOKEN_INVALID (not ours, tampered, another version or tenant), PAGE_TOKEN_MISMATCH (of
  // another request).
  absl::StatusOr<Cursor> Open(std::string_view token, std::string_view binding,
                              std::string_view field) const;

  // Hash of the request's type and fields but page_size, page_token, resume_token and batch_size.
  static std::string Binding(const google::protobuf::Message& request);

 private:
  Secret key_;
  std::string tenant_;
};

// The key that all replicas with the same client secret share.
Secret TokenKeyFrom(const Secret& client_secret);

}  // namespace falcon

#endif  // FALCON_FALCON_PAGE_TOKEN_H_
