#include "mcp/tools/summarize.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mcp/tools/arguments.h"
#include "mcp/tools/result.h"
#include "mcp/tools/summary_run.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Failure;
using client::Grouped;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using std::chrono::milliseconds;

constexpr std::string_view kExport = "export";
constexpr int kMaxDays = 365;
constexpr int kMaxTop = 50;
constexpr size_t kMaxFields = 3;
constexpr size_t kEnvelopeBytes = 512;
constexpr size_t kFilterBytes = 240;

// What is counted unless the model names something else.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kUsualFields = {{
    {"detections", "severity,status,device.hostname"},
    {"hosts", "os_version,status,product_type_desc"},
    {"iocs", "type,action,severity"},
    {"intel-indicators", "type,malicious_confidence,malware_families"},
    {"vulnerabilities", "cve.severity,status,host_info.hostname"},
    {"incidents", "severity,status,assigned_to.full_name"},
    {"rtr-sessions", "hostname,user_id,platform_name"},
    {"rtr-audit-sessions", "hostname,user_id,platform_name"},
    {"discovered-hosts", "entity_type,platform_name,criticality"},
    {"discovered-applications", "vendor,category,host.hostname"},
    {"discovered-accounts", "account_type,admin_privileges,last_successful_login_hostname"},
    {"discovered-logins", "login_type,login_status,hostname"},
}};

std::vector<std::string> Resources(const client::Catalog& catalog) {
  std::vector<std::string> names;
  for (const client::Noun& noun : catalog.nouns()) {
    const client::Method* method = catalog.Find(noun.name, kExport);
    const bool exports = method != nullptr && method->shape.records != nullptr;
    if (exports) names.push_back(client::Replace(noun.name, '-', '_'));
  }
  return names;
}

// Reads one argument after the other and gathers what is wrong.
class Reader {
 public:
  Reader(const client::Catalog& catalog, const Json& arguments)
      : catalog_(catalog), arguments_(arguments) {}

  std::variant<Summary, ToolResult> Read() {
    CheckNames();
    const std::optional<int> top = Number("top", kMaxTop);
    if (top) summary_.top = static_cast<size_t>(*top);
    if (ReadResource()) {
      if (const auto days = Number("days", kMaxDays)) Filter("days", *days, StrCat("days ", *days));
      ReadFql();
      ReadGroups();
    }
    if (problems_.empty()) return std::move(summary_);
    return ErrorResult(StrCat(
        "These arguments do not fit; nothing was looked up.\n", problems_,
        R"(Example: {"noun":"detections","days":7,"group_by":["severity","device.hostname"]})",
        "\nA retry of the same call will not help."));
  }

 private:
  void Report(std::string_view name, std::string_view problem) {
    problems_.append(StrCat("- ", name, ": ", problem, "\n"));
  }

  Json At(const char* name) const {
    const auto found = arguments_.find(name);
    return found == arguments_.end() ? Json() : *found;
  }

  void CheckNames() {
    const std::vector<std::string> known = {"noun", "days", "fql", "group_by", "top"};
    for (const auto& [name, value] : arguments_.items()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::string nearest = client::Nearest(name, known);
      Report(UntrustedText(name, 64),
             StrCat("no such parameter; ", nearest.empty() ? "known: " + client::Join(known, ", ")
                                                           : "did you mean " + nearest + "?"));
    }
  }

  bool ReadResource() {
    const std::vector<std::string> known = Resources(catalog_);
    const Json given = At("noun");
    const std::string name =
        given.is_string() ? client::Replace(given.get<std::string>(), '-', '_') : std::string();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      Report("noun", "one of " + client::Join(known, ", "));
      return false;
    }
    summary_.method = catalog_.Find(client::Replace(name, '_', '-'), kExport);
    summary_.request = catalog_.NewMessage(*summary_.method->descriptor->input_type());
    return true;
  }

  // Unset: absent, or wrong and told.
  std::optional<int> Number(const char* name, int max) {
    const Json value = At(name);
    if (value.is_null()) return std::nullopt;
    const int64_t number = value.is_number_integer() ? value.get<int64_t>() : 0;
    if (number >= 1 && number <= max) return static_cast<int>(number);
    Report(name, StrCat("a whole number from 1 to ", max));
    return std::nullopt;
  }

  void ReadFql() {
    const Json fql = At("fql");
    if (fql.is_null()) return;
    if (!fql.is_string()) return Report("fql", "a text in FQL");
    Filter("fql", fql.get<std::string>(), StrCat("fql ", fql.get<std::string>()));
  }

  void Filter(const char* name, const std::variant<int, std::string>& value,
              const std::string& words) {
    const client::ParameterPath path =
        client::FindParameter(*summary_.request->GetDescriptor(), name);
    if (path.empty()) return Report(name, StrCat("not known for ", summary_.method->noun));
    Message& filter = client::MutableHolder(path, *summary_.request);
    if (const int* number = std::get_if<int>(&value)) {
      filter.GetReflection()->SetInt32(&filter, path.back(), *number);
    } else {
      filter.GetReflection()->SetString(&filter, path.back(), std::get<std::string>(value));
    }
    summary_.filters.append(summary_.filters.empty() ? "" : ", ").append(words);
  }

  std::vector<std::string> Paths() const {
    const Json value = At("group_by");
    if (value.is_null()) {
      const auto usual =
          std::find_if(kUsualFields.begin(), kUsualFields.end(),
                       [&](const auto& known) { return known.first == summary_.method->noun; });
      return usual == kUsualFields.end() ? std::vector<std::string>()
                                         : client::Split(usual->second, ',');
    }
    if (value.is_string()) return client::Split(value.get<std::string>(), ',');
    const bool texts = value.is_array() && std::all_of(value.begin(), value.end(),
                                                       [](const Json& v) { return v.is_string(); });
    return texts ? value.get<std::vector<std::string>>() : std::vector<std::string>();
  }

  void ReadGroups() {
    std::vector<std::string> paths = Paths();
    if (paths.empty() || paths.size() > kMaxFields) {
      return Report("group_by", StrCat("one to ", kMaxFields, " field paths of the record"));
    }
    const Descriptor& record = *summary_.method->shape.records->message_type();
    for (const std::string& path : paths) {
      auto group = FindGroup(record, path);
      if (!group.ok()) {
        Report("group_by", std::string(group.status().message()));
      } else {
        summary_.groups.push_back(*std::move(group));
      }
    }
    const FieldDescriptor* mask = summary_.method->shape.read_mask;
    if (mask == nullptr) return;
    // The id beside what is counted: an export tells repeated records by it.
    const std::string& id = record.field(0)->name();
    if (std::find(paths.begin(), paths.end(), id) == paths.end()) paths.insert(paths.begin(), id);
    Message& target =
        *summary_.request->GetReflection()->MutableMessage(summary_.request.get(), mask);
    for (const std::string& path : paths) {
      target.GetReflection()->AddString(&target, target.GetDescriptor()->FindFieldByNumber(1),
                                        path);
    }
  }

  const client::Catalog& catalog_;
  const Json& arguments_;
  Summary summary_;
  std::string problems_;
};

std::string Note(const Summary& summary) {
  std::vector<std::string> sentences;
  if (summary.partial) {
    sentences.push_back("Falcon did not answer for all records: these counts are too low.");
  }
  if (summary.skipped > 0) {
    sentences.push_back(StrCat(
        summary.skipped, " values did not fit their fields and are counted as Falcon sent them."));
  }
  const bool overflowed = std::any_of(summary.groups.begin(), summary.groups.end(),
                                      [](const Group& group) { return group.beyond > 0; });
  if (overflowed) {
    sentences.push_back(
        StrCat("Above ", kMaxValues, " distinct values further ones count as other."));
  }
  return client::Join(sentences, " ");
}

// With ever fewer values until it fits.
OrderedJson Groups(const Summary& summary, size_t top, size_t bytes) {
  OrderedJson groups = OrderedJson::array();
  for (const Group& group : summary.groups) groups.push_back(GroupJson(group, top));
  return Text(groups).size() <= bytes || top <= 1 ? groups : Groups(summary, top / 2, bytes);
}

ToolResult Broken(const Summary& summary, const Failure& failure, const Bridge& bridge) {
  return ErrorResult(
      StrCat("The count is not complete and therefore not shown: it broke after ",
             Grouped(summary.counted), summary.total ? StrCat(" of ", Grouped(*summary.total)) : "",
             " ", summary.resource(), ".\n",
             FailureSentences(failure, bridge, [](const std::string& field) { return field; })));
}

ToolResult Whole(const Summary& summary, const Bridge& bridge) {
  const size_t bytes = bridge.result_bytes - kTextReserve - kEnvelopeBytes;
  const std::string filters = summary.filters.empty()
                                  ? ""
                                  : StrCat(" (", UntrustedText(summary.filters, kFilterBytes), ")");
  ResultParts result;
  result.structured = {
      {"noun", client::Replace(summary.method->noun, '-', '_')},
      {"count", summary.counted},
      {"total", summary.total ? OrderedJson(*summary.total) : OrderedJson()},
      {"complete", !summary.partial},
      {"groups", Groups(summary, summary.top, bytes)},
  };
  if (std::string note = Note(summary); !note.empty()) result.structured["note"] = note;
  result.summary = summary.counted > 0
                       ? StrCat("Counted ", summary.partial ? "some" : "all", " ",
                                Grouped(summary.counted), " ", summary.resource(), filters, ".")
                       : StrCat("Falcon answered: no ", summary.resource(), filters, " to count.");
  return MakeResult(std::move(result), bridge);
}

std::string InputSchema(const client::Catalog& catalog) {
  const auto number = [](int max) {
    return OrderedJson{{"type", "integer"}, {"minimum", 1}, {"maximum", max}};
  };
  OrderedJson top = number(kMaxTop);
  top["default"] = Summary().top;
  const OrderedJson properties = {
      {"noun", {{"enum", Resources(catalog)}}},
      {"days", number(kMaxDays)},
      {"fql", {{"type", "string"}, {"description", "FQL."}}},
      {"group_by",
       {{"type", {"string", "array"}},
        {"items", {{"type", "string"}}},
        {"description", "One to three field paths: severity, device.hostname."}}},
      {"top", std::move(top)},
  };
  return Text(OrderedJson{{"type", "object"},
                          {"properties", properties},
                          {"required", OrderedJson::array({"noun"})},
                          {"additionalProperties", false}});
}

}  // namespace

Tool MakeSummarizeTool(const Bridge& bridge) {
  return MakeSummarizeTool(bridge, [](milliseconds span, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, std::move(stop), span, [] { return false; });
  });
}

Tool MakeSummarizeTool(const Bridge& bridge, Pause pause) {
  Tool tool;
  tool.name = "summarize_records";
  tool.title = "Summarize records";
  tool.description =
      "Counts all records of a noun by up to three fields, however many there are. Reads the whole "
      "collection, so it may take minutes: aggregate_detections and the totals of searches are "
      "faster where they suffice.";
  tool.input_schema = InputSchema(bridge.catalog);
  tool.output_schema =
      R"({"type":"object","properties":{"noun":{},"count":{"type":"integer"},"total":)"
      R"({"type":["integer","null"]},"complete":{"type":"boolean"},"groups":{"type":"array",)"
      R"("items":{"properties":{"field":{},"values":{"type":"array"},"other":)"
      R"({"type":"integer"},"unset":{"type":"integer"}}}}},"required":["groups"]})";
  tool.call = [&bridge, pause = std::move(pause)](const Json& given, const CallContext& context) {
    const Json arguments = WithoutBlanks(given);
    auto read = Reader(bridge.catalog, arguments).Read();
    if (auto* wrong = std::get_if<ToolResult>(&read)) return std::move(*wrong);
    auto& summary = std::get<Summary>(read);
    const auto failure = RunExport(summary, bridge, pause, context);
    return failure ? Broken(summary, *failure, bridge) : Whole(summary, bridge);
  };
  return tool;
}

}  // namespace falcon::mcp
