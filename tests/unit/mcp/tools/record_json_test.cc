// Records as JSON: small, exact, cut where they must be.
#include "mcp/tools/record_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "messages.h"
#include "naming.h"
#include "tests/support/unescape.h"
#include "tests/unit/mcp/tools/test_records.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;

std::string JsonOf(const Message& record, const RecordLimits& limits = {}) {
  RecordCuts cuts;
  return Text(mcp::RecordJson(record, limits, cuts));
}

class RecordJson : public testing::Test {
 protected:
  MessagePtr Detection(const std::string& text) {
    return RecordFromText(*catalog_, "detections", text);
  }

  const client::Catalog* const catalog_ = client::RealCatalog();
};

TEST_F(RecordJson, SaysWhatIsSetInTheProtosOrder) {
  const auto record = Detection(R"(
      tags: "a" tags: "b" composite_id: "c:ind:a:1" severity: SEVERITY_HIGH severity_score: 0
      status: DETECTION_STATUS_IN_PROGRESS
      created_timestamp { seconds: 1780000000 nanos: 500000000 }
      device { hostname: "SRV-PROD-001" } mitre_attack { pattern_id: 9007199254740992 }
      mitre_attack { pattern_id: 9007199254740993 } mitre_attack { pattern_id: -9007199254740993 }
      incident { score: 1.5 })");
  EXPECT_EQ(JsonOf(*record),
            R"({"composite_id":"c:ind:a:1","severity":"high","severity_score":0,)"
            R"("status":"in_progress","created_timestamp":"2026-05-28T20:26:40.5Z",)"
            R"("device":{"hostname":"SRV-PROD-001"},)"
            R"("mitre_attack":[{"pattern_id":9007199254740992},)"
            R"({"pattern_id":"9007199254740993"},{"pattern_id":"-9007199254740993"}],)"
            R"("tags":["a","b"],"incident":{"score":1.5}})");
  EXPECT_EQ(JsonOf(*Detection("")), "{}");
}

TEST_F(RecordJson, EnumsThatSayNothingAreLeftOutAndNewOnesAreNumbers) {
  const auto& access = *client::MethodOf(*catalog_, "", "access").shape.records->message_type();
  EXPECT_EQ(JsonOf(*client::FromText(*catalog_, access, "area: \"hosts\" verdict: 0")),
            R"({"area":"hosts"})");
  EXPECT_EQ(JsonOf(*Detection("severity: 77")), R"({"severity":"77"})");
}

TEST_F(RecordJson, WellKnownTypesAreWhatTheyStandFor) {
  const auto record = Detection(R"(additional_fields {
      fields { key: "z" value { bool_value: true } }
      fields { key: "\n" value { string_value: "\t\"" } }
      fields { key: "a" value { list_value {
          values { number_value: 1.5 } values { null_value: NULL_VALUE } values {}
          values { number_value: nan } values { struct_value {} } } } } })");
  EXPECT_EQ(JsonOf(*record), R"({"additional_fields":{"\\u{000A}":"\\u{0009}\"",)"
                             R"("a":[1.5,null,null,"nan",{}],"z":true}})");
  const auto& status = *client::MethodOf(*catalog_, "", "status").descriptor->output_type();
  EXPECT_EQ(JsonOf(*client::FromText(*catalog_, status, R"(
      token { valid: true age { seconds: 3 nanos: 500000000 } }
      libraries { key: "grpc" value: "1" } libraries { key: "curl" value: "7" })")),
            R"({"token":{"valid":true,"age":"3.5s"},"libraries":{"curl":"7","grpc":"1"}})");
}

TEST_F(RecordJson, NestingHasABound) {
  const auto record = Detection("");
  Message* list = record->GetReflection()->MutableMessage(
      record.get(), record->GetDescriptor()->FindFieldByName("additional_fields"));
  const auto add = [](Message* to, const char* field) {
    const FieldDescriptor* which = to->GetDescriptor()->FindFieldByName(field);
    return which->is_repeated() ? to->GetReflection()->AddMessage(to, which)
                                : to->GetReflection()->MutableMessage(to, which);
  };
  list = add(add(add(list, "fields"), "value"), "list_value");
  for (int i = 0; i < 1000; ++i) list = add(add(list, "values"), "list_value");
  RecordCuts cuts;
  const std::string out = Text(mcp::RecordJson(*record, {}, cuts));
  EXPECT_TRUE(json::accept(out)) << out;
  EXPECT_LT(out.size(), 200u);
  EXPECT_EQ(cuts.paths, std::vector<std::string>{"additional_fields"});
}

TEST_F(RecordJson, WordsOfEnumsAreTheClientsWords) {
  for (const client::Noun& noun : catalog_->nouns()) {
    if (catalog_->Find(noun.name, "export") == nullptr) continue;
    const auto& type = client::RecordOf(*catalog_, noun.name);
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (field->enum_type() == nullptr || field->is_repeated()) continue;
      for (int j = 0; j < field->enum_type()->value_count(); ++j) {
        const auto* value = field->enum_type()->value(j);
        if (value->number() == 0) continue;
        const auto record = catalog_->NewMessage(type);
        record->GetReflection()->SetEnumValue(record.get(), field, value->number());
        EXPECT_EQ(json::parse(JsonOf(*record))[field->name()], client::EnumWord(*value));
      }
    }
  }
}

TEST_F(RecordJson, LongTextsAndListsAreCutAndTold) {
  std::string text = "cmdline: \"" + std::string(18344, 'a') + "\" filename: \"x\"";
  for (int i = 0; i < 5; ++i) text += " files_written { filename: \"日本語日本語日本\" }";
  const auto record = Detection(text);
  RecordCuts cuts;
  const std::string out = Text(mcp::RecordJson(*record, {.text_bytes = 20, .list_items = 3}, cuts));
  EXPECT_EQ(out, R"({"filename":"x","cmdline":"aaaaaaaaaaaaaaaaa…",)"
                 R"("files_written":[{"filename":"日本語日本…"},)"
                 R"({"filename":"日本語日本…"},)"
                 R"({"filename":"日本語日本…"}]})");
  EXPECT_EQ(cuts.paths,
            (std::vector<std::string>{"cmdline", "files_written", "files_written.filename"}));
  const json whole = json::parse(JsonOf(*record));
  const std::string cmdline = whole["cmdline"];
  EXPECT_EQ(cmdline.size(), 4096u - 48 + sizeof("… (cut: 18,344 bytes in all)") - 1);
  EXPECT_TRUE(cmdline.ends_with("a… (cut: 18,344 bytes in all)"));
  EXPECT_TRUE(Tells(cmdline, std::string(18344, 'a')));
}

TEST_F(RecordJson, KeysThatBeginAlikeStayApart) {
  const std::string longest(300, 'k');
  const auto record = Detection("additional_fields { fields { key: \"" + longest +
                                "1\" value {} } fields { key: \"" + longest + "2\" value {} } }");
  const json shown = json::parse(JsonOf(*record, {.text_bytes = 100}));
  EXPECT_EQ(shown["additional_fields"].size(), 2u) << shown;
}

TEST_F(RecordJson, RecordsShrinkStepByStepAndKeepTheirId) {
  const std::string id = "a31119245c779396ec12da6999ee5093:ind:" + std::string(200, '7');
  std::string text = "composite_id: \"" + id + "\" display_name: \"Name\"";
  for (const char* field : {"cmdline", "filename", "description", "user_name", "product"}) {
    text += std::string(" ") + field + ": \"" + std::string(6000, 'x') + "\"";
  }
  for (int i = 0; i < 400; ++i) text += " files_written { filename: \"a.txt\" }";
  const auto record = Detection(text);
  size_t last = 0;
  for (const size_t bytes : {1024, 2048, 4096, 8192, 16384, 65536}) {
    RecordCuts cuts;
    const std::string out = Text(RecordWithin(*record, bytes, cuts));
    EXPECT_LE(out.size(), bytes);
    EXPECT_GE(out.size(), last);
    last = out.size();
    const json shown = json::parse(out);
    EXPECT_EQ(shown["composite_id"], id);
    EXPECT_EQ(shown["display_name"], "Name");
    EXPECT_TRUE(cuts.any());
    EXPECT_LE(cuts.paths.size(), 10u);
    RecordCuts again;
    EXPECT_EQ(Text(RecordWithin(*record, bytes, again)), out);
    EXPECT_EQ(again.paths, cuts.paths);
  }
}

TEST_F(RecordJson, AtLastTheLargestFieldsGo) {
  std::string text = "composite_id: \"id\" filename: \"small.exe\"";
  for (int i = 0; i < 3; ++i) {
    text += " network_accesses { protocol: \"" + std::string(90, 'p') + "\" remote_address: \"" +
            std::string(90, 'r') + "\" local_address: \"" + std::string(90, 'l') + "\" }";
  }
  for (int i = 0; i < 3; ++i) text += " tags: \"" + std::string(90, 't') + "\"";
  RecordCuts cuts;
  const json shown = json::parse(Text(RecordWithin(*Detection(text), 1024, cuts)));
  EXPECT_EQ(cuts.paths, std::vector<std::string>{"network_accesses"});
  EXPECT_FALSE(shown.contains("network_accesses"));
  EXPECT_EQ(shown["tags"].size(), 3u);
  EXPECT_EQ(shown["filename"], "small.exe");
}

TEST_F(RecordJson, BriefRecordsAreSmall) {
  size_t bytes = 0;
  const auto hosts = BriefHosts(*catalog_);
  for (const auto& record : hosts) bytes += JsonOf(*record).size();
  EXPECT_LE(bytes / hosts.size(), 240u);
  const auto detections = BriefDetections(*catalog_);
  bytes = 0;
  for (const auto& record : detections) bytes += JsonOf(*record).size();
  EXPECT_LE(bytes / detections.size(), 400u);
}

// That ours says what proto JSON says, in our words.
void ExpectSame(const json& ours, const json& protos, const std::string& path) {
  if (protos.is_object()) {
    for (const auto& [key, value] : protos.items()) {
      if (value.is_string() && value.get<std::string>().ends_with("_UNSPECIFIED")) continue;
      ASSERT_TRUE(ours.contains(key)) << path << ' ' << key;
      ExpectSame(ours[key], value, StrCat(path, ".", key));
    }
  } else if (protos.is_array()) {
    ASSERT_EQ(ours.size(), protos.size()) << path;
    for (size_t i = 0; i < ours.size(); ++i) ExpectSame(ours[i], protos[i], path + "[]");
  } else if (ours.is_string() && protos.is_number_integer()) {
    // Of an enum that does not know it.
    EXPECT_EQ(ours.get<std::string>(), protos.dump()) << path;
  } else if (ours.is_number_integer() && protos.is_string()) {
    EXPECT_EQ(ours.dump(), protos.get<std::string>()) << path;
  } else if (ours.is_string() && protos.is_string()) {
    const std::string shown = ReadBack(ours.get<std::string>());
    const std::string whole = protos;
    EXPECT_TRUE(shown == whole || whole.ends_with("_" + client::Upper(shown))) << path << shown;
  } else {
    EXPECT_EQ(ours, protos) << path;
  }
}

TEST_F(RecordJson, RealRecordsSayAllThatProtoJsonSays) {
  for (const auto& [noun, stem] :
       std::vector<std::pair<std::string, std::string>>{{"detections", "detection"},
                                                        {"hosts", "host"},
                                                        {"incidents", "incident"},
                                                        {"iocs", "ioc"},
                                                        {"vulnerabilities", "vulnerability"},
                                                        {"rtr-sessions", "rtr_session"},
                                                        {"discovered-hosts", "discovered_host"}}) {
    for (const char* kind : {"_full.json", "_ugly.json"}) {
      const auto record = RecordFromFile(*catalog_, noun, stem + kind);
      const std::string out = JsonOf(*record, {.text_bytes = 1 << 20, .list_items = 1 << 20});
      EXPECT_TRUE(IsHarmless(out));
      ExpectSame(json::parse(out),
                 json::parse(client::JsonText(*record, client::JsonForm::kOneLine)), stem + kind);
    }
  }
}

}  // namespace
}  // namespace falcon::mcp
