// Names of commands, and every method that the protos have as a command.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/calls.h"
#include "messages.h"
#include "naming.h"
#include "test_catalog.h"
#include "tests/support/scripted_gateway.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::ElementsAre;

TEST(Naming, EveryMethodHasTheCommandThatUsersExpect) {
  const auto catalog = RealCatalog();
  std::map<std::string, std::string> commands;
  for (const Noun& noun : catalog->nouns()) {
    for (const Method& method : noun.methods) {
      commands[method.descriptor->name()] =
          noun.name.empty() ? method.verb : noun.name + " " + method.verb;
    }
  }
  const std::map<std::string, std::string> expected = {
      {"ListDetections", "detections list"},
      {"GetDetection", "detections get"},
      {"BatchGetDetections", "detections batch-get"},
      {"ExportDetections", "detections export"},
      {"AggregateDetections", "detections aggregate"},
      {"ListHosts", "hosts list"},
      {"GetHost", "hosts get"},
      {"BatchGetHosts", "hosts batch-get"},
      {"ExportHosts", "hosts export"},
      {"BatchGetLoginHistory", "hosts login-history"},
      {"BatchGetNetworkAddressHistory", "hosts network-address-history"},
      {"BatchGetOnlineState", "hosts online-state"},
      {"GetIocDeviceCount", "iocs get-device-count"},
      {"BatchGetProcesses", "iocs processes"},
      {"BatchGetRemediations", "vulnerabilities remediations"},
      {"GetIncidentAttachments", "incidents get-attachments"},
      {"BatchGetSlas", "incidents slas"},
      {"AggregateRtrSessions", "rtr-sessions aggregate"},
      {"BatchGetQueuedRtrSessions", "rtr-sessions batch-get-queued"},
      {"ListRtrAuditSessions", "rtr-audit-sessions list"},
      {"ExportDiscoveredHosts", "discovered-hosts export"},
      {"GetDiscoveredApplication", "discovered-applications get"},
      {"BatchGetDiscoveredLogins", "discovered-logins batch-get"},
      {"BatchGetReputations", "reputations batch-get"},
      {"CheckIocs", "reputations check-iocs"},
      {"InvestigateHost", "investigate host"},
      {"GetStatus", "status"},
      {"CheckAccess", "access"},
  };
  for (const auto& [method, command] : expected) EXPECT_EQ(commands[method], command) << method;
}

TEST(Naming, CommandsAreUniqueWithinTheirNoun) {
  const auto catalog = RealCatalog();
  for (const Noun& noun : catalog->nouns()) {
    std::map<std::string, int> seen;
    for (const Method& method : noun.methods) EXPECT_EQ(++seen[method.verb], 1) << method.verb;
  }
}

class MadeUpService {
 public:
  MadeUpService(const std::string& service, const std::vector<std::string>& methods) {
    google::protobuf::FileDescriptorProto file;
    file.set_name("made_up.proto");
    file.add_message_type()->set_name("M");
    auto* proto = file.add_service();
    proto->set_name(service);
    for (const std::string& name : methods) {
      auto* method = proto->add_method();
      method->set_name(name);
      method->set_input_type("M");
      method->set_output_type("M");
    }
    service_ = pool_.BuildFile(file)->service(0);
  }
  std::string Noun(int method) const { return NounOf(*service_->method(method)); }
  std::string Verb(int method) const { return VerbOf(*service_->method(method)); }

 private:
  google::protobuf::DescriptorPool pool_;
  const google::protobuf::ServiceDescriptor* service_;
};

TEST(Naming, NewServicesAreNamedByTheRule) {
  const MadeUpService vulnerabilities(
      "VulnerabilityService", {"ListVulnerabilities", "GetVulnerability", "GetRemediation"});
  EXPECT_EQ(vulnerabilities.Noun(0), "vulnerabilities");
  EXPECT_EQ(vulnerabilities.Verb(0), "list");
  EXPECT_EQ(vulnerabilities.Verb(1), "get");
  EXPECT_EQ(vulnerabilities.Verb(2), "remediation");
  const MadeUpService sessions("RtrSessionService", {"ListRtrSessions", "BatchGetRtrSessions"});
  EXPECT_EQ(sessions.Noun(0), "rtr-sessions");
  EXPECT_EQ(sessions.Verb(1), "batch-get");
}

TEST(Naming, ServiceWithSeveralListsHasSeveralNouns) {
  const MadeUpService discover("DiscoverService",
                               {"ListPorts", "GetPort", "ListCities", "GetCity"});
  EXPECT_EQ(discover.Noun(1), "ports");
  EXPECT_EQ(discover.Noun(3), "cities");
  EXPECT_EQ(discover.Verb(1), "get");
  EXPECT_EQ(discover.Verb(2), "list");
}

TEST(Naming, CollidingVerbsKeepTheirFullNames) {
  const MadeUpService hosts("HostService", {"ListHosts", "BatchGetState", "GetState"});
  EXPECT_EQ(hosts.Verb(1), "batch-get-state");
  EXPECT_EQ(hosts.Verb(2), "get-state");
}

TEST(Naming, RunOfCapitalsIsOneWord) {
  EXPECT_THAT(Words("ListIOCs"), ElementsAre("list", "iocs"));
  EXPECT_THAT(Words("GetRTRSession"), ElementsAre("get", "rtr", "session"));
  EXPECT_THAT(Words("BatchGetLoginHistory"), ElementsAre("batch", "get", "login", "history"));
}

TEST(Naming, EnumWordsLoseTheirPrefixAndAreFoundInAnyCase) {
  const auto catalog = RealCatalog();
  const auto& request = *MethodOf(*catalog, "detections", "list").descriptor->input_type();
  const auto& list = *request.FindFieldByName("filter")->message_type();
  const auto& severity = *list.FindFieldByName("severities")->enum_type();
  EXPECT_THAT(EnumWords(severity),
              ElementsAre("informational", "low", "medium", "high", "critical"));
  for (const char* word : {"high", "HIGH", "Severity_High", "SEVERITY_HIGH"}) {
    ASSERT_NE(EnumValueNamed(severity, word), nullptr) << word;
    EXPECT_EQ(EnumValueNamed(severity, word)->name(), "SEVERITY_HIGH");
  }
  const auto& status = *list.FindFieldByName("statuses")->enum_type();
  EXPECT_EQ(EnumValueNamed(status, "in-progress")->name(), "DETECTION_STATUS_IN_PROGRESS");
  EXPECT_EQ(EnumValueNamed(severity, "unspecified"), nullptr);
}

// Every text, one item in every list, the last word of every enum.
void Fill(Message& message, int depth) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.is_map() || field.name().ends_with("token")) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      field.is_repeated() ? reflection.AddString(&message, &field, "x\x1b")
                          : reflection.SetString(&message, &field, "x\x1b");
    } else if (field.enum_type() != nullptr) {
      const auto* last = field.enum_type()->value(field.enum_type()->value_count() - 1);
      field.is_repeated() ? reflection.AddEnum(&message, &field, last)
                          : reflection.SetEnum(&message, &field, last);
    } else if (field.message_type() != nullptr && depth > 0 &&
               KindOf(*field.message_type()) == MessageKind::kOther) {
      Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field),
           depth - 1);
    }
  }
}

struct Printed {
  int code = 0;
  std::string out;
  std::string err;
};

class Shapes : public ::testing::Test {
 protected:
  Printed Run(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const Environment environment{.in = in,
                                  .out = out,
                                  .err = err,
                                  .variable = [](const char*) { return std::string(); },
                                  .now = [] { return absl::FromUnixSeconds(1'780'000'000); },
                                  .pause = [](std::chrono::milliseconds) {},
                                  .stop = {}};
    const Command command = ParseCommandLine(*catalog_, arguments, environment);
    if (command.exit_code) return {*command.exit_code, out.str(), err.str()};
    if (!command.call) return {0, command.text, err.str()};
    const auto request = catalog_->NewMessage(*command.call->method->descriptor->input_type());
    const CallContext context(gateway_, command.global, command.call->flags, environment);
    const int code = RunCall(context, *command.call, environment.now(), *request);
    return {code, out.str(), err.str()};
  }

  template <class Each>
  void ForEachMethod(const Each& each) {
    for (const Noun& noun : catalog_->nouns()) {
      for (const Method& method : noun.methods) {
        SCOPED_TRACE(method.descriptor->full_name());
        each(method);
      }
    }
  }

  static std::vector<std::string> Words(const Method& method) {
    if (method.noun.empty()) return {method.verb};
    return {method.noun, method.verb};
  }

  static void ExpectReadable(const std::string& format, const std::string& out) {
    EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
    if (format == "json") {
      EXPECT_FALSE(nlohmann::json::parse(out, nullptr, false).is_discarded()) << out;
    }
    for (const std::string& line : Split(format == "ndjson" ? out : "", '\n')) {
      EXPECT_FALSE(nlohmann::json::parse(line, nullptr, false).is_discarded()) << line;
    }
  }

  const Catalog* const catalog_ = RealCatalog();
  ScriptedGateway gateway_{*catalog_};
};

TEST_F(Shapes, EveryMethodPrintsEmptyAndFullAnswersInEveryFormat) {
  int methods = 0;
  ForEachMethod([&](const Method& method) {
    ++methods;
    for (const bool full : {false, true}) {
      gateway_.On(method.descriptor->name(), [full](const Message&, Message& response) {
        if (full) Fill(response, 3);
        return std::optional<Failure>();
      });
      for (const std::string format : {"table", "json", "ndjson", "csv", "yaml"}) {
        if (!full && (format == "csv" || format == "yaml")) continue;
        std::vector<std::string> words = Words(method);
        words.insert(words.end(), {"--output", format});
        const Printed printed = Run(words);
        EXPECT_FALSE(full && printed.out.empty()) << format;
        EXPECT_EQ(printed.err.find('\x1b'), std::string::npos) << printed.err;
        // A full answer says that ids are missing or deferred.
        EXPECT_TRUE(full || printed.code == 0) << format << ": " << printed.err;
        ExpectReadable(format, printed.out);
      }
    }
  });
  EXPECT_GT(methods, 60);
}

TEST_F(Shapes, EveryMethodHasHelpAndADescription) {
  ForEachMethod([&](const Method& method) {
    std::vector<std::string> help = Words(method);
    help.emplace_back("--help");
    std::vector<std::string> description = Words(method);
    description.insert(description.begin(), "describe");
    for (const auto& words : {help, description}) {
      const Printed printed = Run(words);
      EXPECT_EQ(printed.code, 0) << printed.err;
      EXPECT_FALSE(printed.out.empty());
    }
  });
}

TEST_F(Shapes, EveryFailedMethodPrintsTheErrorAndExitsWithIt) {
  Failure failure;
  failure.code = grpc::StatusCode::UNAVAILABLE;
  failure.message = "broke";
  ForEachMethod([&](const Method& method) {
    gateway_.Fails(method.descriptor->name(), failure);
    std::vector<std::string> words = Words(method);
    if (method.shape.resume_from != nullptr) words.insert(words.end(), {"--retry-for", "0s"});
    const Printed printed = Run(words);
    EXPECT_EQ(printed.code, 5);
    EXPECT_NE(printed.err.find("broke"), std::string::npos) << printed.err;
  });
}

}  // namespace
}  // namespace falcon::client
