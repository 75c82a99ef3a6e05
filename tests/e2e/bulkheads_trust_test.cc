// Secrets that stay where they are, certificates that are trusted, and one caller's part of
// VirusTotal's day.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/e2e/calls.h"
#include "tests/e2e/reputation.h"
#include "tests/support/self_signed_cert.h"

namespace falcon::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProxyVariable, WrongOneEndsTheStartAndIsNeverRepeated) {
  for (const char* const value : {"http://user:canary#1@proxy.example:3128",
                                  "canary://user:canary@proxy.example", "http://u:canary@:99999"}) {
    const Outcome outcome = RunToEnd(GatewayProgram(), {"--listen=127.0.0.1:0"},
                                     {{"FALCON_CLIENT_ID", kClientId},
                                      {"FALCON_CLIENT_SECRET", kClientSecret},
                                      {"https_proxy", value}});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("https_proxy"), Not(HasSubstr("canary"))));
  }
}

TEST(ProxyVariable, PasswordOfADeadProxyAppearsNowhere) {
  WorldOptions options = WithKey();
  options.environment["https_proxy"] = "http://user:canary@127.0.0.1:1";
  World world(options);
  const grpc::Status lists = Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status;
  const grpc::Status look_up = Ask(world, Values({"a.example"})).status;
  for (const grpc::Status& status : {lists, look_up}) {
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr("canary")));
  }
  EXPECT_THAT(world.gateway_program().Log(), Not(HasSubstr("canary")));
}

// A gateway whose system's store is a folder of the test's, in a mount namespace of its own.
class SystemStore : public ::testing::Test {
 protected:
  SystemStore() {
    if (RunToEnd("/usr/bin/unshare", {"-rm", "true"}).status != 0) return;
    allowed_ = true;
    const std::string store = world_.folder() + "/certs";
    std::filesystem::create_directory(store);
    // The folder holds the simulator's CA under the name by which OpenSSL looks for it.
    const Outcome hash = RunToEnd("/usr/bin/openssl", {"x509", "-hash", "-noout", "-in", Ca()});
    std::filesystem::copy_file(Ca(), store + "/" + hash.out.substr(0, 8) + ".0");
    other_ = store + "/ca-certificates.crt";
    std::ofstream(other_) << testing::MakeSelfSignedCertificate().pem;
  }
  std::string Ca() const { return world_.folder() + "/ca.pem"; }

  // What fgctl says of a list by a gateway with these flags.
  std::string List(const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"-rm",
                                          "sh",
                                          "-c",
                                          R"(mount --bind "$0" /etc/ssl/certs && exec "$@")",
                                          world_.folder() + "/certs",
                                          GatewayProgram(),
                                          "--listen=127.0.0.1:0"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    Program gateway("/usr/bin/unshare", arguments, world_.GatewayEnvironment(),
                    world_.folder() + "/unshared.log");
    const std::string line = gateway.ReadLine();
    const std::string address = line.substr(line.rfind(' ') + 1);
    const Outcome outcome =
        RunToEnd(FgctlProgram(), {"--address", address, "hosts", "list", "--timeout", "10s"});
    return outcome.status == 0 ? "OK" : outcome.err;
  }

  World world_{{.simulator = {"--hosts", "10"}, .start_gateway = false}};
  bool allowed_ = false;
  std::string other_;
};

TEST_F(SystemStore, IsTrustedWithoutCaFileAndNotBesideIt) {
  if (!allowed_) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_EQ(List({}), "OK");
  EXPECT_EQ(List({"--ca-file=" + Ca()}), "OK");
  EXPECT_THAT(List({"--ca-file=" + other_}), HasSubstr("TLS"));
}

v1::BatchGetReputationsResponse LookUpAs(World& world, const std::string& caller, int from,
                                         int count) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + seconds(20));
  context.AddMetadata("falcon-caller", caller);
  v1::BatchGetReputationsRequest request;
  for (int i = 0; i < count; ++i) request.add_values("d" + std::to_string(from + i) + ".example");
  v1::BatchGetReputationsResponse response;
  v1::ReputationService::Stub(world.channel()).BatchGetReputations(&context, request, &response);
  return response;
}

TEST(VirusTotalDay, OneCallerLeavesHalfOfItToTheOthers) {
  World world(WithKey({{}, {"--virustotal-per-minute=100", "--virustotal-per-day=20"}}));
  EXPECT_EQ(LookUpAs(world, "greedy", 0, 20).virustotal_calls(), 10);
  EXPECT_EQ(LookUpAs(world, "greedy", 100, 5).virustotal_calls(), 0);
  EXPECT_EQ(LookUpAs(world, "modest", 200, 5).virustotal_calls(), 5);
}

}  // namespace
}  // namespace falcon::e2e
