// The JSON Schema of results, as short as it can be said: it travels with every list of tools.
#include <string>
#include <string_view>

#include "falcon/v1/options.pb.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/answer_parts.h"
#include "mcp/tools/run_tool.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Cat;
using client::MessageKind;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Deeper objects are left open.
constexpr int kMostLevels = 3;

constexpr std::string_view kString = R"({"type":"string"})";
constexpr std::string_view kInteger = R"({"type":"integer"})";
constexpr std::string_view kBoolean = R"({"type":"boolean"})";
constexpr std::string_view kObject = R"({"type":"object"})";

// Members of an object schema's `properties`, or names of a list.
class Members {
 public:
  void Add(std::string_view name, std::string_view schema) {
    Name(name);
    text_.push_back(':');
    text_.append(schema);
  }
  void Name(std::string_view name) {
    if (!text_.empty()) text_.push_back(',');
    AppendString(text_, name);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string ObjectOf(const Members& properties) {
  return properties.text().empty()
             ? std::string(kObject)
             : Cat(R"({"type":"object","properties":{)", properties.text(), "}}");
}

std::string SchemaOf(const FieldDescriptor& field, int levels);

bool HasBrief(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->options().GetExtension(v1::brief)) return true;
  }
  return false;
}

// Fields of the brief view, or all where there is none. Further fields may come: a model may ask
// for them.
std::string RecordSchema(const Descriptor& type, int levels) {
  Members properties;
  const bool brief = HasBrief(type);
  for (int i = 0; i < type.field_count() && levels > 0; ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (brief && !field.options().GetExtension(v1::brief)) continue;
    properties.Add(field.name(), SchemaOf(field, levels - 1));
  }
  return ObjectOf(properties);
}

std::string MessageSchema(const Descriptor& type, int levels) {
  switch (client::KindOf(type)) {
    case MessageKind::kTimestamp:
    case MessageKind::kDuration:
    case MessageKind::kFieldMask:
      return std::string(kString);
    case MessageKind::kStruct:
      return std::string(kObject);
    case MessageKind::kListValue:
      return R"({"type":"array"})";
    case MessageKind::kValue:
      return "{}";
    case MessageKind::kOther:
      break;
  }
  return RecordSchema(type, levels);
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
    // Beyond 2^53 as text, since JSON's readers would round it.
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return R"({"type":["integer","string"]})";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return R"({"type":"number"})";
    default:
      return std::string(kString);
  }
}

std::string ListOf(std::string_view items) {
  return Cat(R"({"type":"array","items":)", items, "}");
}

std::string SchemaOf(const FieldDescriptor& field, int levels) {
  if (field.is_map()) return std::string(kObject);
  const std::string value = ValueSchema(field, levels);
  return field.is_repeated() ? ListOf(value) : value;
}

// The envelope: what is always there, and what may be.
class Envelope {
 public:
  void Always(std::string_view name, std::string_view schema) {
    properties_.Add(name, schema);
    required_.Name(name);
  }
  void Sometimes(std::string_view name, std::string_view schema) { properties_.Add(name, schema); }

  std::string Take() const {
    return Cat(R"({"type":"object","properties":{)", properties_.text(), R"(},"required":[)",
               required_.text(), "]}");
  }

 private:
  Members properties_;
  Members required_;
};

std::string BucketSchema() {
  Members bucket;
  bucket.Add("label", kString);
  bucket.Add("count", kInteger);
  bucket.Add("value", R"({"type":"number"})");
  bucket.Add("sub_buckets", R"({"type":"array"})");
  return ObjectOf(bucket);
}

// What stands beside the records: see AnswerParts::rest.
void AddRest(const client::Method& method, Envelope& envelope) {
  const client::Shape& shape = method.shape;
  const Descriptor& answer = *method.descriptor->output_type();
  for (int i = 0; i < answer.field_count(); ++i) {
    const FieldDescriptor* field = answer.field(i);
    if (field == RecordsField(method) || field == shape.next_page_token ||
        field == shape.total_size || field == shape.read_info) {
      continue;
    }
    envelope.Sometimes(field->name(), SchemaOf(*field, kMostLevels));
  }
}

}  // namespace

std::string OutputSchemaOf(const BoundTool& tool) {
  const client::Method& method = *tool.method;
  const FieldDescriptor* records = RecordsField(method);
  Envelope envelope;
  if (tool.facts->kind == ToolKind::kAggregate) {
    envelope.Always(records->name(), ListOf(BucketSchema()));
    envelope.Always("other_count", kInteger);
  } else {
    if (records != nullptr) envelope.Always(records->name(), SchemaOf(*records, kMostLevels));
    if (records != nullptr && records->is_repeated()) envelope.Always("returned", kInteger);
    if (!Pages(method)) AddRest(method, envelope);
  }
  if (Pages(method)) {
    envelope.Always("total", R"({"type":["integer","null"]})");
    envelope.Always("next_cursor", R"({"type":["string","null"]})");
  }
  envelope.Always("truncated", kBoolean);
  envelope.Sometimes("partial", kBoolean);
  envelope.Sometimes("note", kString);
  return envelope.Take();
}

}  // namespace falcon::mcp
