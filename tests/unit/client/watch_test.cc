// --watch: what each reading adds, and what ends it.
#include <gmock/gmock.h>

#include "fake_gateway.h"
#include "program_run.h"
#include "text.h"

namespace falcon::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Watched : public ::testing::Test {
 protected:
  // Each of `readings_` is a list of ids; one with a `+` behind it has changed.
  Watched() {
    gateway_.list_detections = [this](const v1::ListDetectionsRequest& request, auto& response) {
      staleness_ = request.read_options().max_staleness().seconds();
      const std::string& ids = readings_.at(reading_);
      if (ids == "down") return grpc::Status(grpc::StatusCode::UNAVAILABLE, "down");
      if (ids == "lost") return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "lost");
      for (const std::string& id : Split(ids, ' ')) {
        auto* record = response.add_detections();
        record->set_composite_id(id.substr(0, 1));
        if (id.ends_with('+')) record->set_status(v1::DETECTION_STATUS_CLOSED);
      }
      return grpc::Status::OK;
    };
    setting_.on_pause = [this] {
      if (++reading_ == readings_.size()) setting_.stop.request_stop();
    };
  }

  ProgramRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"detections", "list", "--watch"});
    arguments.insert(arguments.end(), {"--address", gateway_.address()});
    return RunFgctl(arguments, setting_);
  }

  std::vector<std::string> readings_;
  size_t reading_ = 0;
  int64_t staleness_ = -1;
  FakeGateway gateway_;
  ProgramSetting setting_;
};

TEST_F(Watched, AppendsRecordsThatAreNewOrHaveChanged) {
  readings_ = {"a b", "c a b", "down", "c a+ b", "c a b"};
  const ProgramRun run = Run({"--interval", "3s"});
  EXPECT_EQ(run.code, 130);
  EXPECT_EQ(run.out,
            "{\"composite_id\":\"a\"}\n{\"composite_id\":\"b\"}\n{\"composite_id\":\"c\"}\n"
            "{\"composite_id\":\"a\",\"status\":\"DETECTION_STATUS_CLOSED\"}\n"
            "{\"composite_id\":\"a\"}\n");
  EXPECT_THAT(run.err, HasSubstr("down"));
  EXPECT_EQ(setting_.pauses, std::vector<std::chrono::milliseconds>(5, std::chrono::seconds(3)));
  EXPECT_EQ(staleness_, 3);
}

TEST_F(Watched, CsvHasOneHeader) {
  readings_ = {"a", "b"};
  EXPECT_EQ(Run({"-o", "csv", "--fields", "composite_id", "--max-staleness", "7s"}).out,
            "composite_id\na\nb\n");
  EXPECT_EQ(staleness_, 7);
}

TEST_F(Watched, RedrawsATableWithinTheTerminal) {
  readings_ = {"a b c", "d e f"};
  setting_.terminal = true;
  setting_.width = 200;
  setting_.height = 5;
  const ProgramRun run = Run({"--no-color"});
  const size_t second = run.out.find("\x1b[H\x1b[2J", 1);
  ASSERT_NE(second, std::string::npos) << run.out;
  EXPECT_THAT(run.out.substr(0, second), AllOf(HasSubstr("COMPOSITE ID\n"), HasSubstr(" b\n"),
                                               Not(HasSubstr(" c\n")), Not(HasSubstr("d\n"))));
  EXPECT_THAT(run.out.substr(second), AllOf(HasSubstr("COMPOSITE ID\n"), HasSubstr(" d\n")));
}

TEST_F(Watched, EndsWhereAnotherReadingWouldFailToo) {
  readings_ = {"a", "lost", "a"};
  EXPECT_EQ(Run({}).code, 4);
  EXPECT_EQ(reading_, 1U);
  readings_ = {"down", "a"};
  reading_ = 0;
  EXPECT_EQ(Run({}).code, 5);
  for (const char* flags : {"-o json", "-o table", "-o yaml", "--interval 10ms"}) {
    EXPECT_EQ(Run(Split(flags, ' ')).code, 2) << flags;
  }
}

}  // namespace
}  // namespace falcon::client
