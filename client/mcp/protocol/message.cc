// Reads JSON-RPC, strictly: no batches, no null ids, bounded nesting.
#include "mcp/protocol/message.h"

#include <utility>

namespace falcon::mcp {
namespace {

// Looked at before parsing, so that a parser never sees a bomb.
bool TooDeep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMostDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

Message Unreadable(RpcError problem, std::string id = "null") {
  Message message;
  message.id = std::move(id);
  message.problem = std::move(problem);
  message.problem.http_status = 400;
  return message;
}

Message Invalid(std::string why, std::string id = "null") {
  return Unreadable({kInvalidRequest, std::move(why)}, std::move(id));
}

// The message is a request or a notification: it has a method.
Message ReadCall(Json& json, std::string id, bool has_id) {
  Message message;
  message.kind = has_id ? Message::Kind::kRequest : Message::Kind::kNotification;
  message.method = std::move(json["method"].get_ref<std::string&>());
  message.id = std::move(id);
  const auto params = json.find("params");
  if (params == json.end() || params->is_null()) return message;
  if (params->is_object()) {
    message.params = std::move(*params);
  } else if (has_id) {
    return Unreadable({kInvalidParams, "params must be an object."}, std::move(message.id));
  }
  return message;
}

}  // namespace

std::string IdText(const Json& id) {
  const auto* const text = id.get_ptr<const std::string*>();
  if (text != nullptr && text->size() > kMaxIdBytes) return {};
  return text != nullptr || id.is_number_integer() ? Text(id) : std::string();
}

Message ReadMessage(std::string_view text) {
  if (TooDeep(text)) {
    return Invalid("The message nests deeper than " + std::to_string(kMostDepth) + " levels.");
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return Unreadable({kParseError, "The message is not valid JSON."});
  if (json.is_array()) return Invalid("Batches are not taken: send one message at a time.");
  if (!json.is_object()) return Invalid("A message must be a JSON object.");

  const auto given = json.find("id");
  const bool has_id = given != json.end();
  std::string id = has_id ? IdText(*given) : "null";
  if (const auto method = json.find("method"); method == json.end() || !method->is_string()) {
    if (method == json.end() && (json.contains("result") || json.contains("error"))) {
      Message response;
      response.kind = Message::Kind::kResponse;
      return response;
    }
    return Invalid("A message must have a method, which is a string.", id.empty() ? "null" : id);
  }
  if (id.empty()) {
    return Invalid("An id must be an integer, or a string of at most " +
                   std::to_string(kMaxIdBytes) + " bytes.");
  }
  const auto version = json.find("jsonrpc");
  if (version == json.end() || *version != "2.0") {
    return Invalid("A message must say \"jsonrpc\":\"2.0\".", std::move(id));
  }
  return ReadCall(json, std::move(id), has_id);
}

}  // namespace falcon::mcp
