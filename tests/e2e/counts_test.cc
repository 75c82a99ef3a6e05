// Counts of what Falcon does not count: as many as the export has, or none.
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "tests/e2e/nouns.h"

namespace falcon::e2e {
namespace {

constexpr char kPages[] = "/spotlight/combined/vulnerabilities/v1";

using Counts = std::map<std::string, int64_t>;
using Request = v1::AggregateVulnerabilitiesRequest;

class FullReadCounts : public SharedWorld<FullReadCounts> {
 public:
  static WorldOptions Options() {
    return {{"--alerts",
             "400",
             "--hosts",
             "150",
             "--vulnerabilities",
             "6000",
             "--cases",
             "150",
             "--intel-indicators",
             "2500",
             "--discover-hosts",
             "700",
             "--discover-applications",
             "1100",
             "--discover-accounts",
             "400",
             "--discover-logins",
             "900",
             "--rate-limit",
             "0"}};
  }

 protected:
  void SetUp() override {
    world().ClearFaults();
    world().ResetLedger();
  }
  void TearDown() override { world().ClearFaults(); }

  static void FaultPages(const std::string& kind, Json more = Json::object()) {
    more["path"] = kPages;
    world().Fault(Rule(kind, more));
  }
};

// Words of Falcon and names of enums alike.
std::string Plain(const std::string& text) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(text, {{" ", "_"}, {"-", "_"}}));
}

Counts In(const v1::AggregationTable& table) {
  Counts counts;
  for (const v1::AggregationBucket& bucket : table.buckets()) {
    counts[Plain(bucket.label())] += bucket.count();
  }
  return counts;
}

// Of records by path, each once for each different value; those without one under "".
Counts Of(const std::vector<MessagePtr>& records, const std::string& path) {
  Counts counts;
  for (const MessagePtr& record : records) {
    std::set<std::string> values;
    for (const Value& value : ValuesAt(*record, path)) values.insert(Plain(value.text));
    values.erase("");
    values.erase("unspecified");
    if (values.empty()) values.insert("");
    for (const std::string& value : values) ++counts[value];
  }
  return counts;
}

std::vector<MessagePtr> Exported(DynamicClient& client, const std::string& plural) {
  const client::Method& method = client.Find("Export" + plural);
  std::vector<MessagePtr> records;
  const auto failure = client.Stream(method, *client.Make(method, "view: RECORD_VIEW_FULL"),
                                     [&](const Message& batch) {
                                       for (const Message* record : RecordsOf(method, batch)) {
                                         records.emplace_back(record->New())->CopyFrom(*record);
                                       }
                                       return true;
                                     });
  EXPECT_FALSE(failure.has_value()) << failure->message;
  return records;
}

template <class M>
M As(const Message& message) {
  M typed;
  EXPECT_TRUE(typed.ParseFromString(message.SerializeAsString()));
  return typed;
}

TEST_F(FullReadCounts, OfEveryNounAreWhatItsExportHolds) {
  const std::map<std::string, std::vector<std::string>> kFields = {
      {"Vulnerabilities", {"status", "host_info.hostname", "apps.product_name_version"}},
      {"Incidents", {"status", "derived.tactics", "assigned_to.full_name"}},
      {"IntelIndicators", {"type", "malware_families", "relations.type"}},
      {"DiscoveredHosts", {"entity_type", "tags", "network_interfaces.mac_address"}},
      {"DiscoveredApplications", {"vendor", "host.platform_name", "architectures"}},
      {"DiscoveredAccounts", {"account_type", "login_domain", "last_failed_login_hostname"}},
      {"DiscoveredLogins", {"login_type", "hostname", "username"}},
      {"RtrAuditSessions", {"platform_name", "logs.base_command", "device_details.hostname"}}};
  DynamicClient client(world());
  int nouns = 0;
  client.ForEach([&](const client::Method& method) {
    const bool reads =
        method.descriptor->input_type()->FindFieldByName("allow_full_read") != nullptr;
    if (!reads) return;
    ++nouns;
    const std::string plural = method.descriptor->name().substr(sizeof("Aggregate") - 1);
    SCOPED_TRACE(plural);
    ASSERT_TRUE(kFields.contains(plural));
    std::string text = "allow_full_read: true size: 1000";
    for (const std::string& field : kFields.at(plural)) text += " fields: '" + field + "'";
    const std::vector<MessagePtr> records = Exported(client, plural);
    const MessagePtr answer = client.Ask(method, text);
    ASSERT_NE(answer, nullptr);
    const auto counted = As<v1::AggregateVulnerabilitiesResponse>(*answer);
    EXPECT_GT(counted.cost().records(), 100);
    EXPECT_EQ(counted.cost().records(), static_cast<int64_t>(records.size()));
    EXPECT_EQ(counted.cost().upstream_calls(), counted.read_info().upstream_calls());
    ASSERT_EQ(counted.tables_size(), 3);
    for (const v1::AggregationTable& table : counted.tables()) {
      Counts wanted = Of(records, table.field());
      EXPECT_EQ(table.missing_count(), wanted[""]) << table.field();
      wanted.erase("");
      EXPECT_FALSE(wanted.empty()) << table.field();
      EXPECT_EQ(table.distinct_values(), static_cast<int64_t>(wanted.size())) << table.field();
      if (table.other_count() > 0) continue;
      EXPECT_EQ(In(table), wanted) << table.field();
    }
  });
  EXPECT_EQ(nouns, 8);
}

TEST_F(FullReadCounts, WithoutPermissionAreRefusedAndFalconIsNotAsked) {
  const auto answer = Ask(world(), Make<Request>("fields: 'status' filter { fql: \"nope:'1'\" }"));
  EXPECT_THAT(answer, StatusIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(answer, HasReason("FULL_READ_REQUIRED"));
  const auto bad = Details(answer.status).bad;
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(0).field(), "allow_full_read");
  EXPECT_EQ(bad.field_violations(1).field(), "filter.fql");
  EXPECT_EQ(world().Calls(), 0);
}

TEST_F(FullReadCounts, AreKeptForAnEqualRequest) {
  Request request = Make<Request>("fields: 'cve.exploit_status' allow_full_read: true");
  const auto first = Ask(world(), request);
  ASSERT_THAT(first, IsOk());
  EXPECT_GE(first->cost().upstream_calls(), 3);
  world().ResetLedger();

  const auto second = Ask(world(), request);
  EXPECT_EQ(world().Calls(), 0);
  EXPECT_EQ(second->read_info().upstream_calls(), 0);
  EXPECT_EQ(second->cost().SerializeAsString(), first->cost().SerializeAsString());
  EXPECT_EQ(In(second->tables(0)), In(first->tables(0)));
  EXPECT_EQ(second->read_info().effective_filter(), first->read_info().effective_filter());
  EXPECT_TRUE(second->read_info().has_age());

  request.mutable_read_options()->mutable_max_staleness();
  const auto fresh = Ask(world(), request);
  EXPECT_EQ(fresh->read_info().upstream_calls(), fresh->cost().upstream_calls());
  EXPECT_EQ(world().Calls(), fresh->cost().upstream_calls());
}

TEST_F(FullReadCounts, FailWithAnyPage) {
  const auto request = Make<Request>("fields: 'apps.remediation.ids' allow_full_read: true");
  FaultPages("forbidden", {{"skip", 1}});
  EXPECT_THAT(Ask(world(), request), StatusIs(StatusCode::PERMISSION_DENIED));
  world().ClearFaults();
  FaultPages("partial_errors", {{"skip", 1}, {"times", 0}, {"drop", 3}, {"status", 207}});
  const auto partial = Ask(world(), request);
  EXPECT_THAT(partial, StatusIs(StatusCode::UNAVAILABLE));
  EXPECT_EQ(partial->tables_size(), 0);
  world().ClearFaults();
  world().ResetLedger();

  const auto whole = Ask(world(), request);
  EXPECT_THAT(whole, IsOk());
  EXPECT_GE(world().Calls(), 3) << "a failure was kept";
}

// The re-seek returns records that share an instant once more.
TEST_F(FullReadCounts, HoldEachRecordOnceWhenACursorExpires) {
  Request request = Make<Request>("fields: 'id' allow_full_read: true size: 1000");
  const auto before = Ask(world(), request);
  ASSERT_THAT(before, IsOk());
  request.mutable_read_options()->mutable_max_staleness();
  FaultPages("cursor_expired", {{"skip", 1}, {"times", 2}, {"every", 2}});
  const auto after = Ask(world(), request);
  ASSERT_THAT(after, IsOk());
  EXPECT_GT(after->cost().upstream_calls(), before->cost().upstream_calls());
  EXPECT_EQ(after->cost().records(), before->cost().records());
  EXPECT_EQ(after->tables(0).distinct_values(), before->cost().records());
  EXPECT_EQ(after->tables(0).buckets(0).count(), 1);
}

TEST_F(FullReadCounts, OfInstantsAreByInterval) {
  const auto days =
      Ask(world(), Make<Request>("fields: 'created_timestamp' allow_full_read: true"));
  ASSERT_THAT(days, IsOk());
  DynamicClient client(world());
  Counts wanted;
  for (const MessagePtr& record : Exported(client, "Vulnerabilities")) {
    const auto seconds = As<v1::Vulnerability>(*record).created_timestamp().seconds();
    const auto day =
        google::protobuf::util::TimeUtil::SecondsToTimestamp(seconds - seconds % 86400);
    ++wanted[Plain(google::protobuf::util::TimeUtil::ToString(day))];
  }
  EXPECT_EQ(In(days->tables(0)), wanted);
  EXPECT_TRUE(std::is_sorted(days->tables(0).buckets().begin(), days->tables(0).buckets().end(),
                             [](const auto& a, const auto& b) { return a.label() < b.label(); }));
}

TEST_F(FullReadCounts, LabelEnumsAsFiltersTakeThem) {
  const auto all = Ask(world(), Make<Request>("fields: 'cve.severity' allow_full_read: true"));
  ASSERT_GE(all->tables(0).buckets_size(), 4) << all.status.error_message();
  for (const v1::AggregationBucket& bucket : all->tables(0).buckets()) {
    auto list = Make<v1::ListVulnerabilitiesRequest>("page_size: 1");
    list.mutable_filter()->set_fql("cve.severity:'" + bucket.label() + "'");
    EXPECT_EQ(Ask(world(), list)->total_size(), bucket.count()) << bucket.label();
  }
}

TEST_F(FullReadCounts, TakeTheFiltersOfTheNoun) {
  const auto host = Ask(world(), Make<Request>("fields: 'host_info.hostname' allow_full_read: true "
                                               "filter { hostname: 'srv-prod-001' }"));
  ASSERT_EQ(host->tables(0).buckets_size(), 1) << host.status.error_message();
  EXPECT_EQ(host->tables(0).buckets(0).label(), "SRV-PROD-001");
  const auto nobody = Ask(world(), Make<Request>("fields: 'status' allow_full_read: true "
                                                 "filter { hostname: 'nobody' }"));
  EXPECT_EQ(nobody->cost().records(), 0);
  ASSERT_EQ(nobody->read_info().notes_size(), 1);
  EXPECT_EQ(nobody->read_info().notes(0).reason(), "NO_SUCH_HOST");
}

}  // namespace
}  // namespace falcon::e2e
