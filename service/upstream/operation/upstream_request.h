// UpstreamRequest: one request to Falcon, before it is HTTP.
#ifndef FALCON_UPSTREAM_OPERATION_UPSTREAM_REQUEST_H_
#define FALCON_UPSTREAM_OPERATION_UPSTREAM_REQUEST_H_

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "upstream/operation/operation.h"

namespace falcon::upstream {

// Of a query string, not encoded. A name may occur more than once.
using Parameters = std::vector<std::pair<std::string, std::string>>;

// Path and query. Some servers close the connection on a longer URL.
inline constexpr size_t kMaxUrlBytes = 8 << 10;

// Look-ups by ID of equal keys can share a call.
struct BatchKey {
  const Operation* operation = nullptr;
  std::string id_key;  // of a record, in Falcon's JSON
  Parameters query;    // besides the IDs
};

struct UpstreamRequest {
  explicit UpstreamRequest(const Operation& what) : operation(&what) {}

  const Operation* operation;
  Parameters query;
  std::string body;  // JSON; POST only
  // Of a look-up: the IDs, which are added to the query or to the body when the request is sent, so
  // that a batch can grow while it waits. Null: the request is no look-up.
  const std::vector<std::string>* ids = nullptr;
  bool continuation = false;        // has a cursor, which may have expired
  milliseconds attempt_timeout{0};  // of an attempt on the wire; 0: the deadline alone bounds it
  // The response holds whole records, as look-ups of this key return them.
  std::optional<BatchKey> cache_records_as;
};

struct LookupRequest {
  BatchKey key;
  std::vector<std::string> ids;  // distinct
  // When Falcon listed the IDs. A cached absence from before that is not used.
  SteadyTime listed_at = SteadyTime::min();
};

// As it is sent now.
std::string Url(const UpstreamRequest& request);
std::string Body(const UpstreamRequest& request);

// INVALID_ARGUMENT (URL_TOO_LONG) above kMaxUrlBytes.
absl::Status CheckUrl(const UpstreamRequest& request);

// Requests of equal keys have equal responses.
std::string CoalescingKey(const UpstreamRequest& request);
std::string RecordKey(const BatchKey& key, std::string_view id);

// How many of `ids`, from the first on, one call takes: as many as Falcon and a URL do, at least
// one.
size_t IdsPerCall(const BatchKey& key, std::span<const std::string> ids);

// "<path>?name=value&..." with everything but unreserved characters percent-encoded: a `+` in FQL
// must survive.
std::string BuildUrl(std::string_view path, const Parameters& query);
// The parameters of "name=value&...", decoded. A `%` that escapes nothing stands for itself.
Parameters ParseQuery(std::string_view query);

// Compact JSON. Bytes that are not UTF-8 become U+FFFD.
std::string JsonText(const nlohmann::json& value);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_OPERATION_UPSTREAM_REQUEST_H_
