// Encoding of requests.
#include "upstream/operation/request_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

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

}  // namespace falcon::upstream
