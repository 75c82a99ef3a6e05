// Reads JSON-RPC, strictly: no batches, no null ids, bounded nesting.
#include "mcp/protocol/message.h"

#include <utility>

namespace falcon::mcp {
namespace {

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

std::optional<std::string> ReadPromptRef(const Json& ref, const ServerDefinition& offer,
                                         CompletionRequest& request) {
  const std::string* name = StringAt(ref, "name");
  const Prompt* prompt = name == nullptr ? nullptr : FindNamed(offer.prompts, *name);
  if (prompt == nullptr) return "ref names no prompt of prompts/list.";
  if (FindNamed(prompt->arguments, request.argument) == nullptr) {
    return "The prompt has no argument " + Quoted(request.argument) + ".";
  }
  request.prompt = *name;
  return std::nullopt;
}

std::optional<std::string> ReadTemplateRef(const Json& ref, const ServerDefinition& offer,
                                           CompletionRequest& request) {
  const std::string* uri = StringAt(ref, "uri");
  const auto is_it = [uri](const ResourceTemplate& one) { return one.uri_template == *uri; };
  if (uri == nullptr || std::ranges::none_of(offer.resource_templates, is_it)) {
    return "ref names no template of resources/templates/list.";
  }
  request.uri_template = *uri;
  return std::nullopt;
}

}  // namespace

std::string IdText(const Json& id) {
  const auto* const text = id.get_ptr<const std::string*>();
  if (text != nullptr && text->size() > kMaxIdBytes) return {};
  return text != nullptr || id.is_number_integer() ? Text(id) : std::string();
}

Message ReadMessage(std::string_view text) {
  bool too_deep = false;
  const auto bounded = [&too_deep](int depth, Json::parse_event_t event, const Json&) {
    const bool begins =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    too_deep = too_deep || (begins && depth >= kMaxDepth);
    return !too_deep;
  };
  Json json = Json::parse(text, bounded, false);
  if (too_deep) {
    return Invalid("The message nests deeper than " + std::to_string(kMaxDepth) + " levels.");
  }
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

const std::string* StringAt(const Json& object, const char* name) {
  const auto value = object.find(name);
  return value == object.end() ? nullptr : value->get_ptr<const std::string*>();
}

const Json* ObjectAt(const Json& object, const char* name) {
  static const Json empty = Json::object();
  const auto value = object.find(name);
  if (value == object.end()) return &empty;
  return value->is_object() ? &*value : nullptr;
}

const Json* ArgumentsOf(const Json& params) {
  static const Json none = Json::object();
  const auto arguments = params.find("arguments");
  const bool null = arguments != params.end() && arguments->is_null();
  return null ? &none : ObjectAt(params, "arguments");
}

std::string SizeProblem(const Json& arguments) {
  size_t members = 0;
  std::vector<const Json*> open = {&arguments};
  while (!open.empty() && members <= kMaxArgumentMembers) {
    const Json& value = *open.back();
    open.pop_back();
    if (!value.is_structured()) continue;
    members += value.size();
    if (members > kMaxArgumentMembers) break;
    for (const Json& member : value) open.push_back(&member);
  }
  if (members > kMaxArgumentMembers) {
    return "arguments may have at most " + std::to_string(kMaxArgumentMembers) +
           " members, nested ones included.";
  }
  if (Text(arguments).size() <= kMaxArgumentBytes) return {};
  return "arguments may have at most " + std::to_string(kMaxArgumentBytes) + " bytes.";
}

std::optional<std::map<std::string, std::string>> StringsOf(const Json* object) {
  if (object == nullptr) return std::nullopt;
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : object->items()) {
    if (value.is_null()) continue;
    const auto* text = value.get_ptr<const std::string*>();
    if (text == nullptr) return std::nullopt;
    out.emplace(name, *text);
  }
  return out;
}

std::string ProgressToken(const Json& params) {
  const Json* meta = ObjectAt(params, "_meta");
  if (meta == nullptr) return {};
  const auto token = meta->find("progressToken");
  return token == meta->end() ? std::string() : IdText(*token);
}

std::string CheckArguments(const Prompt& prompt,
                           const std::map<std::string, std::string>& arguments) {
  for (const auto& [name, value] : arguments) {
    if (FindNamed(prompt.arguments, name) != nullptr) continue;
    std::string known;
    for (const PromptArgument& argument : prompt.arguments) {
      known.append(known.empty() ? "" : ", ").append(argument.name);
    }
    return "The prompt has no argument " + Quoted(name) + "; it takes " +
           (known.empty() ? "none" : known) + ".";
  }
  for (const PromptArgument& argument : prompt.arguments) {
    if (argument.required && !arguments.contains(argument.name)) {
      return "The prompt needs the argument " + argument.name + ": " + argument.description;
    }
  }
  return {};
}

std::optional<std::string> ReadCompletion(const Json& params, const ServerDefinition& offer,
                                          CompletionRequest& request) {
  const Json* ref = ObjectAt(params, "ref");
  const Json* argument = ObjectAt(params, "argument");
  const Json* context = ObjectAt(params, "context");
  if (ref == nullptr || argument == nullptr || context == nullptr) {
    return "ref, argument and context must be objects.";
  }
  const std::string* name = StringAt(*argument, "name");
  const std::string* value = StringAt(*argument, "value");
  if (name == nullptr || value == nullptr) return "argument needs a name and a value, strings.";
  request.argument = *name;
  request.value = *value;
  auto arguments = StringsOf(ObjectAt(*context, "arguments"));
  if (!arguments.has_value()) return "context.arguments must be an object of strings.";
  request.arguments = *std::move(arguments);

  const std::string* type = StringAt(*ref, "type");
  if (type != nullptr && *type == "ref/prompt") return ReadPromptRef(*ref, offer, request);
  if (type != nullptr && *type == "ref/resource") return ReadTemplateRef(*ref, offer, request);
  return "ref.type must be ref/prompt or ref/resource.";
}

}  // namespace falcon::mcp
