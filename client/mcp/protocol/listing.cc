// Renders the lists.
#include "mcp/protocol/listing.h"

#include "mcp/protocol/object_writer.h"

namespace falcon::mcp {
namespace {

std::string ToolItem(const Tool& tool) {
  std::string hints;
  ObjectWriter annotations(hints);
  annotations.Bool("readOnlyHint", tool.annotations.read_only);
  annotations.Bool("destructiveHint", tool.annotations.destructive);
  annotations.Bool("idempotentHint", tool.annotations.idempotent);
  annotations.Bool("openWorldHint", tool.annotations.open_world);
  annotations.End();

  std::string out;
  ObjectWriter item(out);
  item.String("name", tool.name);
  item.Optional("title", tool.title);
  item.String("description", tool.description);
  item.Raw("inputSchema", tool.input_schema);
  if (!tool.output_schema.empty()) item.Raw("outputSchema", tool.output_schema);
  item.Raw("annotations", hints);
  item.End();
  return out;
}

std::string PromptItem(const Prompt& prompt) {
  std::string arguments = "[";
  for (const PromptArgument& argument : prompt.arguments) {
    if (arguments.size() > 1) arguments.push_back(',');
    ObjectWriter item(arguments);
    item.String("name", argument.name);
    item.Optional("description", argument.description);
    item.Bool("required", argument.required);
    item.End();
  }
  arguments.push_back(']');

  std::string out;
  ObjectWriter item(out);
  item.String("name", prompt.name);
  item.Optional("title", prompt.title);
  item.String("description", prompt.description);
  item.Raw("arguments", arguments);
  item.End();
  return out;
}

// Of a resource or a template, which differ in how they are called.
template <class Described>
std::string ResourceItem(std::string_view key, const std::string& uri, const Described& described) {
  std::string out;
  ObjectWriter item(out);
  item.String(key, uri);
  item.String("name", described.name);
  item.Optional("title", described.title);
  item.Optional("description", described.description);
  item.Optional("mimeType", described.mime_type);
  item.End();
  return out;
}

template <class One, class Render>
std::vector<std::string> ItemsOf(const std::vector<One>& all, Render render) {
  std::vector<std::string> items;
  items.reserve(all.size());
  for (const One& one : all) items.push_back(render(one));
  return items;
}

}  // namespace

Listing::Listing(std::string_view key, const std::vector<std::string>& items) {
  const auto cursor_of = [key](size_t begin) {
    return begin == 0 ? std::string() : std::string(key) + "-" + std::to_string(begin);
  };
  size_t begin = 0;
  do {
    std::string page = "\"" + std::string(key) + "\":[";
    size_t end = begin;
    for (; end < items.size() && end < begin + kPageItems; ++end) {
      if (end > begin) page.push_back(',');
      page.append(items[end]);
    }
    page.push_back(']');
    if (end < items.size()) {
      page.append(",\"nextCursor\":");
      AppendString(page, cursor_of(end));
    }
    pages_.emplace(cursor_of(begin), std::move(page));
    begin = end;
  } while (begin < items.size());
}

const std::string* Listing::Page(std::string_view cursor) const {
  const auto page = pages_.find(cursor);
  return page == pages_.end() ? nullptr : &page->second;
}

Listing ListTools(const Offer& offer) { return {"tools", ItemsOf(offer.tools, ToolItem)}; }

Listing ListResources(const Offer& offer) {
  return {"resources", ItemsOf(offer.resources, [](const Resource& resource) {
            return ResourceItem("uri", resource.uri, resource);
          })};
}

Listing ListResourceTemplates(const Offer& offer) {
  return {"resourceTemplates", ItemsOf(offer.resource_templates, [](const ResourceTemplate& one) {
            return ResourceItem("uriTemplate", one.uri_template, one);
          })};
}

Listing ListPrompts(const Offer& offer) { return {"prompts", ItemsOf(offer.prompts, PromptItem)}; }

}  // namespace falcon::mcp
