// The data set: deterministic, linked, and the same through short cuts and whole records.
#include <map>
#include <set>

#include "fixture.h"
#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

Options Small() {
  Options options = SmallOptions();
  options.sizes = {{"hosts", 300},
                   {"alerts", 3000},
                   {"cases", 120},
                   {"discover-hosts", 900},
                   {"discover-applications", 2500},
                   {"discover-accounts", 400},
                   {"discover-logins", 3000},
                   {"iocs", 700},
                   {"rtr-sessions", 600},
                   {"vulnerabilities", 2000}};
  for (const AreaType* type : AreaTypes()) {
    for (const SizeFlag& size : type->sizes)
      options.sizes.emplace(size.name, std::min(size.default_value, 900U));
  }
  return options;
}

TEST(DataSet, IsTheSameForTheSameSeed) {
  const Data one(Small());
  const Data two(Small());
  Options other = Small();
  other.seed = 2;
  const Data three(other);
  for (const Collection* rows : one.collections()) {
    const uint32_t row = rows->first_row();
    EXPECT_EQ(rows->Record(row), two[rows->name()].Record(row)) << rows->name();
    EXPECT_NE(rows->Record(row), three[rows->name()].Record(row)) << rows->name();
  }
}

TEST(DataSet, EveryIdIsUniqueAndLeadsBackToItsRow) {
  const Data data(Small());
  for (const Collection* rows : data.collections()) {
    std::set<std::string> seen;
    for (uint32_t row = rows->first_row(); row < rows->last_row(); ++row) {
      const std::string id = rows->Id(row);
      EXPECT_TRUE(seen.insert(id).second) << rows->name() << " " << id;
      EXPECT_EQ(rows->Find(id).has_value(), rows->Lives(row)) << rows->name() << " " << id;
      EXPECT_EQ(rows->Find(id).value_or(row), row) << rows->name() << " " << id;
    }
    for (const char* wrong : {"nonsense", "00000000000000000000000000000000"}) {
      EXPECT_FALSE(rows->Find(wrong)) << rows->name() << " " << wrong;
    }
  }
}

// What a filter may name and the record does not hold at the field's path.
bool InFiltersOnly(const Collection& rows, const fql::Field& field, const fql::Value& whole) {
  static constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"alerts", "hostname"}, {"iocs", "severity_number"}, {"vulnerabilities", "last_seen_within"}};
  if (rows.name() == "cases") return fql::TextOf(whole).empty();
  if (rows.name() == "hosts" || rows.name() == "hidden") return field.sort_only;
  return std::find(std::begin(kFields), std::end(kFields), std::pair(rows.name(), field.name)) !=
         std::end(kFields);
}

TEST(DataSet, ShortCutsAgreeWithWholeRecordsAndSchemasAreSorted) {
  const Data data(Small());
  for (const Collection* rows : data.collections()) {
    const std::span<const fql::Field> fields = rows->schema().fields;
    EXPECT_TRUE(std::is_sorted(fields.begin(), fields.end(), [](const auto& a, const auto& b) {
      return a.name < b.name;
    })) << rows->name();
    const uint32_t step = std::max(1U, (rows->last_row() - rows->first_row()) / 64);
    for (uint32_t row = rows->first_row(); row < rows->last_row(); row += step) {
      const Json record = rows->Record(row);
      for (const fql::Field& field : fields) {
        const fql::Value quick = rows->Get(row, field);
        const fql::Value whole = ValueAt(record, field);
        if (InFiltersOnly(*rows, field, whole)) continue;
        EXPECT_EQ(fql::TextOf(quick), fql::TextOf(whole))
            << rows->name() << " " << row << " " << field.name;
        EXPECT_EQ(quick.index(), whole.index()) << rows->name() << " " << row << " " << field.name;
      }
    }
  }
}

TEST(DataSet, TellsTheStory) {
  const Data data(Small());
  const Collection& hosts = data["hosts"];
  const Collection& alerts = data["alerts"];
  const Json server = hosts.Record(Host::kServer1);
  EXPECT_EQ(server["hostname"], "SRV-PROD-001");
  EXPECT_EQ(server["local_ip"], "192.168.1.100");
  EXPECT_EQ(hosts.Record(Host::kServer2)["hostname"], "SRV-PROD-002");
  EXPECT_EQ(hosts.Record(Host::kDomain1)["product_type_desc"], "Domain Controller");
  std::string all;
  for (uint32_t row = 0; row < Story().size(); ++row) all += ToText(alerts.Record(row));
  for (const char* fact : {"203.0.113.42", "malicious-domain.com", "UpdateService",
                           R"(\\Windows\\Temp\\svchost.exe)", "DC-01", "DC-02"}) {
    EXPECT_NE(all.find(fact), std::string::npos) << fact;
  }
  const Json rundll = alerts.Record(2);
  EXPECT_EQ(rundll["filename"], "rundll32.exe");
  EXPECT_EQ(rundll["local_process_id"], "1234");
  EXPECT_EQ(rundll["severity_name"], "Critical");
  EXPECT_EQ(rundll["device"]["device_id"], server["device_id"]);
}

TEST(DataSet, HasTheQuirksOfRealRecords) {
  const Data data(Small());
  const Collection& hosts = data["hosts"];
  bool identity = false;
  bool lead = false;
  std::set<std::string> instants;
  for (uint32_t row = 0; row < 3000; ++row) {
    const Json record = data["alerts"].Record(row);
    identity |= record["product"] == "idp" && !record.contains("device") &&
                record["activity_os"].is_string();
    lead |= record["product"] == "automated-lead" && !record.contains("severity");
    instants.insert(record["created_timestamp"].get<std::string>());
    if (record.contains("device")) {
      EXPECT_TRUE(record["device"]["pod_labels"].is_null());
      EXPECT_TRUE(hosts.Find(record["device"]["device_id"].get<std::string>()));
    }
  }
  EXPECT_TRUE(identity);
  EXPECT_TRUE(lead);
  EXPECT_LT(instants.size(), 2900U);  // ties
  EXPECT_EQ(hosts.Record(50)["hostname"], hosts.Record(49)["hostname"]) << "one name, two hosts";
}

TEST(DataSet, SmallestSizesWork) {
  Options options = SmallOptions();
  options.sizes = {{"hosts", 4}, {"alerts", 3}};
  const Data data(options);
  for (uint32_t row = 0; row < 3; ++row) EXPECT_TRUE(data["alerts"].Record(row).is_object());
}

}  // namespace
}  // namespace falcon::simulator
