// What tools answer conforms to what they promise, and the promise is short.
#include <gmock/gmock.h>

#include "tests/unit/mcp/tools/tool_bench.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsOfType(const Json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return type == "null" && value.is_null();
}

// The keywords that the bridge's schemas use. Empty: it conforms.
std::string Violation(const Json& schema, const Json& value, const std::string& place) {
  for (const auto& [keyword, rule] : schema.items()) {
    if (keyword == "type") {
      const Json types = rule.is_array() ? rule : Json::array({rule});
      if (std::none_of(types.begin(), types.end(),
                       [&](const Json& type) { return IsOfType(value, type); })) {
        return StrCat(place, " is ", value.dump(), ", not ", rule.dump());
      }
    } else if (keyword == "required") {
      for (const Json& name : rule) {
        if (!value.contains(name.get<std::string>())) {
          return StrCat(place, " lacks ", name.dump());
        }
      }
    } else if (keyword == "properties") {
      for (const auto& [name, inner] : rule.items()) {
        if (!value.contains(name)) continue;
        const std::string wrong = Violation(inner, value[name], StrCat(place, ".", name));
        if (!wrong.empty()) return wrong;
      }
    } else if (keyword == "items") {
      for (const Json& item : value) {
        const std::string wrong = Violation(rule, item, StrCat(place, "[]"));
        if (!wrong.empty()) return wrong;
      }
    } else {
      return StrCat(place, ": the test does not know ", keyword);
    }
  }
  return {};
}

// Every field set, lists to two values, `levels` deep; numbers to what is hardest to write.
void Fill(Message& message, int levels);

void FillField(Message& message, const FieldDescriptor& field, int levels) {
  const auto& reflection = *message.GetReflection();
  const bool list = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (levels == 0 || field.is_map()) return;
      Fill(list ? *reflection.AddMessage(&message, &field)
                : *reflection.MutableMessage(&message, &field),
           levels - 1);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      list ? reflection.AddString(&message, &field, "text\u202e\"")
           : reflection.SetString(&message, &field, "text\u202e\"");
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      if (!list) reflection.SetBool(&message, &field, true);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      if (!list) reflection.SetInt32(&message, &field, -5);
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      if (!list) reflection.SetInt64(&message, &field, int64_t{1} << 60);
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (!list) reflection.SetDouble(&message, &field, 0.5);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      if (!list) reflection.SetEnumValue(&message, &field, 1);
      break;
    default:
      break;
  }
}

void Fill(Message& message, int levels) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.file()->package() == "google.protobuf" && type.field(i)->is_repeated()) continue;
    FillField(message, *type.field(i), levels);
    if (type.field(i)->is_repeated()) FillField(message, *type.field(i), levels);
  }
}

// What each tool must at least be asked with.
std::string ArgumentsOf(const std::string& tool) {
  if (tool == "get_detection") return R"({"composite_id":"c:ind:a:1"})";
  if (tool == "get_host") return R"({"hostname":"A"})";
  if (tool == "get_ioc_devices") return R"({"type":"domain","value":"evil.example"})";
  if (tool == "aggregate_detections") return R"({"field":"status"})";
  if (tool == "lookup_reputation") return R"({"value":"evil.example"})";
  if (tool == "summarize_records") return R"({"noun":"hosts"})";
  return tool.starts_with("get_") ? R"({"id":"1"})" : "{}";
}

class OutputSchema : public testing::Test {
 protected:
  // Answers every method alike.
  void Serve(const client::ScriptedGateway::Reply& reply) {
    for (const client::Noun& noun : bench_.catalog->nouns()) {
      for (const client::Method& method : noun.methods) {
        bench_.gateway.On(method.descriptor->name(), reply);
      }
    }
  }

  void CheckAll() {
    const auto tools = MakeTools(bench_.bridge, {});
    ASSERT_TRUE(tools.ok());
    for (const Tool& tool : *tools) {
      const ToolResult result = tool.call(Json::parse(ArgumentsOf(tool.name)), {});
      EXPECT_FALSE(result.is_error) << tool.name << ": " << result.content.at(0).text;
      const Json json = Json::parse(result.structured, nullptr, false);
      EXPECT_EQ(Violation(Json::parse(tool.output_schema), json, tool.name), "") << json.dump(1);
      EXPECT_LE(result.structured.size(), bench_.bridge.result_bytes) << tool.name;
      EXPECT_LE(TextBytes(result), bench_.bridge.result_bytes) << tool.name;
    }
  }

  ToolBench bench_;
};

TEST_F(OutputSchema, HoldsForAnswersWithEveryFieldSet) {
  Serve([](const Message&, Message& response) {
    Fill(response, 3);
    return std::optional<client::Failure>();
  });
  CheckAll();
}

TEST_F(OutputSchema, HoldsForEmptyAnswers) {
  Serve([](const Message&, Message&) { return std::optional<client::Failure>(); });
  CheckAll();
}

TEST_F(OutputSchema, HoldsInTheSmallestBudget) {
  bench_.bridge.result_bytes = kLeastResultBytes;
  Serve([](const Message&, Message& response) {
    Fill(response, 3);
    return std::optional<client::Failure>();
  });
  CheckAll();
}

TEST_F(OutputSchema, IsShort) {
  size_t bytes = 0;
  const auto tools = MakeTools(bench_.bridge, {});
  ASSERT_TRUE(tools.ok());
  for (const Tool& tool : *tools) {
    EXPECT_EQ(Json::parse(tool.output_schema)["type"], "object") << tool.name;
    bytes += tool.output_schema.size();
  }
  EXPECT_LE(bytes, 7'000U);
}

}  // namespace
}  // namespace falcon::mcp
