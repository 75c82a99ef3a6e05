#include "mcp/tools/tool_list.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mcp/tools/arguments.h"
#include "mcp/tools/parameters.h"
#include "mcp/tools/run_tool.h"
#include "mcp/tools/summarize.h"
#include "text.h"

namespace falcon::mcp {
namespace {

constexpr std::array<ToolSpec, 20> kTools = {{
    {"search_detections", "Search detections", "detections", "detections", "list",
     ToolKind::kSearch, ""},
    {"get_detection", "Get a detection", "detections", "detections", "get", ToolKind::kGet, ""},
    {"aggregate_detections", "Count detections", "detections", "detections", "aggregate",
     ToolKind::kAggregate, ""},
    {"search_hosts", "Search hosts", "hosts", "hosts", "list", ToolKind::kSearch,
     "Only hosts with a sensor."},
    {"get_host", "Get a host", "hosts", "hosts", "get", ToolKind::kGet, ""},
    {"search_iocs", "Search IOCs", "iocs", "iocs", "list", ToolKind::kSearch,
     "They are the customer's own."},
    {"get_ioc", "Get an IOC", "iocs", "iocs", "get", ToolKind::kGet, ""},
    {"get_ioc_devices", "Hosts of an indicator", "iocs", "iocs", "list-devices", ToolKind::kOther,
     "get_host tells more about each."},
    {"search_intel_indicators", "Search intel indicators", "iocs", "intel-indicators", "list",
     ToolKind::kSearch, "They are CrowdStrike's intelligence."},
    {"search_vulnerabilities", "Search vulnerabilities", "vulnerabilities", "vulnerabilities",
     "list", ToolKind::kSearch, ""},
    {"get_vulnerability", "Get a vulnerability", "vulnerabilities", "vulnerabilities", "get",
     ToolKind::kGet, ""},
    {"search_incidents", "Search incidents", "incidents", "incidents", "list", ToolKind::kSearch,
     ""},
    {"get_incident", "Get an incident", "incidents", "incidents", "get", ToolKind::kGet, ""},
    {"search_rtr_sessions", "Search RTR sessions", "rtr", "rtr-sessions", "list", ToolKind::kSearch,
     ""},
    {"get_rtr_session", "Get an RTR session", "rtr", "rtr-sessions", "get", ToolKind::kGet, ""},
    {"search_discovered_hosts", "Search discovered hosts", "discover", "discovered-hosts", "list",
     ToolKind::kSearch, "With a sensor, without one, or unfit for one."},
    {"get_discovered_host", "Get a discovered host", "discover", "discovered-hosts", "get",
     ToolKind::kGet, ""},
    {"search_discovered_applications", "Search discovered applications", "discover",
     "discovered-applications", "list", ToolKind::kSearch, ""},
    {"lookup_reputation", "Look up reputation", "reputation", "reputations", "batch-get",
     ToolKind::kOther, "VirusTotal sees the values."},
    {"check_access", "Check access", "gateway", "", "access", ToolKind::kOther, ""},
}};

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
  for (const ToolSpec& spec : ToolTable()) names.emplace_back(spec.name);
  names.emplace_back(kSummarize);
  return names;
}

std::vector<std::string> KnownSets() {
  std::vector<std::string> names;
  for (const ToolSpec& spec : ToolTable()) {
    if (names.empty() || names.back() != spec.toolset) names.emplace_back(spec.toolset);
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

std::string Description(const ToolBinding& tool) {
  const std::string comment = client::CommentOf(*tool.method->descriptor);
  std::string text = client::FirstSentence(comment);
  for (const std::string_view phrase : kUnsaid) {
    if (const size_t at = text.find(phrase); at != text.npos) text.erase(at, phrase.size());
  }
  text = PlainComment(tool, text);
  if (!tool.spec->hint.empty()) text += StrCat(" ", tool.spec->hint);
  if (tool.method->verb != "access") text += StrCat(" ", kUntrusted);
  return text;
}

Tool MakeTool(const ToolBinding& bound, const Bridge& bridge) {
  Tool tool;
  tool.name = bound.spec->name;
  tool.title = bound.spec->title;
  tool.description = Description(bound);
  tool.input_schema = InputSchemaOf(bound);
  tool.output_schema = OutputSchemaOf(bound);
  tool.annotations = {
      .read_only = true, .destructive = false, .idempotent = true, .open_world = true};
  tool.call = [bound, &bridge](const Json& arguments, const CallContext& context) {
    auto asked = ReadArguments(bound, bridge.catalog, arguments, bridge.now());
    if (auto* wrong = std::get_if<ToolResult>(&asked)) return std::move(*wrong);
    return RunTool(bound, std::get<ToolRequest>(std::move(asked)), bridge, context);
  };
  return tool;
}

}  // namespace

std::span<const ToolSpec> ToolTable() { return kTools; }

absl::StatusOr<std::vector<Tool>> MakeTools(const Bridge& bridge, const ToolChoice& choice) {
  if (absl::Status status = CheckChoice(choice); !status.ok()) return status;
  std::vector<Tool> tools;
  for (const ToolSpec& spec : ToolTable()) {
    if (!IsOn(choice, spec.toolset, spec.name)) continue;
    const client::Method* method = bridge.catalog.Find(spec.resource, spec.method);
    if (method == nullptr) {
      return absl::InternalError(
          StrCat("The gateway's protos have no method for ", spec.name, "."));
    }
    tools.push_back(MakeTool({&spec, method}, bridge));
  }
  if (IsOn(choice, kSummarizeSet, kSummarize)) tools.push_back(MakeSummarizeTool(bridge));
  if (tools.empty()) {
    return absl::InvalidArgumentError("No tool is left: exclude fewer, or choose others.");
  }
  return tools;
}

}  // namespace falcon::mcp
