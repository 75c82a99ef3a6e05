// Encoding of requests.
#include "falcon/request_text.h"

#include <nlohmann/json.hpp>

#include "wire/http.h"

namespace falcon {

std::string UrlFor(std::string_view path,
                   const std::vector<std::pair<std::string, std::string>>& query) {
  std::string url(path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator;
    url += wire::PercentEncode(name);
    url += '=';
    url += wire::PercentEncode(value);
    separator = '&';
  }
  return url;
}

std::string JsonText(const nlohmann::json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

}  // namespace falcon
