// Every RPC of every service leaves no mutating call in Falcon's ledger, and no request that Falcon
// would not take. Requests are made from the descriptors, so that a new RPC is driven too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_split.h"
#include "client/catalog.h"
#include "client/invoke.h"
#include "descriptor_set.h"
#include "falcon/operation.h"
#include "falcon/v1/options.pb.h"
#include "tests/e2e/calls.h"
#include "tests/support/falcon_requests.h"

namespace falcon::e2e {
namespace {

using client::Method;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What the descriptors do not tell of a request: names of fields, values of indicators, and what
// leads to operations that little else leads to.
const std::map<std::string, std::string> kHints = {
    {"AggregateDetections", "field: 'status'"},
    {"AggregateHosts", "field: 'platform_name'"},
    {"AggregateIocs", "field: 'type' filter { fql: \"type:'ipv4'\" }"},
    {"AggregateRtrSessions", "field: 'origin'"},
    {"BatchGetProcesses", "process_ids: 'pid:a:1'"},
    {"BatchGetReputations", "values: '203.0.113.42'"},
    {"GetIocDeviceCount", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"GetIocDevices", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"GetIocProcesses", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"ListDetections", "query: 'e'"},
};

// An id of a record, not a filter by one.
bool IsId(const FieldDescriptor& field) {
  static const std::set<std::string> kNames = {"id",         "ids",          "device_id",
                                               "device_ids", "composite_id", "composite_ids"};
  return kNames.contains(field.name()) && field.type() == FieldDescriptor::TYPE_STRING &&
         !field.options().HasExtension(v1::filters_on);
}

class Driver {
 public:
  Driver(World& world, const client::Catalog& catalog)
      : world_(world), catalog_(catalog), invoker_(world.channel(), catalog) {}

  // As little as the method needs; and, of methods that read records, all that they can be asked.
  void Drive(const Method& method) {
    SCOPED_TRACE(method.descriptor->full_name());
    const auto request = catalog_.NewMessage(*method.descriptor->input_type());
    const auto hint = kHints.find(method.descriptor->name());
    if (hint != kHints.end()) {
      ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(hint->second, &*request));
    }
    FillIds(method, *request);
    Call(method, *request);
    if (method.shape.read_mask != nullptr) {
      AskForAll(method, *request);
      Call(method, *request);
    }
    JudgeRequests();
  }

 private:
  void Call(const Method& method, const Message& request) {
    const client::CallSettings settings{.timeout = kGenerous, .stop = {}, .metadata = {}};
    if (method.descriptor->server_streaming()) {
      const auto failure =
          invoker_.Stream(method, request, settings, [](const Message&) { return true; });
      EXPECT_FALSE(failure.has_value()) << failure->message;
      return;
    }
    const client::Answer answer = invoker_.Unary(method, request, settings);
    ASSERT_FALSE(answer.failure.has_value()) << answer.failure->message;
    if (method.verb != "list") return;
    Remember(*answer.message, *method.shape.records);
    TurnPage(method, request, *answer.message, settings);
  }
  void TurnPage(const Method& method, const Message& request, const Message& answer,
                const client::CallSettings& settings) {
    const std::string token =
        answer.GetReflection()->GetString(answer, method.shape.next_page_token);
    if (token.empty()) return;
    const std::unique_ptr<Message> next(request.New());
    next->CopyFrom(request);
    next->GetReflection()->SetString(&*next, method.shape.page_token, token);
    const client::Answer second = invoker_.Unary(method, *next, settings);
    EXPECT_FALSE(second.failure.has_value()) << second.failure->message;
  }
  // Every field of the record, every switch on, and pages that have others behind them.
  static void AskForAll(const Method& method, Message& request) {
    const auto& reflection = *request.GetReflection();
    Message& mask = *reflection.MutableMessage(&request, method.shape.read_mask);
    const FieldDescriptor* paths = mask.GetDescriptor()->FindFieldByName("paths");
    mask.GetReflection()->AddString(&mask, paths, "*");
    for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *request.GetDescriptor()->field(i);
      const bool is_switch = field.type() == FieldDescriptor::TYPE_BOOL && !field.is_repeated();
      if (is_switch && !field.options().HasExtension(v1::filters_on)) {
        reflection.SetBool(&request, &field, true);
      }
    }
    if (method.shape.page_size != nullptr) {
      reflection.SetInt32(&request, method.shape.page_size, 3);
    }
  }
  void FillIds(const Method& method, Message& request) const {
    const auto& reflection = *request.GetReflection();
    for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *request.GetDescriptor()->field(i);
      if (!IsId(field)) continue;
      const bool device = field.name().starts_with("device_id");
      const std::string id = device ? ids_.at("Host") : IdFor(method);
      if (field.is_repeated()) {
        reflection.AddString(&request, &field, id);
      } else {
        reflection.SetString(&request, &field, id);
      }
    }
  }
  // Of the kind of record that the method answers, or that its name speaks of; else any.
  std::string IdFor(const Method& method) const {
    const Descriptor* record =
        method.shape.records == nullptr ? nullptr : method.shape.records->message_type();
    const std::string name = record == nullptr ? method.descriptor->name() : record->name();
    std::string nearest;
    for (const auto& [kind, id] : ids_) {
      const bool fits = name.find(kind) != std::string::npos ||
                        method.descriptor->name().find(kind) != std::string::npos;
      if (fits && kind.size() > nearest.size()) nearest = kind;
    }
    return nearest.empty() ? "r1" : ids_.at(nearest);
  }
  void Remember(const Message& answer, const FieldDescriptor& records) {
    ASSERT_GT(answer.GetReflection()->FieldSize(answer, &records), 0);
    const Message& record = answer.GetReflection()->GetRepeatedMessage(answer, &records, 0);
    const auto& type = *record.GetDescriptor();
    for (const char* name : {"device_id", "id", "composite_id"}) {
      const auto* field = type.FindFieldByName(name);
      const std::string id =
          field == nullptr ? "" : record.GetReflection()->GetString(record, field);
      if (!id.empty()) ids_[type.name()] = id;
    }
  }
  // Whether Falcon takes what the gateway has asked since the last time.
  void JudgeRequests() {
    const Json ledger = world_.Ledger();
    for (const Json& line : ledger.at("recent")) {
      const auto read = reads_.find(line.at("call"));
      const bool token = line.at("call") == "POST /oauth2/token";
      const bool virustotal = line.at("call").get<std::string>().starts_with("GET /api/v3/");
      if (token || virustotal) continue;
      ASSERT_NE(read, reads_.end()) << line;
      std::vector<std::pair<std::string, std::string>> query;
      const std::string text = line.at("query");
      for (const auto part : absl::StrSplit(text, '&', absl::SkipEmpty())) {
        query.push_back(absl::StrSplit(part, absl::MaxSplits('=', 1)));
      }
      EXPECT_THAT(falcon::testing::Complaints(read->second, query, line.at("body")),
                  ::testing::IsEmpty())
          << line;
    }
  }

  World& world_;
  const client::Catalog& catalog_;
  client::Invoker invoker_;
  std::map<std::string, std::string> ids_;  // by record type
  const std::map<std::string, falcon::testing::FalconRead> reads_ =
      falcon::testing::LoadFalconReads(FALCON_REQUESTS);
};

TEST(ReadOnly, NoMethodChangesAnythingInFalconNorAsksWhatItDoesNotTake) {
  World world({.simulator = {"--alerts", "200", "--hosts", "50", "--iocs", "50",
                             "--intel-indicators", "80", "--vulnerabilities", "300", "--cases",
                             "20", "--rtr-sessions", "60", "--discover-hosts", "80"},
               .gateway = {},
               .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}});
  const auto catalog = client::Catalog::Load(DescriptorSet());
  ASSERT_TRUE(catalog.ok());
  Driver driver(world, **catalog);
  for (const bool lists : {true, false}) {
    for (const client::Noun& noun : (*catalog)->nouns()) {
      for (const Method& method : noun.methods) {
        const bool ours = method.descriptor->file()->package() == "falcon.v1";
        if (ours && (method.verb == "list") == lists) driver.Drive(method);
      }
    }
  }
  const Json ledger = world.Ledger();
  EXPECT_EQ(ledger.at("mutating"), 0);
  for (const Operation* operation : Operations()) {
    const std::string call =
        std::string(wire::MethodName(operation->method)) + " " + std::string(operation->path);
    EXPECT_TRUE(ledger.at("counts").contains(call)) << call << " was never made";
  }
}

}  // namespace
}  // namespace falcon::e2e
