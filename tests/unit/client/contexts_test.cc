// Contexts: the file, its commands, and what wins over them.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fake_gateway.h"
#include "program_run.h"
#include "text.h"

namespace falcon::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ContextFile : public ::testing::Test {
 protected:
  ContextFile() {
    std::filesystem::remove_all(home_);
    setting_.variables["HOME"] = home_;
    gateway_.get_status = [](const auto&, v1::GetStatusResponse& response) {
      response.set_version("1");
      return grpc::Status::OK;
    };
  }

  ProgramRun Run(const std::string& command) { return RunFgctl(Split(command, ' '), setting_); }

  void Write(const std::string& text) const {
    std::filesystem::create_directories(home_ + "/.config/fgctl");
    std::ofstream(path_) << text;
    for (const char* name : {"a.pem", "b.pem"})
      std::ofstream(home_ + "/.config/fgctl/" + name) << "x";
  }
  std::string Text() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // The address of the call, as --explain shows it.
  std::string Explained(const std::string& flags) { return Run("status --explain " + flags).out; }

  const std::string home_ =
      ::testing::TempDir() + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path_ = home_ + "/.config/fgctl/config.yaml";
  FakeGateway gateway_;
  ProgramSetting setting_;
};

TEST_F(ContextFile, KeepsNamedGatewaysAndUsesOne) {
  const std::string set = "config set-context prod --caller soc --address " + gateway_.address();
  EXPECT_EQ(Run(set).code, 0);
  EXPECT_EQ(Run("config set-context lab --address lab:443 --tls").code, 0);
  EXPECT_EQ(Run("config use prod").code, 0);
  EXPECT_EQ(Text(), StrCat("current-context: prod\n"
                           "contexts:\n"
                           "  lab:\n    address: lab:443\n    tls: true\n"
                           "  prod:\n    address: ",
                           gateway_.address(), "\n    caller: soc\n"));
  EXPECT_EQ(Run("status").code, 0);
  EXPECT_THAT(Run("config get-contexts").out,
              AllOf(HasSubstr("\n         lab   --address lab:443 --tls\n"),
                    HasSubstr("\n*        prod  --address ")));
  EXPECT_EQ(RunFgctl({"__complete", "config", "use", ""}, setting_).out, "lab\nprod\n");
  EXPECT_EQ(Run("__complete hosts list --context p").out, "prod\n");
  EXPECT_EQ(Run("config delete-context prod").code, 0);
  EXPECT_EQ(Text(), "contexts:\n  lab:\n    address: lab:443\n    tls: true\n");
}

TEST_F(ContextFile, FlagsAndVariablesWinOverIt) {
  Write(
      "current-context: a\n"
      "contexts:\n"
      "  a: {address: 'a:1', tls: true, ca-file: a.pem}\n"
      "  b: {address: 'b:1'}\n");
  EXPECT_THAT(Explained(""), AllOf(HasSubstr(" a:1 "), HasSubstr("/.config/fgctl/a.pem'")));
  EXPECT_THAT(Explained("--context b"), AllOf(HasSubstr("-plaintext "), HasSubstr(" b:1 ")));
  EXPECT_THAT(Explained("--ca-file " + home_ + "/.config/fgctl/b.pem"),
              AllOf(HasSubstr(" a:1 "), HasSubstr("/b.pem'")));
  // Nothing of a context's connection goes to another address.
  EXPECT_THAT(Explained("--address c:1"), AllOf(HasSubstr("-plaintext "), HasSubstr(" c:1 ")));
  setting_.variables["FALCON_GATEWAY_CONTEXT"] = "b";
  EXPECT_THAT(Explained(""), HasSubstr(" b:1 "));
  setting_.variables["FALCON_GATEWAY_ADDRESS"] = "d:1";
  EXPECT_THAT(Explained(""), HasSubstr(" d:1 "));
}

TEST_F(ContextFile, NamesWhatIsWrongWithItsLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"contexts:\n  a:\n    adress: x\n", "line 3: 'adress' is unknown here. Known: address"},
      {"current-context: [\n", "line 2: "},
      {"contexts:\n  a: {address: x, tls: maybe}\n", "line 2: "},
      {"contexts: [a]\n", "line 1: "},
      {"current-context: gone\n", "'gone' is not a context."}};
  for (const auto& [text, message] : cases) {
    Write(text);
    const ProgramRun run = Run("status");
    EXPECT_EQ(run.code, 2) << text;
    EXPECT_THAT(run.err, HasSubstr(message)) << text;
  }
  EXPECT_EQ(Run("config get-contexts").code, 0);
}

TEST_F(ContextFile, RefusesNamesAndSettingsThatCannotBeKept) {
  for (const char* command :
       {"config use prod", "config delete-context prod", "config set-context prod",
        "config set-context prod --address a:1 -o json", "config set-context", "config",
        "status --context prod"}) {
    EXPECT_EQ(Run(command).code, 2) << command;
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace falcon::client
