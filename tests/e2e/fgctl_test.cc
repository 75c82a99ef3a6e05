// fgctl never lies: every command, and outputs, gateways and terminals that go away.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/flags.h"
#include "client/gateway.h"
#include "client/messages.h"
#include "client/naming.h"
#include "client/text.h"
#include "descriptor_set.h"
#include "tests/e2e/nouns.h"
#include "tests/support/method_requests.h"
#include "tests/support/relay.h"
#include "tests/unit/client/program_run.h"

namespace falcon::e2e {
namespace {

using client::Flag;
using client::Method;
using client::ProgramRun;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kAlerts = 500;

std::string TextOf(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The ids of whole records, one a line; a failed test where a line is none or comes twice.
std::set<std::string> IdsOf(const std::string& text) {
  std::set<std::string> ids;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const Json record = Json::parse(line, nullptr, false);
    EXPECT_TRUE(record.is_object()) << line;
    if (!record.is_object()) continue;
    EXPECT_TRUE(ids.insert(record.value("composite_id", "")).second) << "twice: " << line;
  }
  return ids;
}

std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  if (field.enum_type() != nullptr) {
    const int number = client::EnumAt(message, field, index);
    return client::EnumWord(*field.enum_type()->FindValueByNumber(number));
  }
  if (field.message_type() != nullptr) {
    return client::WellKnownText(client::MessageAt(message, field, index));
  }
  return client::ScalarText(message, field, index);
}

// The request as a command line.
std::vector<std::string> CommandFor(const Method& method, const Message& request) {
  std::vector<std::string> words = {method.verb};
  if (!method.noun.empty()) words.insert(words.begin(), method.noun);
  for (const Flag& flag : client::FlagsOf(method)) {
    const FieldDescriptor& field = flag.field();
    if (flag.path.size() != 1) continue;
    const auto& reflection = *request.GetReflection();
    const int size = field.is_repeated()                    ? reflection.FieldSize(request, &field)
                     : reflection.HasField(request, &field) ? 1
                                                            : 0;
    for (int i = 0; i < size; ++i) {
      words.push_back("--" + flag.name);
      if (flag.kind == client::FlagKind::kSwitch) continue;
      words.push_back(ValueText(request, field, field.is_repeated() ? i : -1));
    }
  }
  return words;
}

class FgctlCommands : public SharedWorld<FgctlCommands> {
 public:
  static WorldOptions Options() { return SmallWorld(); }

 protected:
  static ProgramRun Fgctl(std::vector<std::string> words, const std::string& format) {
    words.insert(words.end(), {"--address", world().address(), "--output", format});
    client::ProgramSetting setting;
    return client::RunFgctl(words, setting);
  }
};

// A new method is tried by its descriptor.
TEST_F(FgctlCommands, EachWorksInEachFormat) {
  const auto catalog = client::Catalog::Load(DescriptorSet());
  ASSERT_TRUE(catalog.ok());
  client::Invoker invoker(world().channel(), **catalog);
  falcon::testing::MethodRequests requests(**catalog);
  for (const client::Noun& noun : (*catalog)->nouns()) {
    const Method* list = (*catalog)->Find(noun.name, "list");
    if (list == nullptr) continue;
    const client::Answer answer = invoker.Unary(*list, *requests.For(*list), {});
    ASSERT_FALSE(answer.failure) << answer.failure->message;
    requests.Remember(*list, *answer.message);
  }
  for (const client::Noun& noun : (*catalog)->nouns()) {
    for (const Method& method : noun.methods) {
      std::vector<std::string> words = CommandFor(method, *requests.For(method));
      const bool endless =
          method.descriptor->server_streaming() && method.shape.resume_from == nullptr;
      if (endless) words.insert(words.end(), {"--timeout", "500ms"});
      for (const std::string format : {"table", "json", "ndjson"}) {
        const ProgramRun run = Fgctl(words, format);
        // Some of the ids are of records that the simulator has not.
        const bool right = endless ? run.code == 5 : run.code == 0 || run.code == 3;
        EXPECT_TRUE(right) << client::Join(words, " ") << ": " << run.code << " " << run.err;
        EXPECT_FALSE(run.code == 0 && run.out.empty() && run.err.empty())
            << client::Join(words, " ") << " says nothing";
      }
    }
  }
}

TEST_F(FgctlCommands, AHostIsFoundByItsNameAlone) {
  const ProgramRun run = Fgctl({"hosts", "get", "SRV-PROD-001"}, "ndjson");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Json::parse(run.out).at("hostname"), "SRV-PROD-001");
}

// The word that bash replaces begins behind a quote that is open.
TEST_F(FgctlCommands, CompletesInBashInsideAndOutsideOfQuotes) {
  const struct {
    const char* line;
    const char* replaced;
    const char* lines;
  } cases[] = {{"fgctl hosts li", "li", "list\n"},
               {"fgctl detections list --fql severity_n", "severity_n",
                "severity_name:'Informational'\nseverity_name:'Low'\nseverity_name:'Medium'\n"
                "severity_name:'High'\nseverity_name:'Critical'\n"},
               {"fgctl iocs list --fql created_on:>", ">", ">\n>=\n"},
               {"fgctl detections list --fql \"severity_name:'Hi", "severity_name:'Hi",
                "severity_name:'High'\n"}};
  for (const auto& one : cases) {
    const Outcome outcome =
        RunToEnd("/bin/bash",
                 {"-c",
                  "fgctl() { \"$FGCTL\" \"$@\"; }; source <(fgctl completion bash); "
                  "COMP_POINT=${#COMP_LINE}; "
                  "_fgctl fgctl \"$REPLACED\" 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\""},
                 {{"FGCTL", FgctlProgram()}, {"COMP_LINE", one.line}, {"REPLACED", one.replaced}});
    EXPECT_EQ(outcome.out, one.lines) << one.line;
  }
}

class FgctlExport : public SharedWorld<FgctlExport> {
 public:
  static WorldOptions Options() {
    return {.simulator = {"--alerts", std::to_string(kAlerts), "--hosts", "60"}};
  }

 protected:
  void SetUp() override {
    world().ClearFaults();
    for (const std::string& path : {out_, token_}) std::filesystem::remove(path);
  }

  // `fgctl` is an export of all detections in small batches.
  Outcome Shell(const std::string& script) const {
    return RunToEnd("/bin/sh",
                    {"-c",
                     "fgctl() { \"$FGCTL\" detections export --batch-size 50 "
                     "\"$@\"; }\n" +
                         script},
                    Environment());
  }
  std::map<std::string, std::string> Environment() const {
    return {{"FGCTL", FgctlProgram()},
            {"FALCON_GATEWAY_ADDRESS", world().address()},
            {"OUT", out_},
            {"TOKEN", token_}};
  }
  // The same in the background: what it writes to standard error is in `log_`.
  Program Start(const std::string& script) const {
    return {"/bin/sh",
            {"-c", "exec \"$FGCTL\" detections export --batch-size 50 " + script},
            Environment(),
            log_};
  }
  // Falcon stops to answer after some pages, until the faults are cleared.
  void StallAfter(int pages) {
    world().Fault(Rule("stall", {{"skip", pages}, {"times", 0}, {"path", "/alerts"}}));
  }
  void AwaitRecords(size_t records) const {
    WaitUntil([&] {
      const std::string text = TextOf(out_);
      return std::count(text.begin(), text.end(), '\n') >= static_cast<std::ptrdiff_t>(records);
    });
  }
  static std::string TokenIn(const std::string& text) {
    constexpr std::string_view kFlag = "--resume-token ";
    const size_t at = text.find(kFlag);
    if (at == std::string::npos) return {};
    return text.substr(at + kFlag.size(),
                       text.find_first_of(" \n", at + kFlag.size()) - at - kFlag.size());
  }

  const std::string out_ = world().folder() + "/out.ndjson";
  const std::string token_ = world().folder() + "/token";
  const std::string log_ = world().folder() + "/fgctl-" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".log";
};

TEST_F(FgctlExport, AFullDeviceIsAFailureInEveryFormat) {
  for (const char* format : {"ndjson", "json", "table"}) {
    const Outcome outcome = Shell(std::string("fgctl > /dev/full --output ") + format);
    EXPECT_EQ(outcome.status, 1) << format << outcome.err;
    EXPECT_NE(outcome.err.find("No space left on device"), std::string::npos) << outcome.err;
  }
  EXPECT_EQ(Shell("\"$FGCTL\" hosts list > /dev/full").status, 1);
  EXPECT_EQ(Shell("\"$FGCTL\" --help > /dev/full").status, 1);
  EXPECT_EQ(Shell("\"$FGCTL\" --help >&-").status, 1);
}

TEST_F(FgctlExport, GzipBringsTheSameRecordsInHalfOfTheBytes) {
  const std::string& address = world().address();
  const falcon::testing::Relay plain(std::stoi(address.substr(address.rfind(':') + 1)));
  const falcon::testing::Relay compressed(std::stoi(address.substr(address.rfind(':') + 1)));
  const auto through = [&](const falcon::testing::Relay& relay, const std::string& flags) {
    const Outcome outcome =
        Shell("fgctl --output ndjson --address 127.0.0.1:" + std::to_string(relay.port()) + flags);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_EQ(through(plain, ""), through(compressed, " --gzip"));
  EXPECT_LT(compressed.received() * 2, plain.received());
}

TEST_F(FgctlExport, AFileThatMayNotGrowHoldsWholeRecordsAndItsTokenBringsTheRest) {
  const Outcome full = Shell("ulimit -f 100; fgctl --output ndjson >> \"$OUT\"");
  EXPECT_EQ(full.status, 1) << full.err;
  EXPECT_NE(full.err.find("File too large"), std::string::npos) << full.err;
  const std::set<std::string> first = IdsOf(TextOf(out_));
  EXPECT_GT(first.size(), 0U);
  EXPECT_LT(first.size(), kAlerts);
  const std::string token = TokenIn(full.err);
  ASSERT_NE(token, "") << full.err;
  const Outcome rest = Shell("fgctl --output ndjson --resume-token " + token + " >> \"$OUT\"");
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(IdsOf(TextOf(out_)).size(), kAlerts);
}

TEST_F(FgctlExport, AReaderThatLeavesIsAFailureWithTheToken) {
  const Outcome outcome =
      Shell("{ fgctl --output ndjson --view full 2> \"$OUT\"; echo $? > \"$TOKEN\"; } | head -n 1");
  EXPECT_EQ(TextOf(token_), "1\n");
  EXPECT_NE(TextOf(out_).find("Broken pipe"), std::string::npos) << TextOf(out_);
  EXPECT_EQ(IdsOf(outcome.out).size(), 1U);
}

TEST_F(FgctlExport, SurvivesAGatewayThatIsKilledAndStartedAgain) {
  StallAfter(5);
  Program fgctl = Start("--output ndjson --resume-file \"$TOKEN\" >> \"$OUT\"");
  AwaitRecords(50);
  world().gateway_program().Signal(SIGKILL);
  world().gateway_program().Wait();
  WaitUntil([&] { return fgctl.Log().find("resuming in 2 s") != std::string::npos; });
  world().ClearFaults();
  world().StartGateway();
  EXPECT_EQ(fgctl.Wait(), 0) << fgctl.Log();
  EXPECT_EQ(IdsOf(TextOf(out_)).size(), kAlerts);
  EXPECT_FALSE(std::filesystem::exists(token_));
}

TEST_F(FgctlExport, KeepsItsPlaceWhenItIsEndedByAnySignal) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGKILL}) {
    SetUp();
    StallAfter(5);
    Program fgctl = Start("--resume-file \"$TOKEN\" >> \"$OUT\"");
    AwaitRecords(50);
    WaitUntil([&] { return std::filesystem::exists(token_); });
    fgctl.Signal(signal);
    EXPECT_EQ(fgctl.Wait(), signal == SIGKILL ? 128 + SIGKILL : 130) << fgctl.Log();
    world().ClearFaults();
    const Outcome rest = Shell("fgctl --resume-file \"$TOKEN\" >> \"$OUT\"");
    EXPECT_EQ(rest.status, 0) << rest.err;
    EXPECT_EQ(IdsOf(TextOf(out_)).size(), kAlerts) << signal;
    EXPECT_FALSE(std::filesystem::exists(token_));
  }
}

TEST_F(FgctlExport, AnInterruptionPrintsTheTokenOfWhatIsWritten) {
  StallAfter(5);
  Program fgctl = Start("--output ndjson >> \"$OUT\"");
  AwaitRecords(50);
  fgctl.Signal(SIGINT);
  EXPECT_EQ(fgctl.Wait(), 130);
  world().ClearFaults();
  const std::string token = TokenIn(fgctl.Log());
  ASSERT_NE(token, "") << fgctl.Log();
  EXPECT_NE(fgctl.Log().find(">>"), std::string::npos);
  EXPECT_EQ(Shell("fgctl --output ndjson --resume-token " + token + " >> \"$OUT\"").status, 0);
  EXPECT_EQ(IdsOf(TextOf(out_)).size(), kAlerts);
}

}  // namespace
}  // namespace falcon::e2e
