// Renders answers.
#include "mcp/protocol/content_json.h"

#include <algorithm>
#include <string_view>

#include "mcp/protocol/object_writer.h"

namespace falcon::mcp {
namespace {

void AppendContents(std::string& out, const ResourceContents& contents) {
  ObjectWriter item(out);
  item.String("uri", contents.uri);
  item.Optional("mimeType", contents.mime_type);
  if (contents.blob.empty()) {
    item.String("text", contents.text);
  } else {
    item.String("blob", contents.blob);
  }
  item.End();
}

void AppendContent(std::string& out, const Content& content) {
  ObjectWriter item(out);
  switch (content.kind) {
    case Content::Kind::kText:
      item.String("type", "text");
      item.String("text", content.text);
      break;
    case Content::Kind::kImage:
    case Content::Kind::kAudio:
      item.String("type", content.kind == Content::Kind::kImage ? "image" : "audio");
      item.String("data", content.data);
      item.String("mimeType", content.mime_type);
      break;
    case Content::Kind::kResource:
      item.String("type", "resource");
      item.Name("resource");
      AppendContents(out, content.resource);
      break;
  }
  item.End();
}

// Appends "name":[...], one item after the other.
template <class Items, class Append>
void AppendArray(std::string& out, std::string_view name, const Items& items, Append append) {
  out.append("\"").append(name).append("\":[");
  bool first = true;
  for (const auto& item : items) {
    if (!first) out.push_back(',');
    first = false;
    append(out, item);
  }
  out.push_back(']');
}

size_t BytesOf(const ToolResult& result) {
  size_t bytes = result.structured.size();
  for (const Content& content : result.content) {
    bytes += content.text.size() + content.data.size() + content.resource.text.size();
  }
  return bytes;
}

}  // namespace

std::string ToolResultMembers(const ToolResult& result) {
  std::string out;
  out.reserve(BytesOf(result) * 5 / 4 + 256);
  AppendArray(out, "content", result.content, AppendContent);
  if (!result.structured.empty()) {
    out.append(",\"structuredContent\":");
    AppendOneLine(out, result.structured);
  }
  if (result.is_error) out.append(",\"isError\":true");
  return out;
}

std::string ContentsMembers(const std::vector<ResourceContents>& contents) {
  std::string out;
  AppendArray(out, "contents", contents, AppendContents);
  return out;
}

std::string PromptMembers(const PromptResult& result) {
  std::string out;
  if (!result.description.empty()) {
    out.append("\"description\":");
    AppendString(out, result.description);
    out.push_back(',');
  }
  AppendArray(out, "messages", result.messages, [](std::string& to, const PromptMessage& message) {
    ObjectWriter item(to);
    item.String("role", message.role);
    item.Name("content");
    AppendContent(to, message.content);
    item.End();
  });
  return out;
}

std::string CompletionMembers(const Completions& completions) {
  const size_t count = std::min(completions.values.size(), kMostCompletions);
  const std::vector<std::string> values(
      completions.values.begin(), completions.values.begin() + static_cast<std::ptrdiff_t>(count));
  const size_t total = std::max(completions.total, completions.values.size());
  std::string out = "\"completion\":{";
  AppendArray(out, "values", values,
              [](std::string& to, const std::string& value) { AppendString(to, value); });
  if (total > count) out.append(",\"total\":").append(std::to_string(total));
  out.append(",\"hasMore\":").append(completions.has_more || total > count ? "true" : "false");
  out.append("}");
  return out;
}

}  // namespace falcon::mcp
