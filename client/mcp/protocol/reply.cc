#include "mcp/protocol/reply.h"

#include <algorithm>

namespace falcon::mcp {
namespace {

// Tools, prompts and resources are fixed while the process runs; an update starts a new one.
constexpr int kPublicMilliseconds = 300'000;

void SetIfAny(OrderedJson& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

OrderedJson ContentsOf(const ResourceContents& contents) {
  OrderedJson item = {{"uri", contents.uri}};
  SetIfAny(item, "mimeType", contents.mime_type);
  if (contents.blob.empty()) {
    item["text"] = contents.text;
  } else {
    item["blob"] = contents.blob;
  }
  return item;
}

OrderedJson ContentOf(const Content& content) {
  switch (content.kind) {
    case Content::Kind::kText:
      return {{"type", "text"}, {"text", content.text}};
    case Content::Kind::kResource:
      return {{"type", "resource"}, {"resource", ContentsOf(content.resource)}};
    case Content::Kind::kImage:
    case Content::Kind::kAudio:
      break;
  }
  return {{"type", content.kind == Content::Kind::kImage ? "image" : "audio"},
          {"data", content.data},
          {"mimeType", content.mime_type}};
}

OrderedJson ToolItem(const Tool& tool) {
  OrderedJson item = {{"name", tool.name}};
  SetIfAny(item, "title", tool.title);
  item["description"] = tool.description;
  item["inputSchema"] = OrderedJson::parse(tool.input_schema, nullptr, false);
  if (!tool.output_schema.empty()) {
    item["outputSchema"] = OrderedJson::parse(tool.output_schema, nullptr, false);
  }
  item["annotations"] = {{"readOnlyHint", tool.annotations.read_only},
                         {"destructiveHint", tool.annotations.destructive},
                         {"idempotentHint", tool.annotations.idempotent},
                         {"openWorldHint", tool.annotations.open_world}};
  return item;
}

OrderedJson PromptItem(const Prompt& prompt) {
  OrderedJson arguments = OrderedJson::array();
  for (const PromptArgument& argument : prompt.arguments) {
    OrderedJson one = {{"name", argument.name}};
    SetIfAny(one, "description", argument.description);
    one["required"] = argument.required;
    arguments.push_back(std::move(one));
  }
  OrderedJson item = {{"name", prompt.name}};
  SetIfAny(item, "title", prompt.title);
  item["description"] = prompt.description;
  item["arguments"] = std::move(arguments);
  return item;
}

// Of a resource or a template, which differ in how they are called.
template <class Described>
OrderedJson ResourceItem(const char* key, const std::string& uri, const Described& described) {
  OrderedJson item = {{key, uri}, {"name", described.name}};
  SetIfAny(item, "title", described.title);
  SetIfAny(item, "description", described.description);
  SetIfAny(item, "mimeType", described.mime_type);
  return item;
}

template <class One, class Render>
std::vector<OrderedJson> ItemsOf(const std::vector<One>& all, Render render) {
  std::vector<OrderedJson> items;
  items.reserve(all.size());
  for (const One& one : all) items.push_back(render(one));
  return items;
}

std::string Envelope(std::string_view id, const char* member, const OrderedJson& value) {
  std::string out = R"({"jsonrpc":"2.0","id":)";
  return out.append(id).append(",\"").append(member).append("\":").append(Text(value)).append("}");
}

}  // namespace

std::string ResultReply(const ReplyHead& head, const OrderedJson& members, Caching caching,
                        const OrderedJson& meta) {
  OrderedJson result = OrderedJson::object();
  if (head.mode == ProtocolMode::kStateless) {
    result["resultType"] = "complete";
    if (caching != Caching::kNone) {
      result["ttlMs"] = caching == Caching::kPublic ? kPublicMilliseconds : 0;
      result["cacheScope"] = caching == Caching::kPublic ? "public" : "private";
    }
    result["_meta"] = {{"io.modelcontextprotocol/serverInfo", ServerInfo(*head.definition, false)}};
    result["_meta"].update(meta);
  }
  result.update(members);
  return Envelope(head.id, "result", result);
}

std::string ToolReply(const ReplyHead& head, const ToolResult& result) {
  OrderedJson members = {{"content", ItemsOf(result.content, ContentOf)}};
  if (result.is_error) members["isError"] = true;
  std::string reply = ResultReply(head, members);
  if (result.structured.empty()) return reply;
  std::string structured = result.structured;
  // Line ends in it can only stand between its tokens.
  std::ranges::replace_if(structured, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  reply.resize(reply.size() - 2);
  return reply.append(",\"structuredContent\":").append(structured).append("}}");
}

std::string ErrorReply(std::string_view id, const RpcError& error) {
  OrderedJson json = {{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) json["data"] = error.data;
  return Envelope(id, "error", json);
}

std::string NotificationText(std::string_view method, const OrderedJson& params) {
  return Text(OrderedJson{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
}

OrderedJson ContentsJson(const std::vector<ResourceContents>& contents) {
  return {{"contents", ItemsOf(contents, ContentsOf)}};
}

OrderedJson PromptJson(const PromptResult& result) {
  OrderedJson members = OrderedJson::object();
  SetIfAny(members, "description", result.description);
  members["messages"] = ItemsOf(result.messages, [](const PromptMessage& message) {
    return OrderedJson{{"role", message.role}, {"content", ContentOf(message.content)}};
  });
  return members;
}

OrderedJson CompletionJson(const Completions& completions) {
  std::vector<std::string> values = completions.values;
  const size_t total = std::max(completions.total, values.size());
  values.resize(std::min(values.size(), kMaxCompletions));
  OrderedJson completion = {{"values", values}};
  if (total > values.size()) completion["total"] = total;
  completion["hasMore"] = completions.has_more || total > values.size();
  return {{"completion", std::move(completion)}};
}

OrderedJson ServerInfo(const ServerDefinition& definition, bool whole) {
  OrderedJson info = {{"name", definition.name}, {"version", definition.version}};
  if (whole) {
    SetIfAny(info, "title", definition.title);
    SetIfAny(info, "description", definition.description);
  }
  return info;
}

std::optional<OrderedJson> Listing::Page(std::string_view cursor) const {
  const auto cursor_of = [this](size_t begin) {
    return begin == 0 ? std::string() : key + "-" + std::to_string(begin);
  };
  size_t begin = 0;
  while (cursor_of(begin) != cursor) {
    begin += kPageItems;
    if (begin >= items.size()) return std::nullopt;
  }
  const size_t end = std::min(items.size(), begin + kPageItems);
  OrderedJson page = {{key, OrderedJson::array()}};
  for (size_t i = begin; i < end; ++i) page[key].push_back(items[i]);
  if (end < items.size()) page["nextCursor"] = cursor_of(end);
  return page;
}

Listing ListTools(const ServerDefinition& definition) {
  return {"tools", ItemsOf(definition.tools, ToolItem)};
}

Listing ListResources(const ServerDefinition& definition) {
  return {"resources", ItemsOf(definition.resources, [](const Resource& resource) {
            return ResourceItem("uri", resource.uri, resource);
          })};
}

Listing ListResourceTemplates(const ServerDefinition& definition) {
  return {"resourceTemplates",
          ItemsOf(definition.resource_templates, [](const ResourceTemplate& one) {
            return ResourceItem("uriTemplate", one.uri_template, one);
          })};
}

Listing ListPrompts(const ServerDefinition& definition) {
  return {"prompts", ItemsOf(definition.prompts, PromptItem)};
}

std::string Quoted(std::string_view text) {
  constexpr size_t kMaxShown = 100;
  std::string out = "\"";
  out.append(text.substr(0, kMaxShown));
  return out.append(text.size() > kMaxShown ? "...\"" : "\"");
}

}  // namespace falcon::mcp
