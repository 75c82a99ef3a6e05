// Envelopes written as text around already written records.
#include "simulator/api/envelope.h"

#include <charconv>
#include <utility>

namespace falcon::simulator {
namespace {

std::string Meta(const Call& call, std::string_view powered_by, const std::string& pagination) {
  std::string meta = R"({"query_time":0.012345678)";
  if (!pagination.empty()) meta.append(R"(,"pagination":)").append(pagination);
  meta.append(R"(,"powered_by":")").append(powered_by);
  return meta.append(R"(","trace_id":")").append(call.trace_id).append("\"}");
}

Json ErrorJson(const ApiError& error) {
  Json json = {{"code", error.code}, {"message", error.message}};
  if (!error.id.empty()) json["id"] = error.id;
  return json;
}

}  // namespace

void Envelope::Add(std::string_view json) {
  if (!resources_.empty()) resources_.push_back(',');
  resources_.append(json);
}

Reply Envelope::Finish(int status) {
  Reply reply;
  reply.status = status;
  std::string& body = reply.body;
  body.reserve(resources_.size() + 512);
  body.append(R"({"meta":)").append(Meta(call_, powered_by_, pagination_)).append(R"(,"errors":[)");
  for (size_t i = 0; i < errors_.size(); ++i) {
    if (i > 0) body.push_back(',');
    body.append(ToText(ErrorJson(errors_[i])));
  }
  body.append(R"(],"resources":[)").append(resources_).append("]}");
  return reply;
}

Reply Failure(const Call& call, std::string_view powered_by, int code, std::string message) {
  Reply reply;
  reply.status = code;
  reply.body = R"({"meta":)" + Meta(call, powered_by, "") + R"(,"errors":[)" +
               ToText(ErrorJson({code, std::move(message)})) + "]";
  // The gateway in front of the services leaves the key out; the services send null or a list.
  reply.body += powered_by == kGatewayService || powered_by == "csam" ? "}" : R"(,"resources":[]})";
  return reply;
}

std::optional<int64_t> IntParam(const Request& request, std::string_view name, int64_t fallback,
                                int64_t min, int64_t max) {
  const std::optional<std::string_view> text = request.Param(name);
  if (!text) return fallback;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < min || value > max)
    return std::nullopt;
  return value;
}

}  // namespace falcon::simulator
