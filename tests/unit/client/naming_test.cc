// Names of nouns, verbs, flags and words, for the real methods and for ones that may come.
#include "naming.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>

#include <map>

#include "test_catalog.h"
#include "text.h"

namespace falcon::client {
namespace {

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

}  // namespace
}  // namespace falcon::client
