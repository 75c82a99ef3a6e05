// The filter language, operator by operator.
#include <map>
#include <string>

#include "fixture.h"
#include "simulator/fql/filter.h"

namespace falcon::simulator::fql {
namespace {

constexpr Nanos kNow = 1'772'366'400 * kSecond;  // 2026-03-01T12:00:00Z

// A record given as texts.
class Texts : public RecordView {
 public:
  explicit Texts(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  Value Get(const Field& field) const override {
    const auto found = values_.find(std::string(field.name));
    return found == values_.end() ? Value() : FromText(found->second, field.type);
  }

 private:
  std::map<std::string, std::string> values_;
};

const Texts kAlert({{"status", "new"},
                    {"severity", "70"},
                    {"name", "EICAR Test"},
                    {"cmdline", R"(C:\Windows\a'b.exe)"},
                    {"device.hostname", "SRV-PROD-001"},
                    {"tags", "true_positive"},
                    {"pattern_id", "30123"},
                    {"show_in_ui", "true"},
                    {"parent_details.filename", "explorer.exe"},
                    {"created_timestamp", "2026-03-01T00:00:00.5Z"}});

const Texts kHost({{"hostname", "SRV-PROD-001"},
                   {"local_ip", "192.168.1.100"},
                   {"local_ip.raw", "192.168.1.100"}});

const Schema& SchemaOf(std::string_view collection) {
  static const Data& data = *new Data(SmallOptions());
  return data[collection].schema();
}
const Schema& AlertSchema() { return SchemaOf("alerts"); }
const Schema& HostSchema() { return SchemaOf("hosts"); }

bool On(const Schema& schema, const RecordView& record, std::string_view filter) {
  auto compiled = Filter::Compile(filter, schema, {kNow, false});
  if (const auto* error = std::get_if<Error>(&compiled)) {
    ADD_FAILURE() << filter << ": " << error->message;
    return false;
  }
  return std::get<Filter>(compiled).Matches(record);
}
bool Alert(std::string_view filter) { return On(AlertSchema(), kAlert, filter); }
bool Host(std::string_view filter) { return On(HostSchema(), kHost, filter); }

bool AlertName(const std::string& value) { return Alert("device.hostname:" + value); }
bool HostName(const std::string& value) { return Host("hostname:" + value); }

std::string Problem(std::string_view filter, const Schema& schema = AlertSchema()) {
  auto compiled = Filter::Compile(filter, schema, {kNow, false});
  const auto* error = std::get_if<Error>(&compiled);
  return error == nullptr ? "" : error->message;
}

TEST(Fql, PlusBindsTighterThanComma) {
  EXPECT_TRUE(Alert("status:'new',severity:1+severity:2"));
  EXPECT_FALSE(Alert("(status:'new',severity:1)+severity:2"));
}

TEST(Fql, EmptyFilterMatchesEverything) { EXPECT_TRUE(Alert("")); }

TEST(Fql, EqualsIsCaseSensitiveAndTildeIsNot) {
  EXPECT_TRUE(Alert("name:'EICAR Test'"));
  EXPECT_FALSE(Alert("name:'eicar test'"));
  EXPECT_FALSE(Alert("name:'EICAR'"));
  EXPECT_TRUE(Alert("device.hostname:~'srv prod 001'"));
  EXPECT_FALSE(Alert("device.hostname:!~'srv prod'"));
}

TEST(Fql, EqualsOnNamesMatchesFromTheFrontInAnyCase) {
  for (const auto on : {&AlertName, &HostName}) {
    EXPECT_TRUE(on("'SRV-PROD-001'"));
    EXPECT_TRUE(on("'srv-prod-001'"));
    EXPECT_TRUE(on("'srv-prod-0'"));
    EXPECT_FALSE(on("'prod-001'"));
    EXPECT_FALSE(on("''"));
    EXPECT_FALSE(on("!'srv-prod'"));
  }
}

TEST(Fql, AListOnNamesComparesWholeAndMindsCase) {
  for (const auto on : {&AlertName, &HostName}) {
    EXPECT_TRUE(on("['SRV-PROD-001']"));
    EXPECT_FALSE(on("['srv-prod-001']"));
    EXPECT_FALSE(on("['SRV-PROD-0']"));
  }
}

TEST(Fql, NamesKnowTheCaseOfEveryScript) {
  const Texts host({{"hostname",
                     "\xC3\x9C"
                     "BER-PC"}});
  EXPECT_TRUE(On(HostSchema(), host,
                 "hostname:'\xC3\xBC"
                 "ber-pc'"));
  EXPECT_TRUE(On(HostSchema(), host,
                 "hostname:~'\xC3\xBC"
                 "ber pc'"));
}

TEST(Fql, NumbersCompareWithOrWithoutQuotes) {
  EXPECT_TRUE(Alert("severity:>=70"));
  EXPECT_TRUE(Alert("severity:>'60'"));
  EXPECT_FALSE(Alert("severity:<70"));
  EXPECT_FALSE(Alert("severity:'High'"));
}

TEST(Fql, ListsMatchAnyAndNoneOf) {
  EXPECT_TRUE(Alert("status:['closed','new']"));
  EXPECT_FALSE(Alert("status:!['closed','new']"));
  EXPECT_TRUE(Alert("severity:[10,70]"));
}

TEST(Fql, StarsOnAlertsStandAnywhereButNotInListsOrArrays) {
  EXPECT_TRUE(Alert("name:'EIC*'"));
  EXPECT_TRUE(Alert("name:'*CAR*st'"));
  EXPECT_TRUE(Alert("pattern_id:'301*'"));
  EXPECT_FALSE(Alert("name:['EIC*']"));
  EXPECT_FALSE(Alert("tags:'true*'"));
}

TEST(Fql, LoneStarAsksForPresence) {
  EXPECT_TRUE(Alert("assigned_to_name:!'*'"));
  EXPECT_TRUE(Alert("name:'*'"));
}

TEST(Fql, StarsOnHostsArePrefixOrSuffixOnly) {
  EXPECT_TRUE(Host("hostname:'SRV*'"));
  EXPECT_TRUE(Host("hostname:'*001'"));
  EXPECT_FALSE(Host("hostname:'*PROD*'"));
  EXPECT_TRUE(Host("local_ip.raw:*'192.168.*.100'"));
  EXPECT_NE(Problem("hostname:*", HostSchema()), "");
}

TEST(Fql, StarsBeforeTheQuotesOnHostsStandAnywhere) {
  EXPECT_TRUE(Host("hostname:*'*PROD*'"));
  EXPECT_TRUE(Host("hostname:*'S*1'"));
  EXPECT_TRUE(Host("hostname:*'*'"));
  EXPECT_FALSE(Host("hostname:*'*prod*'"));
  EXPECT_TRUE(Host("hostname:~*'*prod*'")) << "blind to case";
  EXPECT_FALSE(Host("hostname:!~*'*prod*'"));
}

TEST(Fql, AddressesCompareAsNumbers) {
  EXPECT_TRUE(Host("local_ip:>'192.168.1.99'"));
  EXPECT_FALSE(Host("local_ip:>'192.168.1.100'"));
}

TEST(Fql, BackslashEscapesQuotesAndItself) {
  EXPECT_TRUE(Alert(R"(cmdline:'C:\\Windows\\a\'b.exe')"));
}

TEST(Fql, DatesMayBeRelativeShortOrFractional) {
  EXPECT_TRUE(Alert("created_timestamp:>'now-24h'"));
  EXPECT_FALSE(Alert("created_timestamp:>'now-2h'"));
  EXPECT_TRUE(Alert("created_timestamp:>'2026-03-01'"));
  EXPECT_TRUE(Alert("created_timestamp:<='2026-03-01T00:00:00.500Z'"));
  EXPECT_NE(Problem("created_timestamp:>'NOW-24H'"), "");
  EXPECT_TRUE(Alert("created_timestamp:>'now-1w'"));
  EXPECT_FALSE(Alert("created_timestamp:>'now-15m'"));
  EXPECT_NE(Problem("created_timestamp:>'now-5x'"), "");
  EXPECT_NE(Problem("created_timestamp:'2026*'"), "");
}

TEST(Fql, NullMeansAbsent) {
  EXPECT_TRUE(Alert("assigned_to_name:null"));
  EXPECT_TRUE(Alert("status:!null"));
}

TEST(Fql, EmptyTextOnHostsMeansAbsentToo) {
  EXPECT_TRUE(Host("hostname:!''"));
  EXPECT_FALSE(Host("serial_number:!''"));
}

TEST(Fql, OpenPrefixesTakeAnyName) {
  EXPECT_TRUE(Alert("parent_details.filename:'explorer.exe'"));
  EXPECT_NE(Problem("parent_details.:'x'"), "");
}

TEST(Fql, UnknownFieldsAndBrokenSyntaxSaySo) {
  EXPECT_EQ(Problem("nope:1"), "invalid filter: unknown field 'nope'");
  for (const char* bad : {"status", "status:", "status:'new", "status:['a'", "status:[]",
                          "(status:'a'", "status:'a')", "+", "status:'a'+", "status:'a' status:'b'",
                          "status:'it's'", "severity:!>1", "severity:>[1,2]", ":'x'"}) {
    EXPECT_NE(Problem(bad), "") << bad;
  }
}

TEST(Fql, DeepNestingIsRefusedNotFatal) { EXPECT_NE(Problem(std::string(100'000, '(')), ""); }

}  // namespace
}  // namespace falcon::simulator::fql
