// Tools that answer at once: records, batches, counts, states.
#include <gmock/gmock.h>

#include "tests/unit/mcp/tools/tool_bench.h"

namespace falcon::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Get = ToolTest;

TEST_F(Get, AnswersTheRecordAndWhatStandsBeside) {
  bench.gateway.Answers("GetHost", R"({"host":{"device_id":"a1","hostname":"SRV-1"},
      "other_device_ids":["b2"],"read_info":{"upstream_calls":1}})");
  const ToolResult result = bench.Call("get_host", R"({"hostname":"SRV-1"})");
  EXPECT_EQ(Structured(result), Json::parse(R"({"host":{"device_id":"a1","hostname":"SRV-1"},
      "other_device_ids":["b2"],"truncated":false})"));
  EXPECT_EQ(result.content.at(1).text, result.structured);
  EXPECT_THAT(result.content.at(0).text, StartsWith("Found the host with hostname SRV-1.\n"));
  EXPECT_EQ(result.content.at(2).text, "</falcon-data-0123456789abcdef>");
}

TEST_F(Get, ShowsCardsWhereTextIsAskedFor) {
  bench.gateway.Answers("GetHost", R"({"host":{"device_id":"a1","hostname":"SRV-1"},
      "other_device_ids":["b2"]})");
  const ToolResult result = bench.Call("get_host", R"({"hostname":"SRV-1","format":"text"})");
  EXPECT_THAT(result.content.at(1).text, HasSubstr("SRV-1\n"));
  EXPECT_THAT(result.content.at(1).text, HasSubstr("other_device_ids: b2\n"));
  EXPECT_EQ(Structured(result)["host"]["hostname"], "SRV-1");
}

TEST_F(Get, StaysWithinTheBudgetAndNamesWhatWasCut) {
  bench.bridge.result_bytes = kLeastResultBytes;
  bench.gateway.On("GetDetection", [](const auto&, google::protobuf::Message& response) {
    const Json json = {
        {"detection", {{"composite_id", "c:ind:a:1"}, {"cmdline", std::string(50'000, 'x')}}}};
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json.dump(), &response).ok());
    return std::optional<client::Failure>();
  });
  for (const std::string format : {"json", "text"}) {
    const ToolResult result =
        bench.Call("get_detection", R"({"composite_id":"c:ind:a:1","format":")" + format + "\"}");
    EXPECT_LE(result.structured.size(), bench.bridge.result_bytes);
    EXPECT_LE(TextBytes(result), bench.bridge.result_bytes);
    const Json json = Structured(result);
    EXPECT_EQ(json["truncated"], true);
    EXPECT_EQ(json["detection"]["composite_id"], "c:ind:a:1");
    EXPECT_THAT(json["note"].get<std::string>(), HasSubstr("cmdline"));
    EXPECT_THAT(result.content.back().text, HasSubstr("`fields` chooses what is shown."));
  }
}

TEST_F(Get, NamesTheIdThatIsNotThereAndWhereToLook) {
  bench.gateway.Fails("GetHost", FailureOf(grpc::StatusCode::NOT_FOUND, "", "NOT_FOUND"));
  const std::string id(32, 'a');
  const std::string text = ErrorText(bench.Call("get_host", R"({"host_id":")" + id + "\"}"));
  EXPECT_EQ(text, "Falcon answered: there is no host with host_id " + id +
                      ". A retry will not help. search_hosts finds the ids of those that exist.");
}

TEST_F(Get, TellsPartialAnswersAndValuesThatDidNotFit) {
  bench.gateway.Answers("GetDetection", R"({"detection":{"composite_id":"c:ind:a:1"},
      "read_info":{"partial":true,"skipped_values":"2",
                   "errors":[{"code":500,"message":"bad\u202eshard","id":"s1"}]}})");
  const ToolResult result = bench.Call("get_detection", R"({"composite_id":"c:ind:a:1"})");
  const Json json = Structured(result);
  EXPECT_EQ(json["partial"], true);
  EXPECT_EQ(json["errors"],
            Json::parse(R"([{"code":500,"message":"bad\\u{202E}shard","id":"s1"}])"));
  EXPECT_EQ(json["note"],
            "Falcon did not answer for all that was asked. 2 values do not fit: "
            "`additional_fields` has them as Falcon sent them.");
}

TEST_F(Get, ShowsRawValuesNotesAndTheFieldsThatDidNotFit) {
  bench.gateway.Answers("GetHost", R"({"host":{"device_id":"a1",
      "additional_fields":{"product_type_desc":"Pod\u202e"}},
      "read_info":{"skipped_values":"1","skipped_fields":[{"field":"product_type_desc","count":"1"}],
                   "notes":[{"reason":"CASE_SENSITIVE","message":"case\u202ecounts",
                             "field":"hostname"}],
                   "deferred_ids":["b2"]}})");
  const ToolResult result = bench.Call("get_host", R"({"hostname":"A"})");
  const Json json = Structured(result);
  EXPECT_EQ(json["host"]["additional_fields"]["product_type_desc"], "Pod\\u{202E}");
  EXPECT_EQ(json["notes"][0]["message"], "case\\u{202E}counts");
  EXPECT_EQ(json["note"],
            "1 value does not fit: `additional_fields` has it as Falcon sent it "
            "(product_type_desc). 1 record was not read, since the answer would be too large; ask "
            "again for b2.");
  const std::string cards =
      bench.Call("get_host", R"({"hostname":"A","format":"text"})").content.at(1).text;
  EXPECT_THAT(cards, HasSubstr("Note: hostname: case\\u{202E}counts"));
  EXPECT_THAT(cards, HasSubstr("product_type_desc: Pod\\u{202E}\n"));
}

using Aggregate = ToolTest;

TEST_F(Aggregate, TellsCountsZerosIncluded) {
  bench.gateway.Answers("AggregateDetections", R"({"buckets":[
      {"label":"High","count":"12","sub_buckets":[{"label":"new","count":"3"}]},
      {"label":"Low"}],"other_count":"4"})");
  const ToolResult result =
      bench.Call("aggregate_detections", R"({"field":"severity_name","days":7})");
  EXPECT_EQ(Structured(result), Json::parse(R"({"buckets":[
      {"label":"High","count":12,"sub_buckets":[{"label":"new","count":3}]},
      {"label":"Low","count":0}],"other_count":4,"truncated":false})"));
  EXPECT_THAT(
      result.content.at(0).text,
      StartsWith("detections by severity_name (days 7): 2 buckets, and 4 in none of them.\n"));
}

TEST_F(Aggregate, CutsBucketsThatDoNotFit) {
  bench.bridge.result_bytes = kLeastResultBytes;
  std::string buckets;
  for (int i = 0; i < 500; ++i) {
    buckets += (i > 0 ? "," : "") + std::string(R"({"label":"value )") + std::to_string(i) +
               R"(","count":"1"})";
  }
  bench.gateway.Answers("AggregateDetections", "{\"buckets\":[" + buckets + "]}");
  const ToolResult result = bench.Call("aggregate_detections", R"({"field":"filename"})");
  EXPECT_LE(result.structured.size(), bench.bridge.result_bytes);
  EXPECT_LE(TextBytes(result), bench.bridge.result_bytes);
  const Json json = Structured(result);
  EXPECT_EQ(json["truncated"], true);
  EXPECT_THAT(json["note"].get<std::string>(), HasSubstr("of 500 buckets are shown."));
}

TEST_F(Aggregate, SaysThatThereIsNothingToCount) {
  bench.gateway.Answers("AggregateDetections", "{}");
  const ToolResult result =
      bench.Call("aggregate_detections", R"({"field":"severity_name","days":7})");
  EXPECT_THAT(result.content.at(0).text,
              StartsWith("Falcon answered: no detections to count with days 7.\n"));
}

using OtherTools = ToolTest;

TEST_F(OtherTools, TellWhatWasFoundAndWhatIsMissing) {
  bench.gateway.Answers("BatchGetReputations", R"({"reputations":[
      {"value":"203.0.113.42","verdict":"REPUTATION_VERDICT_MALICIOUS"}],
      "missing":[{"code":429,"message":"quota","id":"evil.example"}],
      "virustotal_calls":1,"retry_after":"12s"})");
  const ToolResult result =
      bench.Call("lookup_reputation", R"({"value":["203.0.113.42","evil.example"]})");
  const Json json = Structured(result);
  EXPECT_EQ(json["reputations"][0]["verdict"], "malicious");
  EXPECT_EQ(json["missing"][0]["id"], "evil.example");
  EXPECT_EQ(json["retry_after"], "12s");
  EXPECT_EQ(json["returned"], 1);
  EXPECT_THAT(result.content.at(0).text,
              StartsWith("Look up reputation: 1 reputation (1 malicious); 1 asked for without an "
                         "answer, see `missing`.\n"));
}

TEST_F(OtherTools, TellAreasOfAccess) {
  bench.gateway.Answers("CheckAccess", R"({"areas":[{"area":"hosts","scope":"Hosts:read",
      "verdict":"ACCESS_VERDICT_DENIED","message":"Grant it."},
      {"area":"iocs","verdict":"ACCESS_VERDICT_GRANTED"},{"area":"discover"}]})");
  const ToolResult result = bench.Call("check_access", "{}");
  EXPECT_EQ(Structured(result)["areas"][0]["verdict"], "denied");
  EXPECT_THAT(result.content.at(0).text,
              StartsWith("Check access: 3 areas (1 without a verdict, 1 granted, 1 denied).\n"));
}

TEST_F(OtherTools, PageOverIdsByCursor) {
  bench.gateway.Answers("ListIocDevices", R"({"device_ids":["a1","b2"],"next_page_token":"tok"})");
  const std::string arguments = R"("type":"domain","value":"evil.example")";
  const ToolResult first = bench.Call("get_ioc_devices", "{" + arguments + "}");
  EXPECT_THAT(Structured(first)["device_ids"], ElementsAre("a1", "b2"));
  EXPECT_THAT(first.content.at(0).text, StartsWith("Found more than 2 device IDs"));
  bench.gateway.Answers("ListIocDevices", R"({"device_ids":["c3"]})");
  const Json next = {
      {"type", "domain"}, {"value", "evil.example"}, {"cursor", Structured(first)["next_cursor"]}};
  const ToolResult last = bench.Call("get_ioc_devices", next.dump());
  EXPECT_TRUE(Structured(last)["next_cursor"].is_null());
  EXPECT_THAT(bench.gateway.Asked().back(), HasSubstr("page_token: \"tok\""));
  EXPECT_THAT(last.content.back().text, Not(HasSubstr("More:")));
}

}  // namespace
}  // namespace falcon::mcp
