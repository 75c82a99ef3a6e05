#include "mcp/tools/summarize.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "mcp/tools/arguments.h"
#include "mcp/tools/result.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "naming.h"
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
// Further values are counted together.
constexpr size_t kMaxValues = 10'000;
// Of a value; longer ones that begin alike count as one. Shown, a character may stand as ten.
constexpr size_t kValueBytes = 128;
constexpr size_t kShownBytes = 512;
constexpr size_t kEnvelopeBytes = 512;
constexpr size_t kFilterBytes = 240;
constexpr absl::Duration kMaxTime = absl::Minutes(10);
constexpr int kMaxResumes = 2;
constexpr milliseconds kUsualWait{1000};
// A longer wait is the model's to decide on.
constexpr milliseconds kMaxWait{60'000};

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

// A field of a record, perhaps inside messages, some of them lists, and how many records have each
// value of it.
struct Group {
  std::string path;
  std::vector<const FieldDescriptor*> steps;
  std::unordered_map<std::string, int64_t> counts;
  // Of values that came when the table was full.
  int64_t beyond = 0;
  int64_t unset = 0;
};

struct Summary {
  const client::Method* method = nullptr;
  std::unique_ptr<Message> request;
  std::vector<Group> groups;
  size_t top = 10;
  // "days 7, fql status:'new'"; empty: none.
  std::string filters;
  int64_t counted = 0;
  // As Falcon counted at the start.
  std::optional<int64_t> total;
  bool partial = false;
  // Values that did not fit their fields.
  int64_t skipped = 0;

  std::string resource() const { return client::Replace(method->noun, '-', ' '); }
};

bool IsKind(const FieldDescriptor& field, client::MessageKind kind) {
  return field.message_type() != nullptr && client::KindOf(*field.message_type()) == kind;
}

// An error says what is wrong with the path, and what would be right.
absl::StatusOr<Group> FindGroup(const Descriptor& record, const std::string& path) {
  const auto wrong = [&](std::string_view problem) {
    return absl::InvalidArgumentError(
        StrCat("`", client::Truncate(client::EscapeUnsafe(path), 100), "` ", problem));
  };
  Group group{.path = path, .steps = {}, .counts = {}};
  const Descriptor* type = &record;
  for (const std::string& name : client::Split(path, '.')) {
    if (type == nullptr) return wrong("goes on inside a plain value");
    const FieldDescriptor* field = type->FindFieldByName(name);
    if (field == nullptr || field->is_map()) {
      const std::string nearest = NearestPath(record, path);
      return wrong(StrCat("is no field that can be counted",
                          nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?")));
    }
    group.steps.push_back(field);
    type = IsKind(*field, client::MessageKind::kOther) ? field->message_type() : nullptr;
  }
  if (group.steps.empty()) return wrong("names no field");
  const FieldDescriptor& last = *group.steps.back();
  if (type != nullptr) {
    return wrong(StrCat("is an object: name a field inside it, such as ", path, ".",
                        type->field(0)->name()));
  }
  if (last.message_type() != nullptr && !IsKind(last, client::MessageKind::kTimestamp)) {
    return wrong("holds values of any shape, which cannot be counted");
  }
  return group;
}

// Enums by their words, instants by their day in UTC. Empty: not set.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  if (field.message_type() != nullptr) {
    return absl::FormatTime("%E4Y-%m-%d", client::TimeOf(client::MessageAt(message, field, index)),
                            absl::UTCTimeZone());
  }
  if (field.enum_type() == nullptr) return client::ScalarText(message, field, index);
  const int number = client::EnumAt(message, field, index);
  const auto* value = field.enum_type()->FindValueByNumber(number);
  if (number == 0) return {};
  return value == nullptr ? std::to_string(number) : client::EnumWord(*value);
}

// `place`: the message's path in the record.
void Collect(const Group& group, const Message& message, size_t step, const client::RawValues& raw,
             const std::string& place, std::set<std::string>& values) {
  const FieldDescriptor& field = *group.steps[step];
  const auto& reflection = *message.GetReflection();
  const bool last = step + 1 == group.steps.size();
  const auto add = [&](const std::string& value) {
    if (!value.empty()) values.emplace(Utf8Prefix(value, kValueBytes));
    return !value.empty();
  };
  if (last && !raw.empty()) {
    if (add(raw.At(client::PathBelow(place, field))) && !field.is_repeated()) return;
  }
  if (!field.is_repeated() && field.has_presence() && !reflection.HasField(message, &field)) return;
  const int size = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < size; ++i) {
    const int index = field.is_repeated() ? i : -1;
    if (last) {
      add(ValueText(message, field, index));
    } else {
      Collect(group, client::MessageAt(message, field, index), step + 1, raw,
              client::PathBelow(place, field, index), values);
    }
  }
}

// A record counts once for each value that it has.
void Count(const Message& record, Group& group) {
  std::set<std::string> values;
  Collect(group, record, 0, client::RawValues(record), {}, values);
  if (values.empty()) ++group.unset;
  for (const std::string& value : values) {
    const bool room = group.counts.size() < kMaxValues || group.counts.contains(value);
    ++(room ? group.counts[value] : group.beyond);
  }
}

// The `top` most frequent values, the rest of the counts in `other`.
OrderedJson GroupJson(const Group& group, size_t top) {
  std::vector<std::pair<std::string_view, int64_t>> sorted(group.counts.begin(),
                                                           group.counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second == b.second ? a.first < b.first : a.second > b.second;
  });
  OrderedJson values = OrderedJson::array();
  int64_t other = group.beyond;
  for (const auto& [value, count] : sorted) {
    if (values.size() == top) {
      other += count;
    } else {
      values.push_back({{"value", EscapedText(value, kShownBytes)}, {"count", count}});
    }
  }
  return {{"field", group.path},
          {"values", std::move(values)},
          {"other", other},
          {"unset", group.unset},
          {"distinct", group.counts.size()}};
}

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

// Streams the export to its end, over as many streams as it takes: ten minutes at most, and a stream
// that breaks in a way that may pass is resumed, twice in a row without progress.
class Run {
 public:
  Run(Summary& summary, const Bridge& bridge, const Pause& pause, const CallContext& context)
      : summary_(summary),
        method_(*summary.method),
        bridge_(bridge),
        pause_(pause),
        context_(context),
        deadline_(bridge.now() + kMaxTime) {}

  // Set: the export did not come to its end, and the counts are of a part.
  std::optional<Failure> ToEnd() {
    std::optional<Failure> failure;
    do {
      failure =
          bridge_.gateway.Stream(method_, *summary_.request,
                                 {.timeout = TimeLeft(), .stop = context_.stop, .metadata = {}},
                                 [this](const Message& batch) { return Take(batch); });
      if (!failure && context_.stop.stop_requested()) {
        failure.emplace().code = grpc::StatusCode::CANCELLED;
      }
    } while (failure && Resume(*failure));
    return failure;
  }

 private:
  milliseconds TimeLeft() const {
    return std::max(milliseconds(0), absl::ToChronoMilliseconds(deadline_ - bridge_.now()));
  }

  // False: nobody wants the answer any more.
  bool Take(const Message& batch) {
    const client::Shape& shape = method_.shape;
    const int size = batch.GetReflection()->FieldSize(batch, shape.records);
    for (int i = 0; i < size; ++i) {
      const Message& record = client::MessageAt(batch, *shape.records, i);
      for (Group& group : summary_.groups) Count(record, group);
    }
    summary_.counted += size;
    resumes_ = 0;
    if (shape.total_size != nullptr) {
      const auto total = client::NumberField(batch, shape.total_size->name());
      if (total) summary_.total = total;
    }
    if (shape.read_info != nullptr && batch.GetReflection()->HasField(batch, shape.read_info)) {
      const Message& info = client::MessageAt(batch, *shape.read_info, -1);
      summary_.partial |= client::TextField(info, "partial") == "true";
      summary_.skipped += client::NumberField(info, "skipped_values").value_or(0);
    }
    if (shape.resume_from != nullptr && shape.resume_token != nullptr) {
      summary_.request->GetReflection()->SetString(
          summary_.request.get(), shape.resume_from,
          batch.GetReflection()->GetString(batch, shape.resume_token));
    }
    if (size > 0 && context_.progress) {
      context_.progress(static_cast<double>(summary_.counted),
                        static_cast<double>(summary_.total.value_or(0)),
                        StrCat(Grouped(summary_.counted), " counted"));
    }
    return !context_.stop.stop_requested();
  }

  // Waits. False: it is not to be tried again.
  bool Resume(const Failure& failure) {
    // Nobody listens, unlike where a gateway went away in the middle.
    const bool nobody = IsUnreachable(failure) && summary_.counted == 0;
    const bool dead_end = failure.reason == "CURSOR_EXPIRED" || !failure.MayPass();
    if (nobody || dead_end || resumes_ == kMaxResumes) return false;
    const milliseconds wait = failure.retry_delay.value_or(kUsualWait);
    if (context_.stop.stop_requested() || wait > std::min(kMaxWait, TimeLeft())) return false;
    ++resumes_;
    pause_(wait, context_.stop);
    return !context_.stop.stop_requested() && TimeLeft() > milliseconds(0);
  }

  Summary& summary_;
  const client::Method& method_;
  const Bridge& bridge_;
  const Pause& pause_;
  const CallContext& context_;
  const absl::Time deadline_;
  // In a row, without a batch between.
  int resumes_ = 0;
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
    const auto failure = Run(summary, bridge, pause, context).ToEnd();
    return failure ? Broken(summary, *failure, bridge) : Whole(summary, bridge);
  };
  return tool;
}

}  // namespace falcon::mcp
