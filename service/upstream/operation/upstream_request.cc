// Builds URLs, bodies and keys; encoding.
#include "upstream/operation/upstream_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "http/http_transport.h"

namespace falcon::upstream {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? HexDigit(text[i + 1]) : -1;
    const int low = escape ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool IsGet(const Operation& operation) { return operation.method == http::Method::kGet; }

}  // namespace

std::string BuildUrl(std::string_view path, const Parameters& query) {
  std::string url(path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator;
    url += http::PercentEncode(name);
    url += '=';
    url += http::PercentEncode(value);
    separator = '&';
  }
  return url;
}

Parameters ParseQuery(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (!pair.empty()) {
      parameters.emplace_back(PercentDecode(pair.substr(0, equals)), PercentDecode(value));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parameters;
}

std::string JsonText(const nlohmann::json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

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
