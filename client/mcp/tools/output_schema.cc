// The JSON Schema of results, as short as it can be said: it travels with every list of tools, and
// a list of twenty tools must not fill a model's context. Text has the empty schema.
#include <string>
#include <string_view>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "mcp/tools/answer_parts.h"
#include "mcp/tools/json_object.h"
#include "mcp/tools/run_tool.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::MessageKind;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Levels of named fields below a result's own: records, and objects in them.
constexpr int kLevels = 2;

constexpr std::string_view kAny = "{}";
constexpr std::string_view kInteger = R"({"type":"integer"})";
constexpr std::string_view kBoolean = R"({"type":"boolean"})";
constexpr std::string_view kObject = R"({"type":"object"})";
constexpr std::string_view kArray = R"({"type":"array"})";
// Beyond 2^53 as text, since readers of JSON would round it.
constexpr std::string_view kLongInteger = R"({"type":["integer","string"]})";

std::string ListOf(const std::string& items) {
  const bool plain = items == kAny || items == kObject;
  return plain ? std::string(kArray) : StrCat(R"({"type":"array","items":)", items, "}");
}

bool IsBrief(const FieldDescriptor& field) {
  return field.options().GetExtension(options::v1::brief);
}

bool HasBrief(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsBrief(*type.field(i))) return true;
  }
  return false;
}

std::string SchemaOf(const FieldDescriptor& field, int levels);

// Fields of the brief view; all others may come as well. `all`: where there is no brief view.
std::string RecordSchema(const Descriptor& type, bool all, int levels) {
  JsonObject properties;
  bool any = false;
  for (int i = 0; i < type.field_count() && levels > 0; ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!all && !IsBrief(field)) continue;
    properties.Add(field.name(), SchemaOf(field, levels - 1));
    any = true;
  }
  return any ? StrCat(R"({"properties":)", properties.Take(), "}") : std::string(kObject);
}

std::string MessageSchema(const Descriptor& type, int levels) {
  switch (client::KindOf(type)) {
    case MessageKind::kTimestamp:
    case MessageKind::kDuration:
    case MessageKind::kFieldMask:
    case MessageKind::kValue:
      return std::string(kAny);
    case MessageKind::kListValue:
      return std::string(kArray);
    case MessageKind::kStruct:
      return std::string(kObject);
    case MessageKind::kOther:
      break;
  }
  return RecordSchema(type, false, levels);
}

std::string ValueSchema(const FieldDescriptor& field, int levels) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageSchema(*field.message_type(), levels);
    case FieldDescriptor::CPPTYPE_BOOL:
      return std::string(kBoolean);
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::string(kInteger);
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::string(kLongInteger);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return R"({"type":"number"})";
    default:
      return std::string(kAny);
  }
}

std::string SchemaOf(const FieldDescriptor& field, int levels) {
  if (field.is_map()) return std::string(kObject);
  const std::string value = ValueSchema(field, levels);
  return field.is_repeated() ? ListOf(value) : value;
}

// A Get answers with all fields that are set, which the search's schema names best.
std::string RecordsSchema(const FieldDescriptor& records) {
  if (!records.is_repeated()) return std::string(kObject);
  if (records.message_type() == nullptr) return std::string(kArray);
  const Descriptor& type = *records.message_type();
  return ListOf(RecordSchema(type, !HasBrief(type), kLevels));
}

std::string BucketsSchema() {
  JsonObject bucket;
  bucket.Add("label", kAny);
  bucket.Add("count", kInteger);
  bucket.Add("value", R"({"type":"number"})");
  bucket.Add("sub_buckets", kArray);
  return StrCat(R"({"type":"array","items":{"properties":)", bucket.Take(), "}}");
}

// What stands beside the records: see AnswerParts::rest.
void AddRest(const client::Method& method, JsonObject& properties) {
  const client::Shape& shape = method.shape;
  const Descriptor& answer = *method.descriptor->output_type();
  for (int i = 0; i < answer.field_count(); ++i) {
    const FieldDescriptor* field = answer.field(i);
    if (field == RecordsField(method) || field == shape.next_page_token ||
        field == shape.total_size || field == shape.read_info) {
      continue;
    }
    properties.Add(field->name(), SchemaOf(*field, 0));
  }
}

}  // namespace

std::string OutputSchemaOf(const BoundTool& tool) {
  const client::Method& method = *tool.method;
  const FieldDescriptor* records = RecordsField(method);
  const bool aggregate = tool.facts->kind == ToolKind::kAggregate;
  JsonObject properties;
  if (records != nullptr) {
    properties.Add(records->name(), aggregate ? BucketsSchema() : RecordsSchema(*records));
  }
  if (aggregate) {
    properties.Add("other_count", kInteger);
  } else if (Pages(method)) {
    properties.Add("total", R"({"type":["integer","null"]})");
    properties.Add("next_cursor", kAny);
  } else {
    AddRest(method, properties);
  }
  properties.Add("truncated", kBoolean);
  std::string out = StrCat(R"({"type":"object","properties":)", properties.Take());
  if (records != nullptr) out += StrCat(R"(,"required":[")", records->name(), "\"]");
  return out + "}";
}

}  // namespace falcon::mcp
