// Records for tests: from proto text, and from Falcon's own JSON in tests/data.
#ifndef FALCON_TESTS_UNIT_MCP_TOOLS_TEST_RECORDS_H_
#define FALCON_TESTS_UNIT_MCP_TOOLS_TEST_RECORDS_H_

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/client/test_catalog.h"

namespace falcon::mcp {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

inline MessagePtr RecordFromText(const client::Catalog& catalog, const std::string& noun,
                                 const std::string& text) {
  return client::FromText(catalog, client::RecordOf(catalog, noun), text);
}

// Merges what protobuf can read of it into `message`, field by field: Falcon's own JSON is laxer
// than its.
inline void ReadLoosely(const nlohmann::json& json, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  for (const auto& [key, value] : json.items()) {
    const MessagePtr part(message.New());
    const std::string text = nlohmann::json{{key, value}}.dump();
    if (google::protobuf::util::JsonStringToMessage(text, part.get(), options).ok()) {
      message.MergeFrom(*part);
    }
  }
}

// A record of a file of tests/data.
inline MessagePtr RecordFromFile(const client::Catalog& catalog, const std::string& noun,
                                 const std::string& file) {
  std::ifstream in(std::string(FALCON_TEST_DATA) + "/" + file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  MessagePtr record = catalog.NewMessage(client::RecordOf(catalog, noun));
  ReadLoosely(nlohmann::json::parse(text), *record);
  return record;
}

// What an analyst sees first: records of the brief view as they usually are.
inline std::vector<MessagePtr> BriefHosts(const client::Catalog& catalog) {
  std::vector<MessagePtr> records;
  for (const char* text : {
           R"(device_id: "00bbdcae0619c808c3fbb9d817fd85b0" hostname: "WKS-000693"
              os_version: "Windows 11" status: CONTAINMENT_STATUS_NORMAL
              last_seen { seconds: 1780000000 } local_ip: "10.1.2.194")",
           R"(device_id: "01b06d5e599b6fdefe93af298ad85b33" hostname: "web-0134.corp.example.com"
              os_version: "RHEL 9.4" status: CONTAINMENT_STATUS_CONTAINED
              last_seen { seconds: 1780000001 } local_ip: "10.100.200.135")",
           R"(device_id: "01c1801070fa8f95fb38eacfab739f54" hostname: "SRV-PROD-001"
              os_version: "Windows Server 2019" status: CONTAINMENT_STATUS_LIFT_CONTAINMENT_PENDING
              last_seen { seconds: 1780000002 } local_ip: "192.168.100.30")"}) {
    records.push_back(RecordFromText(catalog, "hosts", text));
  }
  return records;
}

inline std::vector<MessagePtr> BriefDetections(const client::Catalog& catalog) {
  std::vector<MessagePtr> records;
  for (const char* text : {
           R"(composite_id: "a31119245c779396ec12da6999ee5093:ind:"
                            "4def6db997661c62ef7e80fbff77ebcb:6006287451768835848-50072-3511790379"
              severity: SEVERITY_CRITICAL status: DETECTION_STATUS_IN_PROGRESS
              created_timestamp { seconds: 1780000000 nanos: 791410545 }
              display_name: "NtdsFileAccessedViaVss" technique_id: "T1003.003"
              device { hostname: "SRV-APP-00446" } user_name: "alice.anderson"
              filename: "esentutl.exe")",
           R"(composite_id: "a31119245c779396ec12da6999ee5093:ind:"
                            "f08773802222614cc17b4f0d5e84d873:6594405175403528265-10420-3665755476"
              severity: SEVERITY_LOW status: DETECTION_STATUS_NEW
              created_timestamp { seconds: 1780000000 nanos: 203003924 }
              display_name: "UnusualServiceStart" technique_id: "T1036"
              device { hostname: "web-0966.corp.example.com" } user_name: "svc-backup"
              filename: "svc_helper.exe")",
           R"(composite_id: "a31119245c779396ec12da6999ee5093:ind:"
                            "a31119245c779396ec12da6999ee5093:2bddcc3d1416bd22b0de300d15c0a6c9"
              severity: SEVERITY_MEDIUM status: DETECTION_STATUS_REOPENED
              created_timestamp { seconds: 1780000000 nanos: 400982073 }
              display_name: "StaleAccountUsage" technique_id: "T1078"
              user_name: "NT AUTHORITY\\LOCAL SERVICE")"}) {
    records.push_back(RecordFromText(catalog, "detections", text));
  }
  return records;
}

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_TOOLS_TEST_RECORDS_H_
