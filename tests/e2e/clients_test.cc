// Other people's clients and our own before the running gateway: buf curl by reflection, and
// fgctl.
#include <google/protobuf/descriptor.pb.h>

#include <fstream>
#include <set>
#include <sstream>

#include "descriptor_set.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Clients : public SharedWorld<Clients> {
 public:
  static WorldOptions Options() {
    return {.simulator = {"--alerts", "500", "--hosts", "100"},
            .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}};
  }

 protected:
  static Outcome Fgctl(std::vector<std::string> arguments,
                       std::map<std::string, std::string> environment = {}) {
    environment["FALCON_GATEWAY_ADDRESS"] = world().address();
    return RunToEnd(FgctlProgram(), arguments, environment);
  }
  static Outcome Shell(const std::string& script) {
    return RunToEnd("/bin/sh", {"-euc", script},
                    {{"BUF", ToolPath(".bin/buf")},
                     {"ADDRESS", world().address()},
                     {"FGCTL", FgctlProgram()},
                     {"FALCON_GATEWAY_ADDRESS", world().address()},
                     {"FOLDER", world().folder()}});
  }
};

// "service", or "service/method", of all services that there are protos of.
std::set<std::string> NamesInProtos(bool methods) {
  google::protobuf::FileDescriptorSet set;
  const std::string_view bytes = DescriptorSet();
  EXPECT_TRUE(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  std::set<std::string> names;
  for (const auto& file : set.file()) {
    for (const auto& service : file.service()) {
      const std::string name = file.package() + "." + service.name();
      if (!methods) names.insert(name);
      for (const auto& method : service.method()) {
        if (methods) names.insert(name + "/" + method.name());
      }
    }
  }
  return names;
}

TEST_F(Clients, BufListsExactlyTheServicesAndMethodsOfTheProtosByReflection) {
  for (const bool methods : {false, true}) {
    const Outcome outcome =
        Shell(std::string("$BUF curl --protocol grpc --http2-prior-knowledge http://$ADDRESS ") +
              (methods ? "--list-methods" : "--list-services"));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const std::vector<std::string> lines = LinesOf(outcome.out);
    EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()), NamesInProtos(methods));
  }
}

TEST_F(Clients, BufSeesAnErrorWithItsDetails) {
  const Outcome outcome = Shell(
      "$BUF curl --protocol grpc --http2-prior-knowledge -d '{\"page_size\": -1}' "
      "http://$ADDRESS/falcon_gateway.v1.DetectionService/ListDetections");
  EXPECT_NE(outcome.status, 0);
  EXPECT_TRUE(Has(outcome.out + outcome.err, "invalid_argument")) << outcome.err;
  EXPECT_TRUE(Has(outcome.out + outcome.err, "page_size")) << outcome.err;
}

TEST_F(Clients, StatusAndAccessAreShown) {
  const Outcome status = Fgctl({"status", "--output", "json"});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_EQ(Json::parse(status.out).at("base_url"), world().simulator_url());
  const Outcome access = Fgctl({"access", "--output", "table"});
  EXPECT_EQ(access.status, 0) << access.err;
  EXPECT_TRUE(Has(access.out, "Alerts:read")) << access.out;
}

TEST_F(Clients, JsonIsTheWholeAnswerAndNdjsonOneRecordALine) {
  const Outcome json = Fgctl({"detections", "list", "--page-size", "3", "--output", "json"});
  ASSERT_EQ(json.status, 0) << json.err;
  const Json answer = Json::parse(json.out);
  EXPECT_EQ(answer.at("detections").size(), 3U);
  EXPECT_TRUE(answer.contains("next_page_token"));
  const Outcome lines = Fgctl({"hosts", "list", "--page-size", "3", "--output", "ndjson"});
  ASSERT_EQ(lines.status, 0) << lines.err;
  ASSERT_EQ(LinesOf(lines.out).size(), 3U);
  for (const std::string& line : LinesOf(lines.out)) {
    EXPECT_EQ(Json::parse(line).at("device_id").get<std::string>().size(), 32U);
  }
}

TEST_F(Clients, ExplainShowsTheCallAndItsFqlWithoutAskingFalcon) {
  world().ResetLedger();
  const Outcome list = Fgctl({"detections", "list", "--severity", "high", "--fql",
                              "tactic:'Execution'", "--page-size", "5", "--explain"});
  ASSERT_EQ(list.status, 0) << list.err;
  EXPECT_TRUE(Has(list.out,
                  "grpcurl -plaintext -d '{\"page_size\":5,\"filter\":{\"severities\":["
                  "\"SEVERITY_HIGH\"],\"fql\":\"tactic:'\\''Execution'\\''\"}}' "))
      << list.out;
  EXPECT_TRUE(Has(list.out, " falcon_gateway.v1.DetectionService/ListDetections\n")) << list.out;
  EXPECT_TRUE(Has(list.out, "FQL: severity_name:['High']+tactic:'Execution'\n")) << list.out;
  const Outcome stream =
      Fgctl({"hosts", "export", "--platform", "Linux", "--fields", "hostname,status", "--explain"});
  EXPECT_TRUE(Has(stream.out, R"("read_mask":{"paths":["hostname","status"]})")) << stream.out;
  EXPECT_TRUE(Has(stream.out, "FQL: platform_name:['Linux']\n")) << stream.out << stream.err;
  EXPECT_EQ(world().Calls(""), 0) << world().Ledger();
  EXPECT_EQ(Fgctl({"hosts", "list", "--days", "0", "--explain"}).status, 2);
}

TEST_F(Clients, ExportBringsEverythingAsNdjson) {
  const Outcome outcome = Fgctl({"detections", "export", "--output", "ndjson"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(LinesOf(outcome.out).size(), 500U);
}

TEST_F(Clients, ExportIsResumedByFgctlItself) {
  world().Fault(Rule("status", {{"skip", 2}, {"times", 3}, {"code", 503}}));
  const Outcome outcome =
      Fgctl({"detections", "export", "--batch-size", "100", "--output", "ndjson"});
  world().ClearFaults();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(LinesOf(outcome.out).size(), 500U);
}

TEST_F(Clients, ExitCodeSaysWhatHappened) {
  EXPECT_EQ(Fgctl({"hosts", "list"}).status, 0);
  EXPECT_EQ(Fgctl({"hosts", "lisst"}).status, 2);
  EXPECT_EQ(Fgctl({"hosts", "list", "--no-such-flag"}).status, 2);
  EXPECT_EQ(Fgctl({"detections", "list", "--fql", "severty:>60"}).status, 2);
  EXPECT_EQ(Fgctl({"hosts", "get", "--hostname", "no-such-host"}).status, 3);
  world().Fault(Rule("forbidden", {{"times", 0}}));
  EXPECT_EQ(Fgctl({"detections", "list"}).status, 4);
  world().ClearFaults();
  world().Fault(Rule("status", {{"times", 0}, {"code", 503}}));
  EXPECT_EQ(Fgctl({"detections", "list"}).status, 5);
  world().ClearFaults();
}

TEST_F(Clients, ErrorNamesTheNearestFieldAndTheNextStep) {
  const Outcome outcome = Fgctl({"detections", "list", "--fql", "severty:>60"});
  EXPECT_TRUE(outcome.out.empty()) << outcome.out;
  EXPECT_TRUE(Has(outcome.err, "severity")) << outcome.err;
  world().Fault(Rule("forbidden"));
  const Outcome denied = Fgctl({"detections", "list"});
  EXPECT_TRUE(Has(denied.err, "Alerts:read")) << denied.err;
}

TEST_F(Clients, EmptyResultIsAResult) {
  const Outcome table =
      Fgctl({"detections", "list", "--hostname", "no-such-host", "--output", "table"});
  EXPECT_EQ(table.status, 0) << table.err;
  const Outcome lines =
      Fgctl({"detections", "list", "--hostname", "no-such-host", "--output", "ndjson"});
  EXPECT_EQ(lines.status, 0) << lines.err;
  EXPECT_TRUE(lines.out.empty()) << lines.out;
}

TEST_F(Clients, HostileNamesCannotSteerATerminal) {
  const std::string turned = "\xe2\x80\xae";  // right-to-left override
  const Outcome table = Fgctl({"hosts", "list", "--all", "--output", "table"});
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_FALSE(Has(table.out, turned));
  EXPECT_FALSE(Has(table.out, "\x1b"));
  EXPECT_TRUE(Has(table.out, "gpj.exe")) << "the host itself is shown";
  const Outcome json = Fgctl({"hosts", "list", "--all", "--output", "ndjson"});
  EXPECT_FALSE(Has(json.out, turned));
  for (const std::string& line : LinesOf(json.out)) EXPECT_FALSE(Json::parse(line).empty());
}

// On a terminal of its own, by script(1).
std::string OnTerminal(const std::string& command, std::map<std::string, std::string> environment) {
  environment["TERM"] = "xterm";
  return RunToEnd("/usr/bin/script", {"-qec", command, "/dev/null"}, environment).out;
}

TEST_F(Clients, ColoursAreForTerminalsAndNoColorIsObeyed) {
  const std::string command = FgctlProgram() + " --address " + world().address() +
                              " detections list --min-severity high --page-size 5";
  const std::string coloured = OnTerminal(command, {});
  EXPECT_TRUE(Has(coloured, "\x1b[")) << coloured;
  EXPECT_FALSE(Has(OnTerminal(command, {{"NO_COLOR", "1"}}), "\x1b["));
  EXPECT_FALSE(Has(OnTerminal(command + " --no-color", {}), "\x1b["));
  const Outcome piped = Fgctl({"detections", "list", "--output", "table"});
  EXPECT_FALSE(Has(piped.out, "\x1b["));
}

TEST(DeadGateway, EndsWithTheExitCodeForARetry) {
  const Outcome outcome = RunToEnd(FgctlProgram(), {"--address", "127.0.0.1:1", "hosts", "list"});
  EXPECT_EQ(outcome.status, 5) << outcome.err;
  EXPECT_TRUE(Has(outcome.err, "127.0.0.1:1")) << outcome.err;
  EXPECT_TRUE(outcome.out.empty());
}

TEST(GatewayProgram, RefusesToStartWithoutCredentialsAndSaysWhatIsMissing) {
  const Outcome outcome = RunToEnd(GatewayProgram(), {"--listen=127.0.0.1:0"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(Has(outcome.err, "CLIENT_ID")) << outcome.err;
  EXPECT_TRUE(Has(outcome.err, "CLIENT_SECRET")) << outcome.err;
}

TEST(GatewayProgram, RefusesAnUnknownRegionAndListsTheKnownOnes) {
  const Outcome outcome =
      RunToEnd(GatewayProgram(), {"--listen=127.0.0.1:0", "--region=mars-1"},
               {{"FALCON_CLIENT_ID", kClientId}, {"FALCON_CLIENT_SECRET", kClientSecret}});
  EXPECT_EQ(outcome.status, 2);
  for (const char* region : {"us-1", "us-2", "eu-1", "us-gov-1", "us-gov-2"}) {
    EXPECT_TRUE(Has(outcome.err, region)) << outcome.err;
  }
  EXPECT_FALSE(Has(outcome.err, kClientSecret));
}

}  // namespace
}  // namespace falcon::e2e
