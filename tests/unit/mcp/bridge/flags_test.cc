// What the command line means, what it says when it is wrong, and files for tokens.
#include "mcp/flags.h"

#include <gmock/gmock.h>

#include <map>

#include "tests/support/temp_dir.h"

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Variables = std::map<std::string, std::string>;

std::variant<Settings, EarlyEnd> Read(const std::vector<std::string>& arguments,
                                      const Variables& variables = {}) {
  return ReadFlags(arguments, [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

Settings Taken(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  auto read = Read(arguments, variables);
  if (const auto* end = std::get_if<EarlyEnd>(&read)) ADD_FAILURE() << end->text;
  auto* settings = std::get_if<Settings>(&read);
  return settings == nullptr ? Settings() : *std::move(settings);
}

// The complaint, which ends the program with the exit code for wrong usage.
std::string Refused(const std::vector<std::string>& arguments) {
  const auto read = Read(arguments);
  const auto* end = std::get_if<EarlyEnd>(&read);
  if (end == nullptr || end->exit_code != kExitUsage) ADD_FAILURE() << "it was taken";
  return end == nullptr ? std::string() : end->text;
}

TEST(Flags, HaveDefaultsForEverything) {
  const Settings settings = Taken({});
  EXPECT_EQ(settings.gateway.address, "127.0.0.1:50051");
  EXPECT_FALSE(settings.gateway.tls);
  EXPECT_EQ(settings.timeout, std::chrono::seconds(30));
  EXPECT_EQ(settings.result_bytes, 24576U);
  EXPECT_EQ(settings.workers, 16U);
  EXPECT_FALSE(settings.http);
  EXPECT_FALSE(settings.self_test);
  EXPECT_THAT(settings.choice.toolsets, IsEmpty());
}

TEST(Flags, TheFlagForTheGatewayComesBeforeTheVariable) {
  const Variables variables = {{"FALCON_GATEWAY_ADDRESS", "variable:1"}};
  EXPECT_EQ(Taken({}, variables).gateway.address, "variable:1");
  EXPECT_EQ(Taken({"--gateway", "flag:2"}, variables).gateway.address, "flag:2");
}

TEST(Flags, FilesForTlsSwitchItOn) {
  EXPECT_TRUE(Taken({"--tls"}).gateway.tls);
  EXPECT_TRUE(Taken({"--ca-file", "ca.pem"}).gateway.tls);
  EXPECT_THAT(Refused({"--cert", "cert.pem"}), HasSubstr("--key"));
}

TEST(Flags, ListsMayBeOneWordOrSeveral) {
  const Settings settings = Taken({"--toolsets", "hosts,detections", "--tools=get_incident",
                                   "--tools", "check_access", "--exclude-tools", " a , b,"});
  EXPECT_THAT(settings.choice.toolsets, ElementsAre("hosts", "detections"));
  EXPECT_THAT(settings.choice.tools, ElementsAre("get_incident", "check_access"));
  EXPECT_THAT(settings.choice.exclude_tools, ElementsAre("a", "b"));
}

TEST(Flags, NumbersHaveTheirRange) {
  EXPECT_EQ(Taken({"--result-bytes", "4096"}).result_bytes, 4096U);
  EXPECT_EQ(Taken({"--timeout", "1500ms"}).timeout, std::chrono::milliseconds(1500));
  Refused({"--result-bytes", "4095"});
  Refused({"--result-bytes", "65537"});
  Refused({"--workers", "0"});
  EXPECT_THAT(Refused({"--timeout", "soon"}), HasSubstr("30s"));
  EXPECT_THAT(Refused({"--timeout", "0s"}), HasSubstr("30s"));
}

TEST(Flags, AnUnknownFlagIsNamedWithTheNearest) {
  const std::string complaint = Refused({"--toolset", "hosts"});
  EXPECT_THAT(complaint, HasSubstr("'--toolset'"));
  EXPECT_THAT(complaint, HasSubstr("Did you mean --toolsets?"));
}

TEST(Flags, HelpAndVersionAreNoMistakes) {
  const auto help = std::get<EarlyEnd>(Read({"--help"}));
  EXPECT_EQ(help.exit_code, kExitOk);
  for (const char* flag : {"--gateway", "--toolsets", "--http-token-file", "--self-test"}) {
    EXPECT_THAT(help.text, HasSubstr(flag));
  }
  EXPECT_THAT(std::get<EarlyEnd>(Read({"--version"})).text, HasSubstr("falcon-mcp-bridge "));
}

TEST(HttpFlags, NameWhereToListen) {
  const auto http = [](const std::string& text) { return *Taken({"--http", text}).http; };
  EXPECT_EQ(http("127.0.0.1:8808").address, "127.0.0.1");
  EXPECT_EQ(http("127.0.0.1:8808").port, 8808);
  EXPECT_EQ(http("localhost:0").address, "127.0.0.1");
  EXPECT_EQ(http("[::1]:9").address, "::1");
  EXPECT_EQ(http("9000").port, 9000);
  EXPECT_FALSE(http("9000").allow_insecure);
  EXPECT_TRUE(Taken({"--http", "9000", "--allow-insecure-listen"}).http->allow_insecure);
  for (const char* wrong : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "a:b"}) {
    EXPECT_THAT(Refused({"--http", wrong}), HasSubstr("127.0.0.1:8808")) << wrong;
  }
}

TEST(HttpFlags, FilesAreRead) {
  const falcon::testing::TempDir scratch;
  const Settings settings =
      Taken({"--http", "127.0.0.1:0", "--http-token-file", scratch.Write("token", "t0ken\n"),
             "--http-tls-cert", scratch.Write("cert", "CERT", 0644), "--http-tls-key",
             scratch.Write("key", "KEY"), "--http-allow-host", "mcp.example,other.example"});
  EXPECT_EQ(settings.http->token, "t0ken");
  EXPECT_EQ(settings.http->certificate_pem, "CERT");
  EXPECT_EQ(settings.http->private_key_pem, "KEY");
  EXPECT_THAT(settings.http->allowed_hosts, ElementsAre("mcp.example", "other.example"));
}

TEST(HttpFlags, ASecretThatOthersMayReadEndsTheStart) {
  const falcon::testing::TempDir scratch;
  const std::string token = scratch.Write("token", "t0ken", 0644);
  const std::string complaint = Refused({"--http", "127.0.0.1:0", "--http-token-file", token});
  EXPECT_THAT(complaint, HasSubstr("chmod 600"));
  EXPECT_THAT(complaint, Not(HasSubstr("t0ken.")));
  EXPECT_THAT(
      Refused({"--http", "127.0.0.1:0", "--http-tls-cert", scratch.Write("cert", "CERT", 0644),
               "--http-tls-key", scratch.Write("key", "KEY", 0644)}),
      HasSubstr("chmod 600"));
}

TEST(HttpFlags, AreForHttpAlone) {
  EXPECT_THAT(Refused({"--http-token-file", "token"}), HasSubstr("--http HOST:PORT"));
  EXPECT_THAT(Refused({"--http-allow-host", "x.example"}), HasSubstr("--http HOST:PORT"));
  EXPECT_THAT(Refused({"--allow-insecure-listen"}), HasSubstr("--http HOST:PORT"));
  EXPECT_THAT(Refused({"--http", "127.0.0.1:0", "--http-tls-cert", "c"}), HasSubstr("go together"));
}

std::string Complaint(const absl::StatusOr<std::string>& result) {
  return std::string(result.status().message());
}

TEST(TokenFile, LineEndsAtTheEndDoNotCount) {
  const falcon::testing::TempDir scratch;
  EXPECT_EQ(*ReadTokenFile(scratch.Write("a", "token")), "token");
  EXPECT_EQ(*ReadTokenFile(scratch.Write("b", "token\r\n\n")), "token");
  EXPECT_EQ(*ReadTokenFile(scratch.Write("c", "token", 0400)), "token");
}

TEST(TokenFile, IsRefusedWithTheCureWhereOthersMayReadIt) {
  const falcon::testing::TempDir scratch;
  for (const mode_t mode : {0640, 0604, 0660, 0666, 0620}) {
    const std::string complaint = Complaint(ReadTokenFile(scratch.Write("t", "s3cret", mode)));
    EXPECT_THAT(complaint, HasSubstr("chmod 600")) << mode;
    EXPECT_THAT(complaint, Not(HasSubstr("s3cret")));
  }
}

TEST(TokenFile, IsRefusedWhereItIsNoToken) {
  const falcon::testing::TempDir scratch;
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("a", "\n"))), HasSubstr("is empty"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("b", "two words"))), HasSubstr("printable"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("c", "t\xc3\xb6ken"))), HasSubstr("printable"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.Write("d", std::string(70000, 'a')))),
              HasSubstr("larger than 64 KiB"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.folder())), HasSubstr("is a directory"));
  EXPECT_THAT(Complaint(ReadTokenFile(scratch.folder() + "/none")), HasSubstr("cannot be opened"));
}

}  // namespace
}  // namespace falcon::mcp
