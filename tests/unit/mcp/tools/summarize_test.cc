// summarize_records: whole collections in counts.
#include "mcp/tools/summarize.h"

#include <gmock/gmock.h>

#include "tests/unit/mcp/tools/tool_bench.h"

namespace falcon::mcp {
namespace {

using client::Failure;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Reply = client::ScriptedGateway::Reply;

Reply Batch(std::string json) {
  return [json = std::move(json)](const google::protobuf::Message&,
                                  google::protobuf::Message& response) {
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &response).ok()) << json;
    return std::optional<Failure>();
  };
}

Reply Breaks(Failure failure) {
  return
      [failure = std::move(failure)](const google::protobuf::Message&, google::protobuf::Message&) {
        return std::optional(failure);
      };
}

Failure Passing() {
  Failure failure = FailureOf(grpc::StatusCode::UNAVAILABLE, "Falcon failed", "UPSTREAM_ERROR");
  failure.retry_delay = std::chrono::seconds(3);
  return failure;
}

const char kFirst[] = R"({"detections":[
    {"composite_id":"1","severity":"SEVERITY_HIGH","device":{"hostname":"A"}},
    {"composite_id":"2","severity":"SEVERITY_LOW","device":{"hostname":"A"}}],
    "resume_token":"r1","exported":"2","total_size":"3"})";
const char kSecond[] = R"({"detections":[
    {"composite_id":"3","severity":"SEVERITY_HIGH"}],
    "resume_token":"r2","exported":"3","total_size":"3"})";

struct Summary : ToolBench {
  std::vector<std::chrono::milliseconds> pauses;
  std::vector<std::pair<double, double>> progress;
  std::stop_source stop;
  ToolResult Run(const std::string& arguments) {
    const Tool tool =
        MakeSummarizeTool(bridge, [this](std::chrono::milliseconds span, const std::stop_token&) {
          pauses.push_back(span);
          if (on_pause) on_pause();
        });
    CallContext context;
    context.stop = stop.get_token();
    context.progress = [this](double done, double total, const std::string&) {
      progress.emplace_back(done, total);
    };
    return tool.call(Json::parse(arguments), context);
  }
  std::function<void()> on_pause;
};

struct Summarize : ::testing::Test {
  Summary summary;
};

TEST_F(Summarize, CountsValuesOfEveryRecord) {
  summary.gateway.Streams("ExportDetections", {Batch(kFirst), Batch(kSecond)});
  const ToolResult result =
      summary.Run(R"({"noun":"detections","days":7,"group_by":["severity","device.hostname"]})");
  EXPECT_EQ(Structured(result), Json::parse(R"({"noun":"detections","count":3,"total":3,
      "complete":true,"groups":[
      {"field":"severity","values":[{"value":"high","count":2},{"value":"low","count":1}],
       "other":0,"unset":0,"distinct":2},
      {"field":"device.hostname","values":[{"value":"A","count":2}],
       "other":0,"unset":1,"distinct":1}]})"));
  EXPECT_THAT(result.content.at(0).text, StartsWith("Counted all 3 detections (days 7).\n"));
  EXPECT_THAT(summary.progress, ElementsAre(std::pair(2.0, 3.0), std::pair(3.0, 3.0)));
  EXPECT_THAT(
      summary.gateway.Asked(),
      ElementsAre("ExportDetections filter { days: 7 } read_mask { paths: \"composite_id\" paths: "
                  "\"severity\" paths: \"device.hostname\" } "));
}

TEST_F(Summarize, KeepsTheMostFrequentAndAddsUpTheRest) {
  std::string json = R"({"detections":[)";
  for (int i = 0; i < 6; ++i) {
    json += (i > 0 ? "," : "") + std::string(R"({"filename":"f)") + std::to_string(i / 2) + "\"}";
  }
  summary.gateway.Streams("ExportDetections", {Batch(json + "]}"), Batch(R"({"detections":[
      {"filename":"f2"},{"filename":"bad\u202e"}]})")});
  const Json group = Structured(
      summary.Run(R"({"noun":"detections","group_by":"filename","top":2})"))["groups"][0];
  EXPECT_EQ(group["values"], Json::parse(R"([{"value":"f2","count":3},{"value":"f0","count":2}])"));
  EXPECT_EQ(group["other"], 3);
  EXPECT_EQ(group["distinct"], 4);
  const Json whole = Structured(summary.Run(R"({"noun":"detections","group_by":"filename"})"));
  EXPECT_EQ(whole["groups"][0]["values"][3]["value"], "bad\\u{202E}");
}

TEST_F(Summarize, CountsWordsThatNoEnumKnowsAsFalconSentThem) {
  summary.gateway.Streams("ExportDetections", {Batch(R"({"detections":[{"composite_id":"a",
      "additional_fields":{"severity_name":"Info"}},{"severity":"SEVERITY_LOW"}],
      "read_info":{"skipped_values":"1"}})")});
  const Json json = Structured(summary.Run(R"({"noun":"detections","group_by":"severity"})"));
  EXPECT_EQ(json["groups"][0]["values"],
            Json::parse(R"([{"value":"Info","count":1},{"value":"low","count":1}])"));
  EXPECT_EQ(json["groups"][0]["unset"], 0);
  EXPECT_EQ(json["note"], "1 values did not fit their fields and are counted as Falcon sent them.");
}

TEST_F(Summarize, ResumesAStreamThatBroke) {
  summary.gateway.Streams("ExportDetections", {Batch(kFirst), Breaks(Passing())});
  summary.on_pause = [&] { summary.gateway.Streams("ExportDetections", {Batch(kSecond)}); };
  const Json json = Structured(summary.Run(R"({"noun":"detections","group_by":"severity"})"));
  EXPECT_EQ(json["count"], 3);
  EXPECT_THAT(summary.pauses, ElementsAre(std::chrono::seconds(3)));
  EXPECT_THAT(summary.gateway.Asked().back(), HasSubstr("resume_token: \"r1\""));
}

TEST_F(Summarize, NeverShowsTheCountsOfAPart) {
  summary.gateway.Streams("ExportDetections", {Batch(kFirst), Breaks(Passing())});
  summary.on_pause = [&] { summary.gateway.Fails("ExportDetections", Passing()); };
  const std::string text = ErrorText(summary.Run(R"({"noun":"detections","group_by":"severity"})"));
  EXPECT_THAT(text, StartsWith("The count is not complete and therefore not shown: it broke after "
                               "2 of 3 detections.\n"));
  EXPECT_THAT(text, HasSubstr("Retry after 3 s."));
  EXPECT_THAT(text, Not(HasSubstr("high")));
  EXPECT_EQ(summary.pauses.size(), 2U);
}

TEST_F(Summarize, DoesNotResumeWhatWillNotPassOrTakesLong) {
  Failure slow = Passing();
  slow.retry_delay = std::chrono::minutes(5);
  for (const Failure& failure : {FailureOf(grpc::StatusCode::PERMISSION_DENIED),
                                 FailureOf(grpc::StatusCode::UNAVAILABLE), slow}) {
    summary.gateway.Fails("ExportDetections", failure);
    ErrorText(summary.Run(R"({"noun":"detections"})"));
    EXPECT_THAT(summary.pauses, IsEmpty());
  }
}

TEST_F(Summarize, EndsAfterTenMinutes) {
  summary.gateway.Streams("ExportDetections", {Batch(kFirst), Breaks(Passing())});
  summary.on_pause = [&] { summary.now += absl::Minutes(10); };
  ErrorText(summary.Run(R"({"noun":"detections"})"));
  EXPECT_EQ(summary.gateway.Asked().size(), 1U);
}

TEST_F(Summarize, EndsWhenItIsStopped) {
  summary.gateway.Streams("ExportDetections", {Batch(kFirst),
                                               [&](const auto&, auto&) {
                                                 summary.stop.request_stop();
                                                 return std::optional<Failure>();
                                               },
                                               Batch(kSecond)});
  EXPECT_TRUE(summary.Run(R"({"noun":"detections"})").is_error);
  EXPECT_EQ(summary.progress.size(), 1U);
}

TEST_F(Summarize, TellsThatFalconAnsweredOnlyInPart) {
  summary.gateway.Streams(
      "ExportDetections",
      {Batch(R"({"detections":[{"composite_id":"1"}],"read_info":{"partial":true}})")});
  const Json json = Structured(summary.Run(R"({"noun":"detections"})"));
  EXPECT_EQ(json["complete"], false);
  EXPECT_THAT(json["note"].get<std::string>(), HasSubstr("these counts are too low"));
}

TEST_F(Summarize, StaysWithinTheBudget) {
  summary.bridge.result_bytes = kLeastResultBytes;
  std::string json = R"({"detections":[)";
  for (int i = 0; i < 100; ++i) {
    json += (i > 0 ? "," : "") + std::string(R"({"filename":")") + std::string(3000, 'x') + "\"}," +
            R"({"filename":")" + std::to_string(i) + std::string(100, '\x7F') + "\"}";
  }
  summary.gateway.Streams("ExportDetections", {Batch(json + "]}")});
  const ToolResult result = summary.Run(R"({"noun":"detections","group_by":"filename","top":50})");
  EXPECT_LE(result.structured.size(), kLeastResultBytes);
  EXPECT_LE(TextBytes(result), kLeastResultBytes);
  EXPECT_EQ(Structured(result)["count"], 200);
}

TEST_F(Summarize, TeachesWhatIsWrongWithItsArguments) {
  EXPECT_THAT(ErrorText(summary.Run("{}")), HasSubstr("- noun: one of detections, "));
  const std::string text = ErrorText(summary.Run(
      R"({"noun":"detections","dayz":3,"days":0,"top":51,"group_by":["hostname","device"]})"));
  EXPECT_THAT(text, HasSubstr("- dayz: no such parameter; did you mean days?"));
  EXPECT_THAT(text, HasSubstr("- days: a whole number from 1 to 365"));
  EXPECT_THAT(text, HasSubstr("- top: a whole number from 1 to 50"));
  EXPECT_THAT(text, HasSubstr("`hostname` is no field that can be counted; did you mean "
                              "device.hostname?"));
  EXPECT_THAT(text, HasSubstr("`device` is an object: name a field inside it"));
  EXPECT_THAT(text, HasSubstr("Example: {"));
  EXPECT_THAT(summary.gateway.Asked(), IsEmpty());
}

TEST_F(Summarize, KnowsWhatToCountOfEveryNoun) {
  const Json schema = Json::parse(MakeSummarizeTool(summary.bridge).input_schema);
  const Json& nouns = schema["properties"]["noun"]["enum"];
  EXPECT_EQ(nouns.size(), 12U);
  for (const Json& noun : nouns) {
    const std::string text = ErrorText(summary.Run(Json({{"noun", noun}}).dump()));
    // Read well, and then asked for: the test's gateway says nothing of it.
    EXPECT_THAT(text, HasSubstr("it broke after 0")) << noun;
  }
}

}  // namespace
}  // namespace falcon::mcp
