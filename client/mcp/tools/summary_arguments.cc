// Reads the arguments of a summary.
#include "mcp/tools/summary_arguments.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mcp/tools/arguments_value.h"
#include "mcp/tools/result_text.h"
#include "mcp/tools/untrusted.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Method;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kExport = "export";
constexpr int kMostDays = 365;
constexpr int kMostTop = 50;
constexpr size_t kMostFields = 3;
constexpr std::string_view kExample =
    R"({"noun":"detections","days":7,"group_by":["severity","device.hostname"]})";

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

std::vector<std::string> UsualFields(const std::string& noun) {
  for (const auto& [known, fields] : kUsualFields) {
    if (known == noun) return client::Split(fields, ',');
  }
  return {};
}

std::string WordOf(const std::string& noun) { return client::Replace(noun, '-', '_'); }

// Reads one argument after the other and gathers what is wrong.
class Reader {
 public:
  Reader(const client::Catalog& catalog, const Json& arguments)
      : catalog_(catalog), arguments_(arguments) {}

  std::variant<SummaryAsked, ToolResult> Read() {
    CheckNames();
    ReadNoun();
    ReadTop();
    if (asked_.method != nullptr) {
      ReadDays();
      ReadFql();
      ReadGroupBy();
    }
    if (problems_.empty()) return std::move(asked_);
    return ErrorResult(StrCat("These arguments do not fit; nothing was looked up.\n", problems_,
                              "Example: ", kExample, "\nA retry of the same call will not help."));
  }

 private:
  void Report(std::string_view name, std::string_view problem) {
    problems_.append(StrCat("- ", name, ": ", problem, "\n"));
  }

  const Json* Find(const char* name) const {
    const auto found = arguments_.find(name);
    return found == arguments_.end() ? nullptr : &*found;
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

  void ReadNoun() {
    const std::vector<std::string> nouns = SummaryNouns(catalog_);
    const Json* noun = Find("noun");
    const std::string word =
        noun != nullptr && noun->is_string() ? WordOf(*noun->get_ptr<const std::string*>()) : "";
    if (std::find(nouns.begin(), nouns.end(), word) == nouns.end()) {
      Report("noun", "one of " + client::Join(nouns, ", "));
      return;
    }
    asked_.method = catalog_.Find(client::Replace(word, '_', '-'), kExport);
    asked_.request = catalog_.NewMessage(*asked_.method->descriptor->input_type());
  }

  // Unset: absent, or wrong and told.
  std::optional<int> Number(const char* name, int most) {
    const Json* value = Find(name);
    if (value == nullptr) return std::nullopt;
    const int64_t number = value->is_number_integer() ? value->get<int64_t>() : 0;
    if (number >= 1 && number <= most) return static_cast<int>(number);
    Report(name, StrCat("a whole number from 1 to ", most));
    return std::nullopt;
  }

  void ReadTop() {
    if (const auto top = Number("top", kMostTop)) asked_.top = static_cast<size_t>(*top);
  }

  client::ParameterPath RequestField(const char* name) {
    client::ParameterPath path = client::FindParameter(*asked_.request->GetDescriptor(), name);
    if (path.empty()) Report(name, StrCat("not known for ", asked_.method->noun));
    return path;
  }

  void AddFilter(const std::string& words) {
    asked_.filters.append(asked_.filters.empty() ? "" : ", ").append(words);
  }

  void ReadDays() {
    const std::optional<int> days = Number("days", kMostDays);
    const client::ParameterPath path = days ? RequestField("days") : client::ParameterPath();
    if (path.empty()) return;
    Message& filter = client::MutableHolder(path, *asked_.request);
    filter.GetReflection()->SetInt32(&filter, path.back(), *days);
    AddFilter(StrCat("days ", *days));
  }

  void ReadFql() {
    const Json* fql = Find("fql");
    if (fql == nullptr) return;
    if (!fql->is_string()) return Report("fql", "a text in FQL");
    const std::string& text = *fql->get_ptr<const std::string*>();
    const client::ParameterPath path = text.empty() ? client::ParameterPath() : RequestField("fql");
    if (path.empty()) return;
    Message& filter = client::MutableHolder(path, *asked_.request);
    filter.GetReflection()->SetString(&filter, path.back(), text);
    AddFilter("fql " + text);
  }

  std::vector<std::string> Paths() {
    const Json* value = Find("group_by");
    if (value == nullptr) return UsualFields(asked_.method->noun);
    if (value->is_string()) return client::Split(*value->get_ptr<const std::string*>(), ',');
    std::vector<std::string> paths;
    for (const Json& path : value->is_array() ? *value : Json::array()) {
      if (path.is_string()) paths.push_back(*path.get_ptr<const std::string*>());
    }
    const bool all_text = value->is_array() && paths.size() == value->size();
    return all_text ? paths : std::vector<std::string>();
  }

  void ReadGroupBy() {
    const std::vector<std::string> paths = Paths();
    if (paths.empty() || paths.size() > kMostFields) {
      return Report("group_by", StrCat("one to ", kMostFields, " field paths of the record"));
    }
    const Method& method = *asked_.method;
    for (const std::string& path : paths) {
      auto field = FindCountedField(*method.shape.records->message_type(), path);
      if (!field.ok()) {
        Report("group_by", std::string(field.status().message()));
      } else {
        asked_.group_by.push_back(*std::move(field));
      }
    }
    SetMask(paths);
  }

  // The id beside what is counted: an export tells repeated records by it.
  void SetMask(const std::vector<std::string>& paths) {
    const FieldDescriptor* mask = asked_.method->shape.read_mask;
    if (mask == nullptr) return;
    Message* message = asked_.request->GetReflection()->MutableMessage(asked_.request.get(), mask);
    const FieldDescriptor* list = message->GetDescriptor()->FindFieldByName("paths");
    const std::string& id = asked_.method->shape.records->message_type()->field(0)->name();
    if (std::find(paths.begin(), paths.end(), id) == paths.end()) {
      message->GetReflection()->AddString(message, list, id);
    }
    for (const std::string& path : paths) {
      message->GetReflection()->AddString(message, list, path);
    }
  }

  const client::Catalog& catalog_;
  const Json& arguments_;
  SummaryAsked asked_;
  std::string problems_;
};

}  // namespace

std::vector<std::string> SummaryNouns(const client::Catalog& catalog) {
  std::vector<std::string> nouns;
  for (const client::Noun& noun : catalog.nouns()) {
    const Method* method = catalog.Find(noun.name, kExport);
    if (method != nullptr && method->shape.records != nullptr) nouns.push_back(WordOf(noun.name));
  }
  return nouns;
}

std::variant<SummaryAsked, ToolResult> ReadSummaryArguments(const client::Catalog& catalog,
                                                            const Json& arguments) {
  return Reader(catalog, WithoutBlanks(arguments)).Read();
}

std::string SummaryInputSchema(const client::Catalog& catalog) {
  std::string nouns;
  for (const std::string& noun : SummaryNouns(catalog)) {
    nouns.append(nouns.empty() ? "" : ",");
    AppendString(nouns, noun);
  }
  return StrCat(R"({"type":"object","properties":{"noun":{"enum":[)", nouns,
                R"(]},"days":{"type":"integer","minimum":1,"maximum":)", kMostDays,
                R"(},"fql":{"type":"string","description":"FQL."},)",
                R"("group_by":{"type":["string","array"],"items":{"type":"string"},"description":)",
                R"("One to three field paths: severity, device.hostname."},)",
                R"("top":{"type":"integer","minimum":1,"maximum":)", kMostTop,
                R"(,"default":10}},"required":["noun"],"additionalProperties":false})");
}

std::string SummaryOutputSchema() {
  return R"({"type":"object","properties":{"noun":{},"count":{"type":"integer"},"total":)"
         R"({"type":["integer","null"]},"complete":{"type":"boolean"},"groups":{"type":"array",)"
         R"("items":{"properties":{"field":{},"values":{"type":"array"},"other":)"
         R"({"type":"integer"},"unset":{"type":"integer"}}}}},"required":["groups"]})";
}

}  // namespace falcon::mcp
