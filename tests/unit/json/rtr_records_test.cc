// Real-time response sessions through the decoder: full, and with everything wrong that can be.
#include <gtest/gtest.h>

#include "decoding.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/rtr_session_record.pb.h"
#include "full_record.h"

namespace falcon::json {
namespace {

TEST(RtrRecords, FillEveryFieldOfAFullSession) {
  ExpectEveryFieldSet<v1::RtrSession>("rtr_session_full.json");
}

TEST(RtrRecords, FillEveryFieldOfAFullAuditSession) {
  ExpectEveryFieldSet<v1::RtrAuditSession>("rtr_session_full.json");
}

TEST(RtrRecords, FillEveryFieldOfAFullQueue) {
  ExpectEveryFieldSet<v1::QueuedRtrSession>("queued_rtr_session_full.json");
}

TEST(RtrRecords, LoseOnlyTheBadFieldsOfAnUglySession) {
  const auto [session, report] =
      DecodeRecord<v1::RtrSession>(TestData("rtr_session_ugly.json"), WithAdditionalFields());
  const std::map<std::string, int64_t> skipped = {
      {"commands.cd", 1}, {"device_details._", 1},  {"device_details.status", 1},
      {"logs", 1},        {"logs.base_command", 1}, {"updated_at", 1},
      {"user_id", 1},
  };
  EXPECT_EQ(CountsOf(report), skipped);
  EXPECT_EQ(session.id(), "17");
  EXPECT_EQ(session.created_at().seconds(), 1767600900);
  EXPECT_FALSE(session.has_deleted_at());
  EXPECT_EQ(session.hostname(), "true");
  EXPECT_EQ(session.platform_id(), 3);
  EXPECT_TRUE(session.has_offline_queued() && !session.offline_queued());
  EXPECT_TRUE(session.commands_queued());
  EXPECT_EQ(session.duration(), 12.25);
  EXPECT_EQ(session.cloud_request_ids_size(), 1);
  ASSERT_EQ(session.logs_size(), 2);
  EXPECT_EQ(session.logs(0).id(), 9007199254740993);
  EXPECT_EQ(session.logs(0).created_at().seconds(), 1767600900);
  EXPECT_EQ(session.logs(1).session_id(), "5");
  EXPECT_EQ(session.device_details().ou(0), "Servers");
  EXPECT_FALSE(session.device_details().has_last_seen());
  EXPECT_TRUE(session.commands().contains("ps"));
  EXPECT_TRUE(session.additional_fields().fields().contains("unknown_key"));
}

TEST(RtrRecords, LoseNothingOfASessionWithoutItsRequiredKeys) {
  const auto [session, report] = DecodeRecord<v1::RtrSession>(R"({"logs": null})");
  EXPECT_EQ(report.skipped_values, 0);
  EXPECT_FALSE(session.has_offline_queued());
  EXPECT_EQ(session.logs_size(), 0);
}

}  // namespace
}  // namespace falcon::json
