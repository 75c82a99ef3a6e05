// Standard output as a file: failed writes, and messages that are whole.
#include "cli/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <ostream>
#include <sstream>
#include <thread>

#include "tests/support/temp_dir.h"

namespace falcon::client {
namespace {

using ::testing::HasSubstr;

std::string TextOf(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CREAT, 0600)) {}
  ~Descriptor() { close(fd_); }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

TEST(OutputFile, KeepsTheReasonOfAFailedWriteAndStopsWriting) {
  const Descriptor full("/dev/full", O_WRONLY);
  OutputFile file(full.fd(), {});
  std::ostream out(&file);
  out << "a message" << std::flush;
  EXPECT_FALSE(out.good());
  EXPECT_EQ(file.WhyFailed(), "No space left on device");
  EXPECT_FALSE(file.Commit());
}

TEST(OutputFile, FailsAtOnceForOutputBeyondItsBuffer) {
  const Descriptor full("/dev/full", O_WRONLY);
  OutputFile file(full.fd(), {});
  std::ostream out(&file);
  out << std::string(1 << 20, 'x');
  EXPECT_FALSE(out.good());
}

TEST(OutputFile, DiscardCutsBackToTheLastCommit) {
  const falcon::testing::TempDir scratch;
  const std::string path = scratch.folder() + "/out";
  const Descriptor descriptor(path, O_WRONLY | O_APPEND);
  OutputFile file(descriptor.fd(), {});
  std::ostream out(&file);
  out << "one\n";
  EXPECT_TRUE(file.Commit());
  out << "tw" << std::flush;
  EXPECT_EQ(TextOf(path), "one\ntw");
  EXPECT_TRUE(file.Discard());
  EXPECT_EQ(TextOf(path), "one\n");
  EXPECT_EQ(file.Committed()->bytes, 4);
}

TEST(OutputFile, PipeCanNeitherBeCutNorResumed) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  OutputFile file(ends[1], {});
  std::ostream out(&file);
  out << "one\n" << std::flush;
  EXPECT_FALSE(file.Discard());
  EXPECT_FALSE(file.Committed().has_value());
  close(ends[0]);
  close(ends[1]);
}

TEST(OutputFile, ClosedPipeIsAFailure) {
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  OutputFile file(ends[1], {});
  std::ostream out(&file);
  out << "one\n" << std::flush;
  EXPECT_EQ(file.WhyFailed(), "Broken pipe");
  close(ends[1]);
}

TEST(OutputFile, InterruptionEndsAWriteToAReaderThatStalls) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::stop_source stop;
  stop.request_stop();
  OutputFile file(ends[1], stop.get_token());
  std::ostream out(&file);
  out << std::string(1 << 20, 'x') << std::flush;
  EXPECT_FALSE(out.good());
  EXPECT_THAT(file.WhyFailed(), HasSubstr("interrupted"));
  close(ends[0]);
  close(ends[1]);
}

TEST(OutputFile, ContinueAtCutsWhatFollowsThePlace) {
  const falcon::testing::TempDir scratch;
  const std::string path = scratch.folder() + "/out";
  std::ofstream(path) << "one\nha";
  const Descriptor descriptor(path, O_WRONLY | O_APPEND);
  OutputFile file(descriptor.fd(), {});
  FilePlace place = *file.Committed();
  place.bytes = 4;
  EXPECT_TRUE(file.ContinueAt(place).ok());
  std::ostream out(&file);
  out << "two\n";
  EXPECT_TRUE(file.Commit());
  EXPECT_EQ(TextOf(path), "one\ntwo\n");
  place.bytes = 100;
  EXPECT_THAT(std::string(file.ContinueAt(place).message()), HasSubstr(">>"));
  place.inode += 1;
  EXPECT_TRUE(file.ContinueAt(place).ok()) << "another file is another output";
}

TEST(ResumeFile, HoldsTheTokenInItsFirstLineAndRoundTrips) {
  const falcon::testing::TempDir scratch;
  const std::string path = scratch.folder() + "/token";
  EXPECT_FALSE(ReadResumePoint(path)->has_value());
  const ResumePoint point{.token = "abc-_=",
                          .start = absl::FromUnixMicros(1'780'000'000'123'456),
                          .place = FilePlace{1, 2, 3}};
  ASSERT_TRUE(WriteResumePoint(path, point).ok());
  EXPECT_EQ(TextOf(path).substr(0, 7), "abc-_=\n");
  const auto read = ReadResumePoint(path);
  ASSERT_TRUE(read.ok() && read->has_value());
  EXPECT_EQ((*read)->token, point.token);
  EXPECT_EQ((*read)->start, point.start);
  EXPECT_EQ((*read)->place, point.place);
  EXPECT_TRUE(RemoveResumePoint(path).ok());
  EXPECT_TRUE(RemoveResumePoint(path).ok());
}

TEST(ResumeFile, AcceptsABareTokenOrAnEmptyFileAndRejectsOtherText) {
  const falcon::testing::TempDir scratch;
  const std::string path = scratch.folder() + "/token";
  std::ofstream(path) << "";
  EXPECT_FALSE(ReadResumePoint(path)->has_value());
  std::ofstream(path) << "abc";
  EXPECT_EQ((*ReadResumePoint(path))->token, "abc");
  for (const char* text : {"{\"a\":1}", "two words", "abc\nmore", "abc\noutput 1"}) {
    std::ofstream(path) << text;
    EXPECT_FALSE(ReadResumePoint(path).ok()) << text;
  }
  EXPECT_FALSE(
      WriteResumePoint(scratch.folder() + "/none/token", {.token = "a", .start = {}, .place = {}})
          .ok());
}

}  // namespace
}  // namespace falcon::client
