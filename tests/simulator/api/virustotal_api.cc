// Key, quota, object, and VirusTotal's form of errors.
#include "simulator/api/virustotal_api.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "simulator/data/reputation.h"

namespace falcon::simulator {
namespace {

Reply Refusal(int status, std::string_view code, std::string message) {
  Reply reply;
  reply.status = status;
  reply.body = ToText({{"error", {{"code", code}, {"message", std::move(message)}}}});
  return reply;
}

bool IsHash(std::string_view text) {
  const bool length = text.size() == 32 || text.size() == 40 || text.size() == 64;
  return length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string Lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// Unpadded base64url; nothing for other text.
std::optional<std::string> UrlOf(std::string id) {
  std::replace(id.begin(), id.end(), '-', '+');
  std::replace(id.begin(), id.end(), '_', '/');
  while (id.size() % 4 != 0) id.push_back('=');
  return Base64Decode(id);
}

}  // namespace

Reply VirusTotalApi::Handle(const Call& call) {
  const Request& request = call.request;
  if (request.api_key.empty()) {
    return Refusal(401, "AuthenticationRequiredError", "X-Apikey header is missing");
  }
  if (request.api_key != store_.options.virustotal_key) {
    return Refusal(401, "WrongCredentialsError", "Wrong API key");
  }
  if (!rate_.Take(store_.clock.Now())) return Refusal(429, "QuotaExceededError", "Quota exceeded");
  if (request.method != "GET") {
    return Refusal(403, "ForbiddenError", "You are not authorized to perform the operation");
  }
  const std::string rest = request.path.substr(kVirusTotalPath.size());
  const size_t slash = rest.find('/');
  if (slash == std::string::npos) return Refusal(404, "NotFoundError", "Resource not found");
  return LookUp(std::string_view(rest).substr(0, slash), PercentDecode(rest.substr(slash + 1)));
}

Reply VirusTotalApi::LookUp(std::string_view collection, const std::string& id) const {
  std::optional<ObjectKind> kind;
  std::string value = Lowered(id);
  if (collection == "files") {
    kind = ObjectKind::kFile;
    if (!IsHash(value)) return Refusal(404, "NotFoundError", "File \"" + id + "\" not found");
  } else if (collection == "domains") {
    kind = ObjectKind::kDomain;
    if (value.find('.') == std::string::npos) {
      return Refusal(400, "InvalidArgumentError", "Domain \"" + id + "\" is not a valid domain");
    }
  } else if (collection == "ip_addresses") {
    kind = ObjectKind::kAddress;
    if (value.find_first_not_of("0123456789abcdef.:") != std::string::npos) {
      return Refusal(400, "InvalidArgumentError", "\"" + id + "\" is not a valid IP address");
    }
  } else if (collection == "urls") {
    kind = ObjectKind::kUrl;
    value = UrlOf(id).value_or("");
  }
  if (!kind || value.empty()) return Refusal(404, "NotFoundError", "Resource not found");
  std::optional<Json> object = VirusTotalObject(store_.world, *kind, value);
  if (!object) return Refusal(404, "NotFoundError", "\"" + id + "\" not found");
  Reply reply;
  reply.body = ToText({{"data", std::move(*object)}});
  return reply;
}

}  // namespace falcon::simulator
