// falconctl's exports: streams that break, resume, are cut short or interrupted.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "error_of.h"
#include "fake_gateway.h"
#include "program_run.h"

namespace falcon::client {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

v1::ExportDetectionsResponse Batch(int number) {
  v1::ExportDetectionsResponse batch;
  batch.add_detections()->set_composite_id("id" + std::to_string(number));
  batch.set_resume_token("after" + std::to_string(number));
  batch.set_exported(number + 1);
  batch.set_total_size(4);
  return batch;
}

class Export : public ::testing::Test {
 protected:
  ProgramRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"detections", "export"});
    arguments.insert(arguments.end(), {"--address", gateway_.address()});
    return RunFalconctl(arguments, setting_);
  }

  // Four batches; each call sends `most` of what the resume token leaves, then breaks with `code`.
  void Serve(int most, grpc::StatusCode code) {
    gateway_.export_detections = [this, most, code](const v1::ExportDetectionsRequest& request,
                                                    const auto& write, const auto&) {
      tokens_.push_back(request.resume_token());
      const std::string& token = request.resume_token();
      const int first = token.empty() ? 0 : std::stoi(token.substr(5)) + 1;
      for (int i = first; i < 4; ++i) {
        if (i >= first + most) return ErrorOf(code, "broke", "UPSTREAM_ERROR");
        write(Batch(i));
      }
      return grpc::Status::OK;
    };
  }

  FakeGateway gateway_;
  ProgramSetting setting_;
  std::vector<std::string> tokens_;
};

constexpr char kAllLines[] =
    "{\"composite_id\":\"id0\"}\n{\"composite_id\":\"id1\"}\n"
    "{\"composite_id\":\"id2\"}\n{\"composite_id\":\"id3\"}\n";

TEST_F(Export, WritesEveryRecordAndSaysHowMany) {
  Serve(4, grpc::StatusCode::OK);
  const ProgramRun run = Run({"--output", "ndjson"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, kAllLines);
  EXPECT_THAT(run.err, HasSubstr("4 records in "));
}

TEST_F(Export, ResumesABrokenStreamByItselfWithoutLossOrRepeat) {
  Serve(1, grpc::StatusCode::UNAVAILABLE);
  const ProgramRun run = Run({"--output", "ndjson"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, kAllLines);
  EXPECT_THAT(tokens_, ElementsAre("", "after0", "after1", "after2"));
  EXPECT_THAT(setting_.pauses,
              ElementsAre(milliseconds(1000), milliseconds(1000), milliseconds(1000)));
}

TEST_F(Export, GivesUpAfterTriesWithoutProgressAndTellsHowToGoOn) {
  Serve(0, grpc::StatusCode::UNAVAILABLE);
  const ProgramRun run = Run({"--output", "ndjson", "--resume-token", "after1", "--retry", "2"});
  EXPECT_EQ(run.code, 5);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(setting_.pauses, ElementsAre(milliseconds(1000), milliseconds(2000)));
  EXPECT_THAT(tokens_, ElementsAre("after1", "after1", "after1"));
}

TEST_F(Export, PrintsTheResumeTokenWhenItIsNotToRetry) {
  Serve(2, grpc::StatusCode::UNAVAILABLE);
  const ProgramRun run = Run({"--output", "json", "--retry", "0"});
  EXPECT_EQ(run.code, 5);
  EXPECT_THAT(run.err, AllOf(HasSubstr("broke"), HasSubstr("--resume-token after1")));
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_THAT(json["detections"], SizeIs(2));
  EXPECT_EQ(json["resume_token"], "after1");
}

TEST_F(Export, DoesNotRetryWhatWillFailAgain) {
  Serve(0, grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Run({}).code, 4);
  EXPECT_THAT(tokens_, SizeIs(1));
}

TEST_F(Export, AnEmptyExportIsValidJson) {
  gateway_.export_detections = [](const auto&, const auto&, const auto&) {
    return grpc::Status::OK;
  };
  const ProgramRun run = Run({"--output", "json"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(nlohmann::json::parse(run.out)["detections"], nlohmann::json::array());
}

TEST_F(Export, AnInterruptionCancelsKeepsTheTokenAndSaysSo) {
  gateway_.export_detections = [&](const auto&, const auto& write, const auto& cancelled) {
    write(Batch(0));
    setting_.stop.request_stop();
    while (!cancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  EXPECT_EQ(Run({"--output", "ndjson"}).code, 130);
}

TEST_F(Export, AlreadyInterruptedNeverStarts) {
  setting_.stop.request_stop();
  EXPECT_EQ(Run({"--output", "ndjson"}).code, 130);
}

}  // namespace
}  // namespace falcon::client
