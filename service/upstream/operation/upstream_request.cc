// Builds URLs, bodies and keys.
#include "upstream/operation/upstream_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "http/http_transport.h"

namespace falcon::upstream {
namespace {

bool IsGet(const Operation& operation) { return operation.method == http::Method::kGet; }

}  // namespace

std::string Url(const UpstreamRequest& request) {
  const Operation& operation = *request.operation;
  std::string url = BuildUrl(operation.path, request.query);
  if (request.ids == nullptr || !IsGet(operation)) return url;
  for (const std::string& id : *request.ids) {
    url += url.size() == operation.path.size() ? '?' : '&';
    url += operation.ids_key;
    url += '=';
    url += http::PercentEncode(id);
  }
  return url;
}

std::string Body(const UpstreamRequest& request) {
  const Operation& operation = *request.operation;
  if (request.ids == nullptr || IsGet(operation)) return request.body;
  nlohmann::json body;
  body[std::string(operation.ids_key)] = *request.ids;
  return JsonText(body);
}

absl::Status CheckUrl(const UpstreamRequest& request) {
  const size_t bytes = Url(request).size();
  if (bytes <= kMaxUrlBytes) return absl::OkStatus();
  return InvalidFields(
      {{"filter.fql", StrCat("makes a request URL of ", bytes, " bytes; Falcon takes ",
                             kMaxUrlBytes, ": use fewer or shorter conditions")}},
      "URL_TOO_LONG");
}

std::string CoalescingKey(const UpstreamRequest& request) {
  return StrCat(BuildUrl(request.operation->id, request.query), "\n", request.body);
}

std::string RecordKey(const BatchKey& key, std::string_view id) {
  return StrCat(BuildUrl(key.operation->id, key.query), "\n", id);
}

size_t IdsPerCall(const BatchKey& key, std::span<const std::string> ids) {
  const Operation& operation = *key.operation;
  const size_t count = std::min(ids.size(), static_cast<size_t>(std::max(1, operation.max_ids)));
  if (!IsGet(operation)) return count;
  size_t bytes = BuildUrl(operation.path, key.query).size();
  for (size_t i = 0; i < count; ++i) {
    bytes += operation.ids_key.size() + 2 + http::PercentEncode(ids[i]).size();
    if (bytes > kMaxUrlBytes && i > 0) return i;
  }
  return count;
}

}  // namespace falcon::upstream
