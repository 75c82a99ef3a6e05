// Decoding of messages, whole or by a field selection.
#include "json/decoder.h"

#include <gmock/gmock.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "base/error.h"
#include "decoding.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "google/protobuf/util/json_util.h"
#include "json/decoder_tables.h"
#include "json/field_selection.h"
#include "kinds.pb.h"
#include "tests/support/status_matchers.h"

namespace falcon::json {
namespace {

using ::falcon::testing::FailsWith;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using kinds::Kinds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

DecodeOptions WithAdditionalFields() {
  DecodeOptions options;
  options.additional_fields = true;
  return options;
}

TEST(Decoder, ReadsMapsOfTextNumbersAndMessages) {
  const auto [kinds, report] = DecodeRecord<Kinds>(
      R"({"words": {"a": "x", "b": null, "a": "y"}, "counts": {"n": "7", "m": 8, "bad": "x"},
          "parts": {"p": {"shown": "s", "new": 1}, "q": "no object"}})",
      WithAdditionalFields());
  EXPECT_EQ(kinds.words_size(), 1);
  EXPECT_EQ(kinds.words().at("a"), "y");
  EXPECT_EQ(kinds.counts().at("n"), 7);
  EXPECT_EQ(kinds.counts().at("m"), 8);
  EXPECT_EQ(kinds.counts().count("bad"), 0u);
  EXPECT_EQ(kinds.parts().count("q"), 0u);
  EXPECT_EQ(kinds.parts().at("p").shown(), "s");
  EXPECT_EQ(report.skipped_values, 2);
  EXPECT_EQ(Text(kinds.additional_fields()),
            Text(StructOf(R"({"parts.p.new": 1, "parts.q": "no object", "counts.bad": "x"})")));
}

TEST(Decoder, LeavesAMapUnsetForOtherValues) {
  const auto [kinds, report] =
      DecodeRecord<Kinds>(R"({"words": "", "counts": [1], "parts": null})");
  EXPECT_EQ(kinds.words_size() + kinds.counts_size() + kinds.parts_size(), 0);
  EXPECT_EQ(report.skipped_values, 1);
}

TEST(Decoder, KeepsMisfitsAndUnmodelledKeysByPath) {
  constexpr std::string_view kRecord =
      R"({"mood": "furious", "new.key": [1], "part": {"new_key": {"deep": [1, 2]}},
          "many": [{}, {"instant": "yesterday", "new_key": true}], "big": 9007199254740993})";
  EXPECT_EQ(Text(DecodeRecord<Kinds>(kRecord, WithAdditionalFields()).message.additional_fields()),
            Text(StructOf(R"({"mood": "furious", "new.key": [1], "part.new_key": {"deep": [1, 2]},
                              "many[1].instant": "yesterday", "many[1].new_key": true,
                              "big": "9007199254740993"})")));
  EXPECT_EQ(Text(DecodeRecord<Kinds>(kRecord).message.additional_fields()),
            Text(StructOf(R"({"mood": "furious", "many[1].instant": "yesterday"})")));
}

TEST(Decoder, KeepsMisfitsUnderAnySelectionThatReadsThem) {
  constexpr std::string_view kRecord =
      R"({"text": {}, "mood": "furious", "part": {"shown": [], "hidden": {}}})";
  DecodeOptions options;
  options.selection = FieldSelection::Brief(Kinds::descriptor());
  const Decoded<Kinds> brief = DecodeRecord<Kinds>(kRecord, options);
  EXPECT_EQ(Text(brief.message.additional_fields()),
            Text(StructOf(R"({"text": {}, "part.shown": []})")));
  EXPECT_EQ(brief.report.skipped_values, 2);

  options.hidden = {Kinds::descriptor()->FindFieldByName("text")};
  const Decoded<Kinds> hidden = DecodeRecord<Kinds>(kRecord, options);
  EXPECT_EQ(Text(hidden.message.additional_fields()), Text(StructOf(R"({"part.shown": []})")));
  EXPECT_EQ(hidden.report.skipped_values, 1);
}

TEST(Decoder, ManyMisfitsUnderALongKeyStaySmall) {
  const std::string key(100'000, 'k');
  std::string list = "0";
  for (int i = 0; i < 100; ++i) list += R"(,"x")";
  const Kinds record =
      DecodeRecord<Kinds>(StrCat(R"({"trees":{")", key, R"(":{"int64s":[)", list, "]}}}")).message;
  EXPECT_EQ(record.additional_fields().fields_size(), 100);
  EXPECT_LT(record.ByteSizeLong(), key.size() + 50'000);
}

TEST(Decoder, AddsAdditionalFieldsOnlyOnRequestAndIfAny) {
  EXPECT_FALSE(DecodeRecord<Kinds>(R"({"unknown":1})").message.has_additional_fields());
  const Kinds none = DecodeRecord<Kinds>(R"({"text":"a"})", WithAdditionalFields()).message;
  EXPECT_FALSE(none.has_additional_fields());
}

TEST(Decoder, TakesAKeyNamedAdditionalFieldsAsAnUnmodelledOne) {
  const Kinds record =
      DecodeRecord<Kinds>(R"({"additional_fields":5})", WithAdditionalFields()).message;
  EXPECT_EQ(record.additional_fields().fields().at("additional_fields").number_value(), 5);
}

TEST(Decoder, ReplacesUnmodelledKeysOfADuplicate) {
  const Kinds record = DecodeRecord<Kinds>(R"({"kinds":{"x":1},"kinds":{"y":2},"z":{"a":1},"z":3})",
                                           WithAdditionalFields())
                           .message;
  const auto& fields = record.additional_fields().fields();
  EXPECT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields.at("kinds.y").number_value(), 2);
  EXPECT_EQ(fields.at("z").number_value(), 3);
}

TEST(Decoder, MakesAdditionalFieldsThatEveryProtobufParserTakes) {
  std::string deep = "1";
  for (int i = 0; i < 58; ++i)
    deep = i % 2 == 0 ? StrCat("[", deep, "]") : StrCat("{\"a\":", deep, "}");
  v1::GetDetectionResponse response;
  *response.mutable_detection() =
      DecodeRecord<v1::Detection>(StrCat(R"({"unknown":)", deep, "}"), WithAdditionalFields())
          .message;
  v1::GetDetectionResponse copy;
  EXPECT_TRUE(copy.ParseFromString(response.SerializeAsString()));
  EXPECT_NE(Text(copy).find(R"(\"a\":[{)"), std::string::npos);
}

TEST(Decoder, AppendsAllResourcesAndSkipsThoseThatAreNoObjects) {
  const Decoder decoder(v1::HostOnlineState::descriptor());
  const Document document = Parsed(
      R"({"resources":[{"id":"a","state":"online"},"b",null,{"id":"c","state":"asleep"},[{}]]})");
  v1::BatchGetOnlineStateResponse response;
  response.add_states()->set_id("before");
  const DecodeReport report = decoder.DecodeAll(document, {}, response.mutable_states());
  ASSERT_EQ(response.states_size(), 3);
  EXPECT_EQ(response.states(0).id(), "before");
  EXPECT_EQ(response.states(1).state(), v1::ONLINE_STATE_ONLINE);
  EXPECT_EQ(response.states(2).state(), v1::ONLINE_STATE_UNSPECIFIED);
  EXPECT_EQ(report.skipped_records, 3);
  const DecodeReport::Field& records = report.fields.at("HostOnlineState");
  EXPECT_EQ(records.count, 3);
  EXPECT_EQ(records.example, R"("b")");
  EXPECT_EQ(response.states(2).additional_fields().fields().at("state").string_value(), "asleep");
}

TEST(Decoder, FillsOnlySelectedFields) {
  const auto fields = R"({"text":"a","part":{"shown":"b","hidden":"c","x":1},"int32":"bad",
                          "plain":{"a":"d","b":"e"},"many":[{"text":"f","int32":1}],"y":2})";
  DecodeOptions options;
  options.selection = FieldSelection::Brief(Kinds::descriptor());
  const Decoded<Kinds> brief = DecodeRecord<Kinds>(fields, options);
  EXPECT_EQ(Text(brief.message), R"(text: "a" part { shown: "b" } plain { a: "d" b: "e" })");
  EXPECT_EQ(brief.report.skipped_values, 0) << "what is not wanted is not looked at";

  google::protobuf::FieldMask mask;
  mask.add_paths("many.int32");
  mask.add_paths("part");
  options.selection = *FieldSelection::FromMask(mask, Kinds::descriptor());
  EXPECT_EQ(Text(DecodeRecord<Kinds>(fields, options).message),
            R"(many { int32: 1 } part { shown: "b" hidden: "c" })");
}

TEST(DecodeReport, NamesFieldsWithAnEscapedExample) {
  const DecodeReport report =
      DecodeRecord<Kinds>(R"({"many":[{"int32":"a\u202e"},{"int32":"b"}],"moods":[[],"x"]})")
          .report;
  EXPECT_EQ(CountsOf(report), (std::map<std::string, int64_t>{{"many.int32", 2}, {"moods", 2}}));
  EXPECT_EQ(report.fields.at("many.int32").example, R"("a\u{202E}")");
  EXPECT_EQ(report.fields.at("moods").example, "[]");
}

TEST(DecodeReport, CountsBeyondTheFieldsThatItNames) {
  std::string items;
  for (int i = 0; i < 150; ++i) items += StrCat(i == 0 ? "" : ",", R"("k)", i, R"(":"x")");
  DecodeReport sum = DecodeRecord<Kinds>(StrCat(R"({"counts":{)", items, "}}")).report;
  EXPECT_EQ(sum.fields.size(), DecodeReport::kMaxFields);
  EXPECT_EQ(sum.skipped_values, 150);
  sum.Add(DecodeRecord<Kinds>(R"({"int32":"x"})").report);
  EXPECT_EQ(sum.fields.size(), DecodeReport::kMaxFields);
  EXPECT_EQ(sum.skipped_values, 151);
}

TEST(DecodeReport, AddsUp) {
  DecodeReport one;
  one.AddValue("a.b")->example = "1";
  one.AddRecord("Host", 2);
  EXPECT_EQ(one.AddValue("a.b"), nullptr) << "it has its example";
  DecodeReport sum;
  sum.Add(one);
  sum.Add(one);
  EXPECT_EQ(sum.skipped_values, 4);
  EXPECT_EQ(sum.skipped_records, 4);
  EXPECT_EQ(CountsOf(sum), (std::map<std::string, int64_t>{{"a.b", 4}, {"Host", 4}}));
  EXPECT_EQ(sum.fields.at("a.b").example, "1");
}

TEST(KeyIndex, FindsKeysOfEveryLengthAndNothingElse) {
  std::vector<std::string> keys;
  for (size_t size = 1; size <= 40; ++size) {
    keys.push_back(std::string(size, 'a'));
    if (size > 1) keys.push_back(std::string(size - 1, 'a') + "b");
  }
  const KeyIndex index(keys);
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(index.Find(keys[i]), static_cast<int>(i));
  EXPECT_EQ(index.Find(std::string(41, 'a')), -1);
  for (const std::string& key : keys) EXPECT_EQ(index.Find(key + "c"), -1) << key;
}

TEST(KeyIndex, FindsNoEmptyKey) {
  const KeyIndex index({"a", "", "b", ""});
  EXPECT_EQ(index.Find(""), -1);
  EXPECT_EQ(index.Find("b"), 2);
}

TEST(KeyIndex, TellsLongKeysApartByTheirMiddle) {
  for (size_t size = 17; size <= 40; ++size) {
    const std::string key(size, 'a');
    const KeyIndex index({key});
    for (size_t at = 0; at < size; ++at) {
      std::string other = key;
      other[at] = 'b';
      EXPECT_EQ(index.Find(other), -1) << other;
    }
  }
}

TEST(KeyIndex, MayBeEmpty) {
  EXPECT_EQ(KeyIndex().Find(""), -1);
  EXPECT_EQ(KeyIndex().Find("a"), -1);
}

const google::protobuf::Descriptor* const kDetection = v1::Detection::descriptor();
const google::protobuf::Descriptor* const kKinds = kinds::Kinds::descriptor();

google::protobuf::FieldMask Mask(std::initializer_list<std::string> paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

TEST(FieldSelection, IsEverythingByDefaultAndByAnEmptyMask) {
  for (const FieldSelection& selection :
       {FieldSelection(), *FieldSelection::FromMask(Mask({}), kDetection)}) {
    EXPECT_TRUE(selection.everything());
    EXPECT_TRUE(selection.Has(kDetection->FindFieldByName("cmdline")));
    EXPECT_THAT(selection.TopLevelJsonKeys(kDetection), IsEmpty());
  }
}

TEST(FieldSelection, FollowsPathsIntoMessages) {
  const auto* device = kDetection->FindFieldByName("device");
  const FieldSelection selection =
      *FieldSelection::FromMask(Mask({"device.hostname", "network_accesses.is_ipv6"}), kDetection);
  EXPECT_FALSE(selection.everything());
  EXPECT_TRUE(selection.Has(device));
  EXPECT_FALSE(selection.Has(kDetection->FindFieldByName("cmdline")));
  const FieldSelection below = selection.Below(device);
  EXPECT_TRUE(below.Has(device->message_type()->FindFieldByName("hostname")));
  EXPECT_FALSE(below.Has(device->message_type()->FindFieldByName("local_ip")));
  EXPECT_THAT(selection.TopLevelJsonKeys(kDetection), ElementsAre("device", "network_accesses"));
}

TEST(FieldSelection, TakesAllOfAMessageThatIsNamedItself) {
  const auto* device = kDetection->FindFieldByName("device");
  for (const auto& mask :
       {Mask({"device", "device.hostname"}), Mask({"device.hostname", "device"})}) {
    EXPECT_TRUE(FieldSelection::FromMask(mask, kDetection)->Below(device).everything());
  }
}

TEST(FieldSelection, UsesFalconsJsonKeys) {
  const FieldSelection selection =
      *FieldSelection::FromMask(Mask({"renamed", "text", "additional_fields"}), kKinds);
  EXPECT_THAT(selection.TopLevelJsonKeys(kKinds), ElementsAre("text", "re-named"));
}

TEST(FieldSelection, NamesTheNearestPathForAnUnknownOne) {
  const std::pair<std::string, std::string> typos[] = {
      {"devise.hostname", "`device.hostname`"},
      {"compositeId", "`composite_id`"},
      {"device.host_name", "`device.hostname`"},
      {"network_accesses.isIPV6", "`network_accesses.is_ipv6`"},
      {"created_timestamp.seconds", "`created_timestamp`"},
      {"", "unknown path"},
      {"device.", "unknown path"},
      {"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "unknown path"},
  };
  for (const auto& [path, hint] : typos) {
    const auto selection = FieldSelection::FromMask(Mask({path}), kDetection);
    EXPECT_THAT(selection, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD")) << path;
    const auto violations = Violations(selection.status());
    ASSERT_THAT(violations, SizeIs(1)) << path;
    EXPECT_EQ(violations[0].field, "read_mask");
    EXPECT_THAT(violations[0].description, HasSubstr(hint)) << path;
  }
}

TEST(FieldSelection, ReportsEveryWrongPath) {
  const auto selection =
      FieldSelection::FromMask(Mask({"no", "*", "cmdline", "neither"}), kDetection);
  EXPECT_THAT(Violations(selection.status()), SizeIs(3));
}

TEST(FieldSelection, TakesNoMoreThan200Paths) {
  google::protobuf::FieldMask mask;
  for (int i = 0; i < 201; ++i) mask.add_paths("cmdline");
  EXPECT_THAT(FieldSelection::FromMask(mask, kDetection),
              FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  mask.mutable_paths()->RemoveLast();
  EXPECT_TRUE(FieldSelection::FromMask(mask, kDetection).ok());
}

TEST(FieldSelection, ShowsBriefFieldsAndAllOfAMessageWithoutAny) {
  const FieldSelection brief = FieldSelection::Brief(kKinds);
  EXPECT_THAT(brief.TopLevelJsonKeys(kKinds), ElementsAre("text", "part", "plain"));
  EXPECT_FALSE(brief.Below(kKinds->FindFieldByName("part")).everything());
  EXPECT_TRUE(brief.Below(kKinds->FindFieldByName("plain")).everything());
}

TEST(FieldSelection, AddsASortKeyAndLeavesTheOriginalAlone) {
  const auto* mood = kKinds->FindFieldByName("mood");
  const FieldSelection brief = FieldSelection::Brief(kKinds);
  EXPECT_TRUE(brief.With(mood).Has(mood));
  EXPECT_FALSE(brief.Has(mood));
  EXPECT_TRUE(FieldSelection().With(mood).everything());
}

}  // namespace
}  // namespace falcon::json
