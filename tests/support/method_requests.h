// A request for each method, made from its descriptor, so that new RPCs are covered without a line.
#ifndef FALCON_TESTS_SUPPORT_METHOD_REQUESTS_H_
#define FALCON_TESTS_SUPPORT_METHOD_REQUESTS_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "client/catalog.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"

namespace falcon::testing {

// What the descriptors do not say: names of fields, values of indicators, and fields that select
// an operation.
inline const std::map<std::string, std::string> kRequestHints = {
    {"AggregateDetections", "field: 'status'"},
    {"AggregateDiscoveredAccounts", "fields: 'account_type' allow_full_read: true"},
    {"AggregateDiscoveredApplications", "fields: 'vendor' allow_full_read: true"},
    {"AggregateDiscoveredHosts", "fields: 'entity_type' allow_full_read: true"},
    {"AggregateDiscoveredLogins", "fields: 'login_type' allow_full_read: true"},
    {"AggregateHosts", "field: 'platform_name'"},
    {"AggregateIncidents", "fields: 'status' fields: 'derived.tactics' allow_full_read: true"},
    {"AggregateIntelIndicators", "fields: 'type' allow_full_read: true"},
    {"AggregateIocs", "field: 'type' filter { fql: \"type:'ipv4'\" }"},
    {"AggregateRtrAuditSessions", "fields: 'logs.base_command' allow_full_read: true"},
    {"AggregateRtrSessions", "field: 'origin'"},
    {"AggregateVulnerabilities", "fields: 'status' allow_full_read: true"},
    {"BatchGetProcesses", "process_ids: 'pid:a:1'"},
    {"BatchGetReputations", "values: '203.0.113.42'"},
    {"ExportIncidents", "view: RECORD_VIEW_FULL"},
    {"GetIocDeviceCount", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"ListIocDevices", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"ListIocProcesses", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"ListDetections", "filter { query: 'e' }"},
    {"ListRtrAuditSessions", "view: RECORD_VIEW_FULL"},
};

// Of no record: ids of the shapes that requests must have, by the record's message. Others take any.
inline const std::map<std::string, std::string> kRecordIds = {
    {"Detection", "0123456789abcdef0123456789abcdef:ind:0123456789abcdef0123456789abcdef:1-2-3"},
    {"DiscoveredHost", "0123456789abcdef0123456789abcdef_fedcba9876543210fedcba9876543210"},
    {"Host", "0123456789abcdef0123456789abcdef"},
    {"IntelIndicator", "domain_malicious.example"},
    {"Ioc", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    {"RtrSession", "9f3c5e7a-1234-5678-abcd-ef0123456789"},
    {"Vulnerability", "0123456789abcdef0123456789abcdef_0123456789abcdef0123456789abcdef"},
};

class MethodRequests {
 public:
  using Message = google::protobuf::Message;
  using FieldDescriptor = google::protobuf::FieldDescriptor;

  // `ids`: an id for each kind of record, by the name of its message. `any_id`: for other kinds.
  explicit MethodRequests(const client::Catalog& catalog,
                          std::map<std::string, std::string> ids = {}, std::string any_id = "r1")
      : catalog_(catalog), ids_(std::move(ids)), any_id_(std::move(any_id)) {}

  // The smallest request that the method accepts.
  std::unique_ptr<Message> For(const client::Method& method) const {
    std::unique_ptr<Message> request = catalog_.NewMessage(*method.descriptor->input_type());
    const auto hint = kRequestHints.find(method.descriptor->name());
    if (hint != kRequestHints.end()) {
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(hint->second, &*request))
          << hint->first;
    }
    FillIds(method, *request);
    return request;
  }

  // Selects every field of the record, turns every switch on, and asks for pages that have
  // successors.
  static void AskForAll(const client::Method& method, Message& request) {
    const auto& reflection = *request.GetReflection();
    if (method.shape.read_mask != nullptr) {
      reflection.ClearField(&request, method.shape.read_mask);
      reflection.SetEnumValue(&request, request.GetDescriptor()->FindFieldByName("view"),
                              v1::RECORD_VIEW_FULL);
    }
    SwitchOn(request);
    const FieldDescriptor* filter = request.GetDescriptor()->FindFieldByName("filter");
    if (filter != nullptr) SwitchOn(*reflection.MutableMessage(&request, filter));
    if (method.shape.page_size != nullptr) {
      reflection.SetInt32(&request, method.shape.page_size, 3);
    }
  }

  // Keeps the id of the first record in the response of a list, if there is one.
  void Remember(const client::Method& method, const Message& answer) {
    const FieldDescriptor* records = method.shape.records;
    if (method.verb != "list" || answer.GetReflection()->FieldSize(answer, records) == 0) return;
    const Message& record = answer.GetReflection()->GetRepeatedMessage(answer, records, 0);
    for (const char* name : {"device_id", "id", "composite_id"}) {
      const FieldDescriptor* field = record.GetDescriptor()->FindFieldByName(name);
      const std::string id =
          field == nullptr ? "" : record.GetReflection()->GetString(record, field);
      if (!id.empty()) ids_[record.GetDescriptor()->name()] = id;
    }
  }

 private:
  static void SwitchOn(Message& message) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      const bool is_switch = field.type() == FieldDescriptor::TYPE_BOOL && !field.is_repeated();
      if (is_switch && !field.options().HasExtension(options::v1::typed_filter)) {
        message.GetReflection()->SetBool(&message, &field, true);
      }
    }
  }

  // Whether the field is the id of a record, and not a filter by one.
  static bool IsId(const FieldDescriptor& field) {
    static const std::set<std::string> kNames = {"id",         "ids",          "device_id",
                                                 "device_ids", "composite_id", "composite_ids"};
    return kNames.contains(field.name()) && field.type() == FieldDescriptor::TYPE_STRING &&
           !field.options().HasExtension(options::v1::typed_filter);
  }

  void FillIds(const client::Method& method, Message& request) const {
    const auto& reflection = *request.GetReflection();
    for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *request.GetDescriptor()->field(i);
      if (!IsId(field)) continue;
      const bool device = field.name().starts_with("device_id") && ids_.contains("Host");
      const std::string id = device ? ids_.at("Host") : IdFor(method);
      if (field.is_repeated()) {
        reflection.AddString(&request, &field, id);
      } else {
        reflection.SetString(&request, &field, id);
      }
    }
  }

  // An id of the kind of record that the method returns or is named after, or else any id.
  std::string IdFor(const client::Method& method) const {
    const FieldDescriptor* records = method.shape.records;
    const std::string method_name = method.descriptor->name();
    const std::string record = records == nullptr ? "" : records->message_type()->name();
    std::string nearest;
    for (const auto& [kind, id] : ids_) {
      const bool fits =
          record.find(kind) != std::string::npos || method_name.find(kind) != std::string::npos;
      if (fits && kind.size() > nearest.size()) nearest = kind;
    }
    return nearest.empty() ? any_id_ : ids_.at(nearest);
  }

  const client::Catalog& catalog_;
  std::map<std::string, std::string> ids_;
  std::string any_id_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_METHOD_REQUESTS_H_
