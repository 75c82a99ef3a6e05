// Schemas and descriptions, as short as they can be said: they travel with every list of tools.
#include <algorithm>
#include <array>
#include <utility>

#include "catalog.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/answer.h"
#include "mcp/tools/parameters.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::MessageKind;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Phrase = std::pair<std::string_view, std::string_view>;

// A filter that works, for each collection. What FQL knows there stands in the guide.
constexpr std::array<Phrase, 9> kFilterExamples = {{
    {"detections", "severity:>=60+product:'idp'"},
    {"hosts", "os_version:'Windows 11'"},
    {"iocs", "value:*'*.example.com'"},
    {"intel-indicators", "last_updated:>'now-7d'"},
    {"vulnerabilities", "cve.base_score:>=9"},
    {"incidents", "severity:>=60+tags:'*vip*'"},
    {"rtr-sessions", "origin:'*api*'"},
    {"discovered-hosts", "country:'Germany'"},
    {"discovered-applications", "category:'Web Browsers'"},
}};

// What protos explain at length, and a model takes at a hint.
constexpr std::array<Phrase, 19> kHints = {{
    {"alert_id", "composite_id of a detection"},
    {"actor", "FANCYBEAR"},
    {"assigned_to", "Name or user id"},
    {"command", "First word: reg"},
    {"cve_id", "CVE-2021-44228"},
    {"field", "FQL name: severity_name, tactic, device.hostname"},
    {"host_id", "device_id, agent_id"},
    {"hostname", "Any case; SRV-*"},
    {"indicator", "Exact hash, domain, address"},
    {"name", "*Chrome*"},
    {"query", "Free text"},
    {"size", "Most buckets of terms"},
    {"tactic", "ATT&CK id or name"},
    {"tag", "FalconGroupingTags/Critical"},
    {"technique", "ATT&CK id or name"},
    {"then_by", "Second field, within each bucket"},
    {"type", "domain, ip_address, url, hash_sha256, hash_md5"},
    {"value", "Any case; *.example.com"},
    {"vendor", "Microsoft*"},
}};

// Long phrases of the protos' comments, and what suffices.
constexpr std::array<Phrase, 10> kShorter = {{
    {" as given, in upper case or in lower case", ", any case"},
    {", whole and in any case", ", any case"},
    {" in the last so many days", " within"},
    {"Composite id: ", ""},
    {"File hashes (MD5, SHA-1, SHA-256)", "Hashes"},
    {", IPv4 and IPv6 addresses", ", addresses"},
    {"; no `inc:` id of the retired API", ""},
    {"The indicator: the 64 or 32 hexadecimal digits of a hash, a domain, an address",
     "Hash, domain or address"},
    {"On any of these platforms: ", ""},
    {"Any of these platforms: ", ""},
}};

std::string FilterText(const ToolBinding& tool) {
  std::string text = StrCat("FQL (falcon://fql/", tool.spec->resource, ")");
  for (const auto& [resource, example] : kFilterExamples) {
    if (resource == tool.spec->resource) text += StrCat(": ", example);
  }
  return text;
}

// The first sentence, and the second where that has an example.
std::string Sentences(std::string_view comment) {
  std::string first = client::FirstSentence(comment);
  if (first.size() + 1 >= comment.size()) return first;
  const std::string second = client::FirstSentence(comment.substr(first.size() + 1));
  const bool example = second.find(": `") != second.npos && first.find('`') == first.npos;
  return example ? StrCat(first, " ", second) : first;
}

std::string HintFor(const Parameter& parameter, std::string_view comment) {
  for (const auto& [name, hint] : kHints) {
    // Not every field that is called so takes a star.
    const bool fits = hint.find('*') == hint.npos || comment.find("*`") != comment.npos ||
                      comment.find("`*") != comment.npos || comment.find("stars") != comment.npos;
    if (name == parameter.name && fits) return std::string(hint);
  }
  return {};
}

OrderedJson ValueSchema(const Parameter& parameter) {
  if (!parameter.words.empty()) return {{"enum", parameter.words}};
  const bool number = parameter.kind == ParameterKind::kNumber;
  OrderedJson schema = {{"type", parameter.kind == ParameterKind::kInteger   ? "integer"
                                 : number                                    ? "number"
                                 : parameter.kind == ParameterKind::kBoolean ? "boolean"
                                                                             : "string"}};
  if (parameter.bounded()) {
    schema["minimum"] = parameter.least;
    schema["maximum"] = parameter.most;
  }
  return schema;
}

// A list's words bind only its items: saying them again for one value would double the schema, and
// what is wrong with one is told when it comes. Texts that are rarely asked for by the dozen are
// taken as a list too, but not advertised as one.
OrderedJson ParameterSchema(const ToolBinding& tool, const Parameter& parameter) {
  constexpr std::array<std::string_view, 4> kOftenSeveral = {"cve_id", "host_id", "indicator",
                                                             "value"};
  const bool several = parameter.list && (parameter.kind != ParameterKind::kText ||
                                          std::find(kOftenSeveral.begin(), kOftenSeveral.end(),
                                                    parameter.name) != kOftenSeveral.end());
  OrderedJson schema = ValueSchema(parameter);
  if (several) {
    const bool fields = parameter.kind == ParameterKind::kFields;
    schema = {{"type", fields ? OrderedJson("array") : OrderedJson({"string", "array"})},
              {"items", std::move(schema)}};
  }
  if (parameter.use == ParameterUse::kLimit) schema["default"] = ToolRequest().limit;
  std::string text = DescriptionOf(tool, parameter);
  if (!text.empty()) schema["description"] = std::move(text);
  return schema;
}

// Levels of named fields below a result's own: records, and objects in them.
constexpr int kLevels = 2;
OrderedJson Any() { return OrderedJson::object(); }

OrderedJson Type(const char* name) { return {{"type", name}}; }

OrderedJson ListOf(const OrderedJson& items) {
  OrderedJson schema = Type("array");
  if (items != Any() && items != Type("object")) schema["items"] = items;
  return schema;
}

bool IsBrief(const FieldDescriptor& field) {
  return field.options().GetExtension(options::v1::brief);
}

OrderedJson SchemaOf(const FieldDescriptor& field, int levels);

// Fields of the brief view; all others may come as well. `all`: where there is no brief view.
OrderedJson RecordSchema(const Descriptor& type, bool all, int levels) {
  OrderedJson properties = OrderedJson::object();
  for (int i = 0; i < type.field_count() && levels > 0; ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (all || IsBrief(field)) properties[field.name()] = SchemaOf(field, levels - 1);
  }
  if (properties.empty()) return Type("object");
  return {{"properties", std::move(properties)}};
}

OrderedJson ValueSchema(const FieldDescriptor& field, int levels) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return Type("boolean");
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      return Type("integer");
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      // Beyond 2^53 as text, since readers of JSON would round it.
      return {{"type", {"integer", "string"}}};
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Type("number");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
    default:
      return Any();
  }
  switch (client::KindOf(*field.message_type())) {
    case MessageKind::kListValue:
      return Type("array");
    case MessageKind::kStruct:
      return Type("object");
    case MessageKind::kOther:
      return RecordSchema(*field.message_type(), false, levels);
    default:
      return Any();
  }
}

OrderedJson SchemaOf(const FieldDescriptor& field, int levels) {
  if (field.is_map()) return Type("object");
  OrderedJson value = ValueSchema(field, levels);
  return field.is_repeated() ? ListOf(value) : value;
}

// A Get answers with all fields that are set, which the search's schema names best.
OrderedJson RecordsSchema(const FieldDescriptor& records) {
  if (!records.is_repeated()) return Type("object");
  if (records.message_type() == nullptr) return Type("array");
  const Descriptor& type = *records.message_type();
  bool brief = false;
  for (int i = 0; i < type.field_count(); ++i) brief |= IsBrief(*type.field(i));
  return ListOf(RecordSchema(type, !brief, kLevels));
}

OrderedJson BucketsSchema() {
  return ListOf({{"properties",
                  {{"label", Any()},
                   {"count", Type("integer")},
                   {"value", Type("number")},
                   {"sub_buckets", Type("array")}}}});
}

// What stands beside the records: see AnswerParts::rest.
void AddRest(const client::Method& method, OrderedJson& properties) {
  const client::Shape& shape = method.shape;
  const Descriptor& answer = *method.descriptor->output_type();
  for (int i = 0; i < answer.field_count(); ++i) {
    const FieldDescriptor* field = answer.field(i);
    const bool known = field == RecordsField(method) || field == shape.next_page_token ||
                       field == shape.total_size || field == shape.read_info;
    if (!known) properties[field->name()] = SchemaOf(*field, 0);
  }
}

}  // namespace

std::string PlainComment(const ToolBinding& tool, std::string_view comment) {
  const Descriptor& request = *tool.method->descriptor->input_type();
  std::string out;
  while (true) {
    const size_t open = comment.find('`');
    const size_t close = open == comment.npos ? open : comment.find('`', open + 1);
    out.append(comment.substr(0, close == comment.npos ? comment.npos : open));
    if (close == comment.npos) return out;
    const std::string name(comment.substr(open + 1, close - open - 1));
    const bool known = name.starts_with("filter.") || !client::FindParameter(request, name).empty();
    out.append(known ? ParameterNameOf(tool, name) : name);
    comment.remove_prefix(close + 1);
  }
}

std::string DescriptionOf(const ToolBinding& tool, const Parameter& parameter) {
  const bool spoken = parameter.kind == ParameterKind::kText ||
                      parameter.kind == ParameterKind::kInteger ||
                      parameter.kind == ParameterKind::kNumber;
  if (parameter.use != ParameterUse::kRequest || !spoken) return {};
  const FieldDescriptor& field = parameter.field();
  if (field.name() == "fql") return FilterText(tool);
  if (field.name() == "days") {
    // The interval that it is short for stands beside it.
    for (const Parameter& other : ParametersOf(tool)) {
      if (other.kind == ParameterKind::kInstant) return {};
    }
  }
  const std::string comment = client::CommentOf(field);
  if (std::string hint = HintFor(parameter, comment); !hint.empty()) return hint;
  std::string text = Sentences(comment);
  for (const auto& [longer, shorter] : kShorter) {
    for (size_t at = text.find(longer); at != text.npos; at = text.find(longer, at)) {
      text.replace(at, longer.size(), shorter);
      at += shorter.size();
    }
  }
  if (text.ends_with('.')) text.pop_back();
  return PlainComment(tool, text);
}

std::string InputSchemaOf(const ToolBinding& tool) {
  OrderedJson properties = OrderedJson::object();
  OrderedJson required = OrderedJson::array();
  for (const Parameter& parameter : ParametersOf(tool)) {
    properties[parameter.name] = ParameterSchema(tool, parameter);
    if (parameter.required) required.push_back(parameter.name);
  }
  OrderedJson schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return Text(schema);
}

std::string OutputSchemaOf(const ToolBinding& tool) {
  const client::Method& method = *tool.method;
  const FieldDescriptor* records = RecordsField(method);
  const bool aggregate = tool.spec->kind == ToolKind::kAggregate;
  OrderedJson properties = OrderedJson::object();
  if (records != nullptr) {
    properties[records->name()] = aggregate ? BucketsSchema() : RecordsSchema(*records);
  }
  if (aggregate) {
    properties["other_count"] = Type("integer");
  } else if (Pages(method)) {
    properties["total"] = {{"type", {"integer", "null"}}};
    properties["next_cursor"] = Any();
  } else {
    AddRest(method, properties);
  }
  properties["truncated"] = Type("boolean");
  OrderedJson schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (records != nullptr) schema["required"] = OrderedJson::array({records->name()});
  return Text(schema);
}

}  // namespace falcon::mcp
