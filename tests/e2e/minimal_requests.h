// A request for every method, with ids that lists have told.
#ifndef FALCON_TESTS_E2E_MINIMAL_REQUESTS_H_
#define FALCON_TESTS_E2E_MINIMAL_REQUESTS_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "client/catalog.h"

namespace falcon::e2e {

// A request for each method; `{Host}` stands for the id of the first record of that kind that a
// list brought. A new RPC needs a line.
inline const std::map<std::string, std::string>& RequestTable() {
  static const std::map<std::string, std::string> kRequests = {
      {"AggregateDetections", "field: 'status'"},
      {"AggregateHosts", "field: 'platform_name'"},
      {"AggregateIocs", "field: 'type'"},
      {"AggregateRtrSessions", "field: 'origin'"},
      {"BatchGetDetections", "composite_ids: '{Detection}'"},
      {"BatchGetDiscoveredAccounts", "ids: '{DiscoveredAccount}'"},
      {"BatchGetDiscoveredApplications", "ids: '{DiscoveredApplication}'"},
      {"BatchGetDiscoveredHosts", "ids: '{DiscoveredHost}'"},
      {"BatchGetDiscoveredLogins", "ids: '{DiscoveredLogin}'"},
      {"BatchGetEvaluationLogic", "ids: '1'"},
      {"BatchGetHosts", "device_ids: '{Host}'"},
      {"BatchGetIncidentAttachments", "ids: 'a1'"},
      {"BatchGetIncidents", "ids: '{Incident}'"},
      {"BatchGetIntelIndicators", "ids: '{IntelIndicator}'"},
      {"BatchGetIocs", "ids: '{Ioc}'"},
      {"BatchGetLoginHistory", "device_ids: '{Host}'"},
      {"BatchGetNetworkAddressHistory", "device_ids: '{Host}'"},
      {"BatchGetOnlineState", "device_ids: '{Host}'"},
      {"BatchGetProcesses", "process_ids: 'pid:a:1'"},
      {"BatchGetQueuedRtrSessions", "ids: '{RtrSession}'"},
      {"BatchGetRemediations", "ids: 'r1'"},
      {"BatchGetReputations", "values: '203.0.113.42'"},
      {"BatchGetRtrSessions", "ids: '{RtrSession}'"},
      {"BatchGetSlas", "ids: 's1'"},
      {"BatchGetTemplates", "ids: 't1'"},
      {"BatchGetVulnerabilities", "ids: '{Vulnerability}'"},
      {"CheckAccess", ""},
      {"CheckIocs", "ids: '{Ioc}'"},
      {"ExportDetections", ""},
      {"ExportDiscoveredAccounts", ""},
      {"ExportDiscoveredApplications", ""},
      {"ExportDiscoveredHosts", ""},
      {"ExportDiscoveredLogins", ""},
      {"ExportHosts", ""},
      {"ExportIncidents", "read_mask { paths: '*' }"},
      {"ExportIntelIndicators", ""},
      {"ExportIocs", ""},
      {"ExportRtrAuditSessions", ""},
      {"ExportRtrSessions", ""},
      {"ExportVulnerabilities", ""},
      {"GetDetection", "composite_id: '{Detection}'"},
      {"GetDiscoveredAccount", "id: '{DiscoveredAccount}'"},
      {"GetDiscoveredApplication", "id: '{DiscoveredApplication}'"},
      {"GetDiscoveredHost", "id: '{DiscoveredHost}'"},
      {"GetDiscoveredLogin", "id: '{DiscoveredLogin}'"},
      {"GetHost", "device_id: '{Host}'"},
      {"GetIncident", "id: '{Incident}'"},
      {"GetIncidentAttachments", "id: '{Incident}'"},
      {"GetIntelIndicator", "id: '{IntelIndicator}'"},
      {"GetIoc", "id: '{Ioc}'"},
      {"GetIocDeviceCount", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
      {"GetIocDevices", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
      {"GetIocProcesses", "type: IOC_TYPE_IPV4 value: '203.0.113.42' device_id: '{Host}'"},
      {"GetRtrSession", "id: '{RtrSession}'"},
      {"GetStatus", ""},
      {"GetVulnerability", "id: '{Vulnerability}'"},
      {"ListDetections", "query: 'e'"},
      {"ListDiscoveredAccounts", ""},
      {"ListDiscoveredApplications", ""},
      {"ListDiscoveredHosts", ""},
      {"ListDiscoveredLogins", ""},
      {"ListHosts", ""},
      {"ListIncidents", ""},
      {"ListIntelIndicators", ""},
      {"ListIocs", ""},
      {"ListRtrAuditSessions", "read_mask { paths: '*' }"},
      {"ListRtrSessions", ""},
      {"ListVulnerabilities", ""},
  };
  return kRequests;
}

class MinimalRequests {
 public:
  explicit MinimalRequests(const client::Catalog& catalog) : catalog_(catalog) {}

  // Null, and a failed test, where the table has no line for the method.
  std::unique_ptr<google::protobuf::Message> For(const client::Method& method) const {
    const auto text = RequestTable().find(method.descriptor->name());
    const bool ours = method.descriptor->file()->package() == "falcon.v1";
    EXPECT_TRUE(!ours || text != RequestTable().end()) << "needs a request";
    auto request = catalog_.NewMessage(*method.descriptor->input_type());
    const std::string known = text == RequestTable().end() ? "" : WithIds(text->second);
    const bool parsed = google::protobuf::TextFormat::ParseFromString(known, request.get());
    EXPECT_TRUE(parsed) << known;
    return parsed ? std::move(request) : nullptr;
  }

  // Keeps the id of a list's first record.
  void Learn(const client::Method& method, const google::protobuf::Message& answer) {
    if (method.verb != "list") return;
    const google::protobuf::FieldDescriptor& records = *method.shape.records;
    ASSERT_GT(answer.GetReflection()->FieldSize(answer, &records), 0);
    const auto& record = answer.GetReflection()->GetRepeatedMessage(answer, &records, 0);
    const auto& type = *record.GetDescriptor();
    for (const char* name : {"device_id", "id", "composite_id"}) {
      const auto* field = type.FindFieldByName(name);
      if (field != nullptr) ids_[type.name()] = record.GetReflection()->GetString(record, field);
    }
  }

 private:
  std::string WithIds(std::string text) const {
    for (const auto& [kind, id] : ids_) {
      const std::string place = "{" + kind + "}";
      const size_t at = text.find(place);
      if (at != std::string::npos) text.replace(at, place.size(), id);
    }
    return text;
  }

  const client::Catalog& catalog_;
  std::map<std::string, std::string> ids_;  // by record type
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_MINIMAL_REQUESTS_H_
