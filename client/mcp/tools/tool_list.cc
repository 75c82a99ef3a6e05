// The tools that are switched on, bound to the gateway.
#include "mcp/tools/tool_list.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mcp/tools/parameters.h"
#include "mcp/tools/parameters_list.h"
#include "mcp/tools/run_tool.h"
#include "mcp/tools/summarize.h"
#include "text.h"

namespace falcon::mcp {
namespace {

// Made apart: it exports, which no line of the table does.
constexpr std::string_view kSummarize = "summarize_records";
constexpr std::string_view kSummarizeSet = "gateway";

// What the schemas say already.
constexpr std::array<std::string_view, 3> kUnsaid = {" unless `order_by` says otherwise",
                                                     ", unless the request says otherwise",
                                                     ", and says for each without an answer why"};
constexpr std::string_view kUntrusted = "Untrusted data.";

std::vector<std::string> KnownTools() {
  std::vector<std::string> names;
  for (const ToolFacts& facts : ToolTable()) names.emplace_back(facts.name);
  names.emplace_back(kSummarize);
  return names;
}

std::vector<std::string> KnownSets() {
  std::vector<std::string> names;
  for (const ToolFacts& facts : ToolTable()) {
    if (names.empty() || names.back() != facts.toolset) names.emplace_back(facts.toolset);
  }
  return names;
}

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status CheckNames(std::string_view what, const std::vector<std::string>& given,
                        const std::vector<std::string>& known) {
  for (const std::string& name : given) {
    if (Has(known, name)) continue;
    const std::string nearest = client::Nearest(name, known);
    return absl::InvalidArgumentError(
        StrCat("There is no ", what, " \"", name, "\"",
               nearest.empty() ? std::string() : StrCat("; did you mean \"", nearest, "\"?"),
               nearest.empty() ? ". Known: " : " Known: ", client::Join(known, ", "), "."));
  }
  return absl::OkStatus();
}

absl::Status CheckChoice(const ToolChoice& choice) {
  absl::Status status = CheckNames("toolset", choice.toolsets, KnownSets());
  status.Update(CheckNames("tool", choice.tools, KnownTools()));
  status.Update(CheckNames("tool", choice.exclude_tools, KnownTools()));
  return status;
}

bool IsOn(const ToolChoice& choice, std::string_view toolset, std::string_view name) {
  if (Has(choice.exclude_tools, name)) return false;
  const bool all = choice.toolsets.empty() && choice.tools.empty();
  return all || Has(choice.toolsets, toolset) || Has(choice.tools, name);
}

std::string Description(const BoundTool& tool) {
  const std::string comment = client::CommentOf(*tool.method->descriptor);
  std::string text = client::FirstSentence(comment);
  for (const std::string_view phrase : kUnsaid) {
    if (const size_t at = text.find(phrase); at != text.npos) text.erase(at, phrase.size());
  }
  text = PlainComment(tool, text);
  if (!tool.facts->hint.empty()) text += StrCat(" ", tool.facts->hint);
  if (tool.method->verb != "access") text += StrCat(" ", kUntrusted);
  return text;
}

Tool MakeTool(const BoundTool& bound, const Bridge& bridge) {
  Tool tool;
  tool.name = bound.facts->name;
  tool.title = bound.facts->title;
  tool.description = Description(bound);
  tool.input_schema = InputSchemaOf(bound);
  tool.output_schema = OutputSchemaOf(bound);
  tool.annotations = {
      .read_only = true, .destructive = false, .idempotent = true, .open_world = true};
  tool.call = [bound, &bridge](const Json& arguments, const CallContext& context) {
    auto asked = ReadArguments(bound, bridge.catalog, arguments, bridge.now());
    if (auto* wrong = std::get_if<ToolResult>(&asked)) return std::move(*wrong);
    return RunTool(bound, std::get<Asked>(std::move(asked)), bridge, context);
  };
  return tool;
}

}  // namespace

absl::StatusOr<std::vector<Tool>> MakeTools(const Bridge& bridge, const ToolChoice& choice) {
  if (absl::Status status = CheckChoice(choice); !status.ok()) return status;
  std::vector<Tool> tools;
  for (const ToolFacts& facts : ToolTable()) {
    if (!IsOn(choice, facts.toolset, facts.name)) continue;
    const client::Method* method = bridge.catalog.Find(facts.noun, facts.verb);
    if (method == nullptr) {
      return absl::InternalError(
          StrCat("The gateway's protos have no method for ", facts.name, "."));
    }
    tools.push_back(MakeTool({&facts, method}, bridge));
  }
  if (IsOn(choice, kSummarizeSet, kSummarize)) tools.push_back(MakeSummarizeTool(bridge));
  if (tools.empty()) {
    return absl::InvalidArgumentError("No tool is left: exclude fewer, or choose others.");
  }
  return tools;
}

}  // namespace falcon::mcp
