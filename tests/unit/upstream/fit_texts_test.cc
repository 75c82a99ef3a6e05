// Texts that are too long for an answer.
#include <gmock/gmock.h>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "upstream/lookup/record_fields.h"

namespace falcon::upstream {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;

TEST(FitTextsTest, AMessageThatFitsStaysAsItIs) {
  v1::Host host;
  host.set_hostname(std::string(1000, 'h'));
  const v1::Host before = host;

  CallStats stats;

  FitTexts(host, host.ByteSizeLong(), "id", stats);

  EXPECT_TRUE(stats.notes.empty());
  EXPECT_TRUE(MessageDifferencer::Equals(host, before));
}

TEST(FitTextsTest, TheLongestTextsAreCutToEqualLengthsAndNamed) {
  v1::Host host;
  host.set_device_id("0123");
  host.set_hostname(std::string(5000, 'h'));
  host.add_tags("short");
  host.add_tags(std::string(9000, 't'));

  CallStats stats;
  FitTexts(host, 4000, "0123", stats);
  const std::vector<Note>& notes = stats.notes;

  EXPECT_LE(host.ByteSizeLong(), 4000U);
  EXPECT_GT(host.ByteSizeLong(), 3900U);
  EXPECT_EQ(host.hostname().size(), host.tags(1).size());
  EXPECT_EQ(host.tags(0), "short");
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].reason, "TEXT_TRUNCATED");
  EXPECT_EQ(notes[0].field, "tags[1]");
  EXPECT_EQ(notes[0].id, "0123");
  EXPECT_THAT(notes[0].message, HasSubstr("9000"));
  EXPECT_EQ(notes[1].field, "hostname");
}

TEST(FitTextsTest, CutsBetweenCharactersAndEndsWithAnEllipsis) {
  for (const size_t most : {200U, 201U, 202U, 203U}) {
    v1::Host host;
    for (int i = 0; i < 300; ++i) host.mutable_hostname()->append("\xE2\x82\xAC");

    CallStats stats;
    FitTexts(host, most, "id", stats);

    EXPECT_LE(host.ByteSizeLong(), most);
    EXPECT_EQ(host.hostname().size() % 3, 0U) << "whole characters of three bytes";
    EXPECT_TRUE(host.hostname().ends_with("\xE2\x80\xA6"));
  }
}

TEST(FitTextsTest, TextsBelowOthersAreFoundByTheirPath) {
  v1::ListHostsResponse answer;
  answer.add_hosts();
  answer.add_hosts()->set_hostname(std::string(9000, 'h'));
  (*answer.mutable_hosts(1)->mutable_additional_fields()->mutable_fields())["deep"]
      .set_string_value(std::string(20'000, 'd'));

  CallStats stats;
  FitTexts(answer, 5000, "", stats);
  const std::vector<Note>& notes = stats.notes;

  EXPECT_LE(answer.ByteSizeLong(), 5000U);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_THAT(notes[0].field, HasSubstr("hosts[1].additional_fields"));
  EXPECT_EQ(notes[1].field, "hosts[1].hostname");
  EXPECT_TRUE(answer.hosts(1).additional_fields().fields().contains("deep"));
}

}  // namespace
}  // namespace falcon::upstream
