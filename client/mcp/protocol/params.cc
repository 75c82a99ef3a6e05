// Reads parameters; nothing here throws on what a client wrote.
#include "mcp/protocol/params.h"

#include <utility>

#include "mcp/protocol/message.h"
#include "mcp/protocol/reply.h"

namespace falcon::mcp {
namespace {

std::optional<std::string> ReadPromptRef(const Json& ref, const Offer& offer,
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

std::optional<std::string> ReadTemplateRef(const Json& ref, const Offer& offer,
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

std::string JudgeSize(const Json& arguments) {
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

std::optional<std::string> ReadCompletion(const Json& params, const Offer& offer,
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
