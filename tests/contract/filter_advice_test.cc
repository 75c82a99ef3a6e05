// What the gateway says of a wrong filter: its correction is a filter that it takes, and it guesses
// at nothing that only looks alike.
#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/contract/nouns.h"

namespace falcon {
namespace {

using testing::FilteredNoun;
using testing::FilteredNouns;

class FilterAdviceTest : public ::testing::Test {
 protected:
  // The correction of `filter`, or "none"; "taken" of one that needs none.
  std::string Corrected(std::string_view noun, const std::string& filter) {
    const auto checked = nouns_.Find(noun)->Check(filter);
    if (checked.ok()) return "taken";
    const auto facts = Metadata(checked.status());
    const auto corrected = facts.find("corrected_filter");
    return corrected == facts.end() ? "none" : corrected->second;
  }

  void ExpectCorrected(std::string_view noun,
                       const std::vector<std::pair<std::string, std::string>>& cases) {
    for (const auto& [wrong, right] : cases) {
      EXPECT_EQ(Corrected(noun, wrong), right) << wrong;
      if (right == "none") continue;
      EXPECT_TRUE(nouns_.Find(noun)->Check(right).ok()) << right;
    }
  }

  std::string Complaint(std::string_view noun, const std::string& filter) {
    return std::string(nouns_.Find(noun)->Check(filter).status().message());
  }

  const FilteredNouns nouns_;
};

TEST_F(FilterAdviceTest, MendsNamesWordsAndValues) {
  ExpectCorrected(
      "detections",
      {{"severty:>60", "severity:>60"},
       {"severty:>60+statuss:'new'", "severity:>60+status:'new'"},
       {"aid:'061a51ec742c44624a176f079d742052'", "agent_id:'061a51ec742c44624a176f079d742052'"},
       {"severity_name:'critical'", "severity_name:'Critical'"},
       {"severty:'high'", "severity_name:'High'"},
       {"status:['new','close','In Progress']", "status:['new','closed','in_progress']"},
       {"status:['close','brand_new']", "status:['closed','brand_new']"},
       {"created_timestamp:>'-7d'", "created_timestamp:>'now-7d'"},
       {"created_timestamp:>'2025-01-31 10:20:30'", "created_timestamp:>'2025-01-31T10:20:30Z'"},
       {"created_timestamp:['2025-01-31 10:20','now-1d']",
        "created_timestamp:'2025-01-31T10:20:00Z',created_timestamp:'now-1d'"}});
  ExpectCorrected("hosts", {{"platform_name:'windows'", "platform_name:'Windows'"},
                            {"os:'Linux'", "platform_name:'Linux'"},
                            {"os:'Windows 11'", "os_version:'Windows 11'"},
                            {"local_ip:'10.*'", "local_ip.raw:*'10.*'"}});
}

TEST_F(FilterAdviceTest, MendsTheSyntaxOfOtherLanguages) {
  ExpectCorrected("detections",
                  {{"status = 'new'", "status:'new'"},
                   {"status == new", "status:'new'"},
                   {R"(status != "new")", "status:!'new'"},
                   {"severity >= 60 + status:'new'", "severity:>=60+status:'new'"},
                   {"severity is 60", "severity:60"},
                   {"status:='new'", "status:'new'"},
                   {"status:'new' and severity:>60", "status:'new'+severity:>60"},
                   {"status:'new' OR severity:>60", "status:'new',severity:>60"},
                   {"NOT status:'closed'", "status:!'closed'"},
                   {"!status:'closed'", "status:!'closed'"},
                   {"status in ('new','closed')", "status:['new','closed']"},
                   {"'status':'new'", "status:'new'"},
                   {"status:\xE2\x80\x98new\xE2\x80\x99", "status:'new'"},
                   {"status%3A%27new%27", "status:'new'"},
                   {R"(filepath:'C:\Windows\*')", "none"},
                   {"created_timestamp:>2025-01-31", "created_timestamp:>'2025-01-31'"},
                   {"Status = 'NEW' and sevrity > 60", "status:'new'+severity:>60"}});
}

TEST_F(FilterAdviceTest, IsSilentWhereNothingSaysWhatWasMeant) {
  ExpectCorrected("detections", {{"zzzzzz:'x'", "none"},
                                 {"zzz = 'x'", "none"},
                                 {"status:'new", "none"},
                                 {"severty:>60+zzzzzz:'x'", "none"},
                                 {"created_timestamp:>'soon'", "none"}});
  EXPECT_EQ(Complaint("detections", "zzz = 'x'").find("write"), std::string::npos);
  EXPECT_THAT(Complaint("detections", "status = 'NEW'"),
              ::testing::EndsWith("expected ':'; write status:'new'"));
}

TEST_F(FilterAdviceTest, NamesNoFieldThatOnlyLooksAlike) {
  for (const auto& [noun, filter] : std::vector<std::pair<std::string, std::string>>{
           {"hosts", "os:>'x'"},
           {"hosts", "oux:'x'"},
           {"vulnerabilities", "host_info.hostname:'x'"},
           {"vulnerabilities", "hostname:'x'"},
           {"detections", "bid:'x'"}}) {
    EXPECT_EQ(Corrected(noun, filter), "none") << filter;
    EXPECT_EQ(Complaint(noun, filter).find("nearest"), std::string::npos)
        << Complaint(noun, filter);
  }
}

TEST_F(FilterAdviceTest, NamesTheTypedParameterWhereThereIsOne) {
  for (const std::string_view filter : {"host_info.hostname:'x'", "hostname:'x'"}) {
    EXPECT_THAT(Complaint("vulnerabilities", std::string(filter)),
                ::testing::HasSubstr("set the request's `filter.hostname` instead"));
  }
}

}  // namespace
}  // namespace falcon
