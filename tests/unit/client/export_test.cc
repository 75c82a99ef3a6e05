// fgctl's exports: streams that break, resume, are cut short or interrupted.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "fake_gateway.h"
#include "program_run.h"
#include "tests/support/temp_dir.h"

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
    return RunFgctl(arguments, setting_);
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

TEST_F(Export, WritesEveryRecordAndTheirNumber) {
  Serve(4, grpc::StatusCode::OK);
  const ProgramRun run = Run({"--output", "ndjson"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, kAllLines);
  EXPECT_THAT(run.err, HasSubstr("4 records in "));
}

TEST_F(Export, ResumesABrokenStreamWithoutLossOrDuplicate) {
  Serve(1, grpc::StatusCode::UNAVAILABLE);
  const ProgramRun run = Run({"--output", "ndjson"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, kAllLines);
  EXPECT_THAT(tokens_, ElementsAre("", "after0", "after1", "after2"));
  EXPECT_THAT(setting_.pauses,
              ElementsAre(milliseconds(1000), milliseconds(1000), milliseconds(1000)));
}

TEST_F(Export, GivesUpAfterMaxRetriesWithoutProgress) {
  Serve(0, grpc::StatusCode::UNAVAILABLE);
  const ProgramRun run = Run({"--output", "ndjson", "--resume-token", "after1", "--retry", "2"});
  EXPECT_EQ(run.code, 5);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(setting_.pauses, ElementsAre(milliseconds(1000), milliseconds(2000)));
  EXPECT_THAT(tokens_, ElementsAre("after1", "after1", "after1"));
}

TEST_F(Export, PrintsTheResumeTokenWhenRetriesAreOff) {
  Serve(2, grpc::StatusCode::UNAVAILABLE);
  const ProgramRun run = Run({"--output", "json", "--retry", "0"});
  EXPECT_EQ(run.code, 5);
  EXPECT_THAT(run.err, AllOf(HasSubstr("broke"), HasSubstr("--resume-token after1")));
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_THAT(json["detections"], SizeIs(2));
  EXPECT_EQ(json["resume_token"], "after1");
}

TEST_F(Export, ResumesForTwoMinutesWithoutProgressUnlessToldOtherwise) {
  Serve(0, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Run({"--resume-token", "after1"}).code, 5);
  milliseconds waited{};
  for (const milliseconds pause : setting_.pauses) waited += pause;
  EXPECT_GT(waited, std::chrono::seconds(110));
  EXPECT_LE(waited, std::chrono::seconds(120));
  setting_.pauses.clear();
  EXPECT_EQ(Run({"--resume-token", "after1", "--retry-for", "4s"}).code, 5);
  EXPECT_THAT(setting_.pauses, ElementsAre(milliseconds(1000), milliseconds(2000)));
  EXPECT_EQ(Run({"--retry-for", "soon"}).code, 2);
}

TEST_F(Export, ResumesAStreamThatAGatewayCancelsAtShutdown) {
  Serve(2, grpc::StatusCode::CANCELLED);
  const ProgramRun run = Run({"--output", "ndjson"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(tokens_, SizeIs(2));
}

TEST_F(Export, DoesNotRetryPermanentErrors) {
  Serve(0, grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Run({}).code, 4);
  EXPECT_THAT(tokens_, SizeIs(1));
}

TEST_F(Export, EmptyExportIsValidJson) {
  gateway_.export_detections = [](const auto&, const auto&, const auto&) {
    return grpc::Status::OK;
  };
  const ProgramRun run = Run({"--output", "json"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(nlohmann::json::parse(run.out)["detections"], nlohmann::json::array());
}

TEST_F(Export, InterruptionCancelsTheCall) {
  gateway_.export_detections = [&](const auto&, const auto& write, const auto& cancelled) {
    write(Batch(0));
    setting_.stop.request_stop();
    while (!cancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  EXPECT_EQ(Run({"--output", "ndjson"}).code, 130);
}

TEST_F(Export, InterruptionPrintsHowToResume) {
  Serve(1, grpc::StatusCode::UNAVAILABLE);
  setting_.on_pause = [this] { setting_.stop.request_stop(); };
  const ProgramRun run = Run({"--output", "ndjson", "--created-after", "7d"});
  EXPECT_EQ(run.code, 130);
  EXPECT_EQ(run.out, "{\"composite_id\":\"id0\"}\n");
  EXPECT_THAT(run.err, AllOf(HasSubstr(">>"), HasSubstr("--resume-token after0"),
                             HasSubstr("--created-after 2026-05-21T")));
}

TEST_F(Export, InterruptedBeforeTheStartDoesNotCall) {
  setting_.stop.request_stop();
  EXPECT_EQ(Run({"--output", "ndjson"}).code, 130);
}

// Standard output that is a file or a device.
class ExportToFile : public Export {
 protected:
  ProgramRun RunInto(const std::string& path, std::vector<std::string> arguments) {
    const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
    OutputFile file(fd, setting_.stop.get_token());
    setting_.file = &file;
    ProgramRun run = Run(std::move(arguments));
    setting_.file = nullptr;
    close(fd);
    return run;
  }

  static std::string TextOf(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  const falcon::testing::TempDir scratch_;
  const std::string out_ = scratch_.folder() + "/out";
  const std::string token_ = scratch_.folder() + "/token";
};

TEST_F(ExportToFile, FullDiskPrintsTheTokenOfTheLastCompleteMessage) {
  Serve(4, grpc::StatusCode::OK);
  for (const char* format : {"ndjson", "json", "table"}) {
    const ProgramRun run = RunInto("/dev/full", {"--output", format, "--resume-token", "after1"});
    EXPECT_EQ(run.code, 1) << format;
    EXPECT_THAT(run.err,
                AllOf(HasSubstr("No space left on device"), HasSubstr("--resume-token after1")))
        << format;
  }
}

TEST_F(ExportToFile, ResumeFileHoldsTheTokenUntilTheExportIsComplete) {
  Serve(2, grpc::StatusCode::UNAVAILABLE);
  const std::vector<std::string> arguments = {"--resume-file", token_, "--retry", "0"};
  ProgramRun run = RunInto(out_, arguments);
  EXPECT_EQ(run.code, 5);
  EXPECT_THAT(run.err, HasSubstr("the same command again, appending (>>)"));
  EXPECT_TRUE(TextOf(token_).starts_with("after1\n"));
  // What a crash left behind the last whole message.
  std::ofstream(out_, std::ios::app) << "{\"compo";
  run = RunInto(out_, arguments);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(TextOf(out_), kAllLines);
  EXPECT_FALSE(std::filesystem::exists(token_));
  EXPECT_THAT(tokens_, ElementsAre("", "after1"));
}

TEST_F(ExportToFile, ResumeFileKeepsTheStartOfRelativeTimes) {
  std::vector<int64_t> starts;
  gateway_.export_detections = [&](const v1::ExportDetectionsRequest& request, const auto& write,
                                   const auto&) {
    starts.push_back(request.filter().created().start().seconds());
    if (starts.size() > 2) return grpc::Status::OK;
    write(Batch(0));
    return ErrorOf(grpc::StatusCode::UNAVAILABLE, "broke", "UPSTREAM_ERROR");
  };
  RunInto(out_, {"--resume-file", token_, "--created-after", "7d"});
  EXPECT_THAT(starts, SizeIs(3));
  starts.resize(1);
  std::string text = TextOf(token_);
  EXPECT_EQ(text, "") << "complete";
  std::ofstream(token_) << "after0\nstart 2026-01-08T00:00:00Z\n";
  RunInto(out_, {"--resume-file", token_, "--created-after", "7d", "--retry", "0"});
  EXPECT_EQ(starts.back(), 1767225600) << "2026-01-01";
}

TEST_F(ExportToFile, RejectsAnOutputThatWasTruncatedSince) {
  Serve(2, grpc::StatusCode::UNAVAILABLE);
  RunInto(out_, {"--resume-file", token_, "--retry", "0"});
  std::ofstream(out_, std::ios::trunc) << "";
  const ProgramRun run = RunInto(out_, {"--resume-file", token_});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr(">>"));
  EXPECT_THAT(tokens_, SizeIs(1));
}

TEST_F(ExportToFile, UnwritableResumeFileEndsTheExportAndPrintsTheToken) {
  Serve(4, grpc::StatusCode::OK);
  const ProgramRun run = RunInto(out_, {"--resume-file", scratch_.folder() + "/none/token"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, AllOf(HasSubstr("Cannot write"), HasSubstr("--resume-token after0")));
}

TEST_F(ExportToFile, ResumeFileRequiresNdjsonAndNoResumeToken) {
  EXPECT_EQ(RunInto(out_, {"--resume-file", token_, "--output", "json"}).code, 2);
  EXPECT_EQ(RunInto(out_, {"--resume-file", token_, "--resume-token", "a"}).code, 2);
}

}  // namespace
}  // namespace falcon::client
