// Page and resume tokens: opaque to callers, bound to the request and the tenant by a MAC.
#ifndef FALCON_UPSTREAM_PAGING_PAGE_TOKEN_H_
#define FALCON_UPSTREAM_PAGING_PAGE_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "google/protobuf/message.h"

namespace falcon::upstream {

// Where a list or an export stands.
struct Cursor {
  std::string upstream;  // Falcon's own cursor (after, next); empty: none
  int64_t offset = 0;    // rows of its query that lie before `upstream`, where that is no number
  std::string
      filter;  // FQL of the first page: `days` is anchored there, so that later pages ask the same
  std::string anchor;  // value that the last re-seek started from; `upstream` belongs to that
                       // query. Empty: none
  // Sort value of the last record sent, as FQL compares it. Empty: not known, so that a dead cursor
  // cannot be passed.
  std::string seek_value;
  std::vector<uint64_t>
      seen;             // IdHash of all ids sent that carry seek_value: left out after a re-seek
  int64_t sent = 0;     // records passed so far: sent, or `dropped`
  int64_t dropped = 0;  // since their name only begins like the one asked for
  std::optional<int64_t> total;
  WallTime issued{};  // of `upstream`: Falcon's cursors die in about two minutes. Whole
                      // milliseconds in a token
  // Brent's guard against circles: the hash of one earlier cursor, taken anew whenever the count of
  // pages doubles.
  int64_t pages = 0;
  uint64_t mark = 0;
  // Rows of the page at `upstream` that were answered already, and IdHash of the last of them: an
  // answer that would have been too large ended there.
  int64_t skip = 0;
  uint64_t skip_mark = 0;

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// How many records match in all, if Falcon's count is known and holds: it includes dropped ones.
std::optional<int64_t> TotalSize(const Cursor& cursor);

// Gives up what a re-seek needs, because it takes too much room. Falcon's own cursor stays, unless
// a re-seeked query stands inside a tie: without `seen` its records would come twice.
void ForgetSeen(Cursor& cursor);

// The same on every replica.
uint64_t IdHash(std::string_view id);

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
