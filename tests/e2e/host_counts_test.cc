// Counts of hosts by a field's few known values: as the hosts are, for as few calls as it takes.
#include <map>

#include "tests/e2e/calls/hosts.h"

namespace falcon::e2e {
namespace {

using Request = v1::AggregateHostsRequest;

constexpr char kTotals[] = "GET /devices/queries/devices/v1";

class HostCounts : public testing::Test {
 protected:
  // What the hosts themselves say, by Falcon's words.
  std::map<std::string, int64_t> Expected(const std::string& filters,
                                          std::function<std::string(const v1::Host&)> word) {
    const auto page =
        Ask(world_, Make<v1::ListHostsRequest>(filters + " page_size: 500 view: RECORD_VIEW_FULL"));
    EXPECT_TRUE(page->next_page_token().empty());
    std::map<std::string, int64_t> counts;
    for (const v1::Host& host : page->hosts()) ++counts[word(host)];
    return counts;
  }

  static std::map<std::string, int64_t> Counted(const v1::AggregateHostsResponse& answer) {
    std::map<std::string, int64_t> counts;
    int64_t before = std::numeric_limits<int64_t>::max();
    for (const auto& bucket : answer.buckets()) {
      EXPECT_LE(bucket.count(), before) << "most frequent first";
      before = bucket.count();
      counts[bucket.label()] = bucket.count();
    }
    return counts;
  }

  World world_{{{"--alerts", "50", "--hosts", "400"}}};
};

TEST_F(HostCounts, ByPlatformAreThoseOfTheHosts) {
  const auto expected = Expected("", [](const v1::Host& host) { return host.platform_name(); });
  world_.ResetLedger();
  const auto answer = Ask(world_, Make<Request>("field: 'platform_name'"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(Counted(answer.response), expected);
  EXPECT_EQ(answer->other_count(), 0);
  EXPECT_EQ(world_.Calls(kTotals), 4) << "the total and three values";
  EXPECT_EQ(answer->read_info().upstream_calls(), 4);
}

TEST_F(HostCounts, HonourEveryFilterOfTheList) {
  const std::string filters = "filter { hostname: 'SRV-*' platforms: 'Windows' days: 30 }";
  const auto expected = Expected(filters, [](const v1::Host& host) {
    return host.product_type_desc() == v1::PRODUCT_TYPE_SERVER        ? "Server"
           : host.product_type_desc() == v1::PRODUCT_TYPE_WORKSTATION ? "Workstation"
                                                                      : "Domain Controller";
  });
  const auto answer = Ask(world_, Make<Request>("field: 'product_type_desc' " + filters));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(Counted(answer.response), expected);
}

TEST_F(HostCounts, EndWhenEveryHostIsCounted) {
  world_.ResetLedger();
  const auto answer =
      Ask(world_, Make<Request>("field: 'status' filter { hostname: 'SRV-PROD-001' }"));
  ASSERT_EQ(answer->buckets_size(), 1) << answer.status.error_message();
  EXPECT_EQ(answer->buckets(0).label(), "normal");
  EXPECT_EQ(world_.Calls(kTotals), 2) << "the one host is normal: nobody asks for the rest";
  world_.ResetLedger();
  const auto none =
      Ask(world_, Make<Request>("field: 'status' filter { hostname: 'no-such-host' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none->buckets_size(), 0);
  EXPECT_EQ(world_.Calls(kTotals), 1);
}

TEST_F(HostCounts, WhatHasNoneOfTheKnownValuesIsOther) {
  const auto expected = Expected("", [](const v1::Host& host) -> std::string {
    if (!host.has_reduced_functionality_mode()) return "";
    return host.reduced_functionality_mode() ? "yes" : "no";
  });
  const auto answer = Ask(world_, Make<Request>("field: 'reduced_functionality_mode'"));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const auto counted = Counted(answer.response);
  EXPECT_EQ(counted.at("no"), expected.at("no"));
  EXPECT_EQ(counted.at("yes"), expected.at("yes"));
  EXPECT_EQ(answer->other_count(), expected.at(""));
  EXPECT_GT(answer->other_count(), 0);
}

TEST_F(HostCounts, NeverCountMoreThanThereAre) {
  const int64_t total = Ask(world_, Make<v1::ListHostsRequest>("page_size: 1"))->total_size();
  for (const char* field : {"platform_name", "status", "product_type_desc", "deployment_type",
                            "linux_sensor_mode", "reduced_functionality_mode"}) {
    Request request;
    request.set_field(field);
    const auto answer = Ask(world_, request);
    ASSERT_TRUE(answer.status.ok()) << field << ": " << answer.status.error_message();
    int64_t sum = answer->other_count();
    for (const auto& bucket : answer->buckets()) sum += bucket.count();
    EXPECT_EQ(sum, total) << field;
    EXPECT_LE(answer->read_info().upstream_calls(), 21) << field;
  }
}

}  // namespace
}  // namespace falcon::e2e
