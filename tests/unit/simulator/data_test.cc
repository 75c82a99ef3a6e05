// The data set: deterministic, linked, and the same through short cuts and whole records.
#include <gtest/gtest.h>

#include <set>

#include "short_cuts.h"
#include "simulator/api/store.h"
#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

Options Small() {
  Options options;
  options.hosts = 300;
  options.alerts = 3000;
  options.now = *ParseTime("2026-03-01T12:00:00Z");
  return options;
}

TEST(DataSet, IsTheSameForTheSameSeed) {
  const Store one(Small());
  const Store two(Small());
  Options other = Small();
  other.seed = 2;
  const Store three(other);
  EXPECT_EQ(one.alerts.Record(77)["composite_id"], two.alerts.Record(77)["composite_id"]);
  EXPECT_NE(one.alerts.Record(77)["composite_id"], three.alerts.Record(77)["composite_id"]);
}

TEST(DataSet, EveryIdIsFoundAgainAndUnique) {
  const Store store(Small());
  std::set<std::string> seen;
  for (const Collection* collection : {static_cast<const Collection*>(&store.alerts),
                                       static_cast<const Collection*>(&store.hosts)}) {
    for (uint32_t row = collection->first_row(); row < collection->last_row(); ++row) {
      const std::string id = collection->Id(row);
      EXPECT_TRUE(seen.insert(id).second) << id;
      EXPECT_EQ(collection->Find(id), row) << id;
    }
  }
  EXPECT_FALSE(store.alerts.Find("nonsense"));
  EXPECT_FALSE(store.hosts.Find("00000000000000000000000000000000"));
}

TEST(DataSet, ShortCutsAgreeWithWholeRecords) {
  const Store store(Small());
  for (const Collection* collection : {static_cast<const Collection*>(&store.alerts),
                                       static_cast<const Collection*>(&store.hosts)}) {
    for (uint32_t row = 0; row < 120; ++row) {
      ExpectShortCutsAgree(*collection, row, [](const fql::Field& field, const auto&) {
        return field.sort_only || field.name == "hostname";
      });
    }
  }
}

TEST(DataSet, TellsTheStory) {
  const Store store(Small());
  const Json server = store.hosts.Record(Host::kServer1);
  EXPECT_EQ(server["hostname"], "SRV-PROD-001");
  EXPECT_EQ(server["local_ip"], "192.168.1.100");
  EXPECT_EQ(store.hosts.Record(Host::kServer2)["hostname"], "SRV-PROD-002");
  EXPECT_EQ(store.hosts.Record(Host::kDomain1)["product_type_desc"], "Domain Controller");
  std::string all;
  for (uint32_t row = 0; row < Story().size(); ++row) all += ToText(store.alerts.Record(row));
  for (const char* fact : {"203.0.113.42", "malicious-domain.com", "UpdateService",
                           R"(\\Windows\\Temp\\svchost.exe)", "DC-01", "DC-02"}) {
    EXPECT_NE(all.find(fact), std::string::npos) << fact;
  }
  const Json rundll = store.alerts.Record(2);
  EXPECT_EQ(rundll["filename"], "rundll32.exe");
  EXPECT_EQ(rundll["local_process_id"], "1234");
  EXPECT_EQ(rundll["severity_name"], "Critical");
  EXPECT_EQ(rundll["device"]["device_id"], server["device_id"]);
}

TEST(DataSet, HasTheQuirksOfRealRecords) {
  const Store store(Small());
  bool identity = false;
  bool lead = false;
  std::set<std::string> instants;
  for (uint32_t row = 0; row < 3000; ++row) {
    const Json record = store.alerts.Record(row);
    identity |= record["product"] == "idp" && !record.contains("device") &&
                record["activity_os"].is_string();
    lead |= record["product"] == "automated-lead" && !record.contains("severity");
    instants.insert(record["created_timestamp"].get<std::string>());
    if (record.contains("device")) {
      EXPECT_TRUE(record["device"]["pod_labels"].is_null());
      EXPECT_TRUE(store.hosts.Find(record["device"]["device_id"].get<std::string>()));
    }
  }
  EXPECT_TRUE(identity);
  EXPECT_TRUE(lead);
  EXPECT_LT(instants.size(), 2900U);  // ties
  EXPECT_EQ(store.hosts.Record(50)["hostname"],
            store.hosts.Record(49)["hostname"]);  // one name, two hosts
}

TEST(DataSet, SmallestSizesWork) {
  Options options = Small();
  options.hosts = 4;
  options.alerts = 3;
  const Store store(options);
  for (uint32_t row = 0; row < 3; ++row) EXPECT_TRUE(store.alerts.Record(row).is_object());
}

}  // namespace
}  // namespace falcon::simulator
