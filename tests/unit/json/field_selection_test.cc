// FieldSelection: masks, the brief view, and what Falcon is asked for.
#include "json/field_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "base/error.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "kinds.pb.h"
#include "tests/support/status_matchers.h"

namespace falcon::json {
namespace {

using ::falcon::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const google::protobuf::Descriptor* const kDetection = v1::Detection::descriptor();
const google::protobuf::Descriptor* const kKinds = kinds::Kinds::descriptor();

google::protobuf::FieldMask Mask(std::initializer_list<std::string> paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

TEST(FieldSelection, IsEverythingByDefaultAndByAnEmptyMask) {
  for (const FieldSelection& selection :
       {FieldSelection(), *FieldSelection::FromMask(Mask({}), kDetection)}) {
    EXPECT_TRUE(selection.everything());
    EXPECT_TRUE(selection.Has(kDetection->FindFieldByName("cmdline")));
    EXPECT_THAT(selection.TopLevelJsonKeys(kDetection), IsEmpty());
  }
}

TEST(FieldSelection, FollowsPathsIntoMessages) {
  const auto* device = kDetection->FindFieldByName("device");
  const FieldSelection selection =
      *FieldSelection::FromMask(Mask({"device.hostname", "network_accesses.is_ipv6"}), kDetection);
  EXPECT_FALSE(selection.everything());
  EXPECT_TRUE(selection.Has(device));
  EXPECT_FALSE(selection.Has(kDetection->FindFieldByName("cmdline")));
  const FieldSelection below = selection.Below(device);
  EXPECT_TRUE(below.Has(device->message_type()->FindFieldByName("hostname")));
  EXPECT_FALSE(below.Has(device->message_type()->FindFieldByName("local_ip")));
  EXPECT_THAT(selection.TopLevelJsonKeys(kDetection), ElementsAre("device", "network_accesses"));
}

TEST(FieldSelection, TakesAllOfAMessageThatIsNamedItself) {
  const auto* device = kDetection->FindFieldByName("device");
  for (const auto& mask :
       {Mask({"device", "device.hostname"}), Mask({"device.hostname", "device"})}) {
    EXPECT_TRUE(FieldSelection::FromMask(mask, kDetection)->Below(device).everything());
  }
}

TEST(FieldSelection, UsesFalconsJsonKeys) {
  const FieldSelection selection =
      *FieldSelection::FromMask(Mask({"renamed", "text", "additional_fields"}), kKinds);
  EXPECT_THAT(selection.TopLevelJsonKeys(kKinds), ElementsAre("text", "re-named"));
}

TEST(FieldSelection, NamesTheNearestPathForAnUnknownOne) {
  const std::pair<std::string, std::string> typos[] = {
      {"devise.hostname", "`device.hostname`"},
      {"compositeId", "`composite_id`"},
      {"device.host_name", "`device.hostname`"},
      {"network_accesses.isIPV6", "`network_accesses.is_ipv6`"},
      {"created_timestamp.seconds", "`created_timestamp`"},
      {"", "unknown path"},
      {"device.", "unknown path"},
      {"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "unknown path"},
  };
  for (const auto& [path, hint] : typos) {
    const auto selection = FieldSelection::FromMask(Mask({path}), kDetection);
    EXPECT_THAT(selection, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD")) << path;
    const auto violations = Violations(selection.status());
    ASSERT_THAT(violations, SizeIs(1)) << path;
    EXPECT_EQ(violations[0].field, "read_mask");
    EXPECT_THAT(violations[0].description, HasSubstr(hint)) << path;
  }
}

TEST(FieldSelection, ReportsEveryWrongPath) {
  const auto selection =
      FieldSelection::FromMask(Mask({"no", "*", "cmdline", "neither"}), kDetection);
  EXPECT_THAT(Violations(selection.status()), SizeIs(3));
}

TEST(FieldSelection, TakesNoMoreThan200Paths) {
  google::protobuf::FieldMask mask;
  for (int i = 0; i < 201; ++i) mask.add_paths("cmdline");
  EXPECT_THAT(FieldSelection::FromMask(mask, kDetection),
              FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  mask.mutable_paths()->RemoveLast();
  EXPECT_TRUE(FieldSelection::FromMask(mask, kDetection).ok());
}

TEST(FieldSelection, ShowsBriefFieldsAndAllOfAMessageWithoutAny) {
  const FieldSelection brief = FieldSelection::Brief(kKinds);
  EXPECT_THAT(brief.TopLevelJsonKeys(kKinds), ElementsAre("text", "part", "plain"));
  EXPECT_FALSE(brief.Below(kKinds->FindFieldByName("part")).everything());
  EXPECT_TRUE(brief.Below(kKinds->FindFieldByName("plain")).everything());
}

TEST(FieldSelection, AddsASortKeyAndLeavesTheOriginalAlone) {
  const auto* mood = kKinds->FindFieldByName("mood");
  const FieldSelection brief = FieldSelection::Brief(kKinds);
  EXPECT_TRUE(brief.With(mood).Has(mood));
  EXPECT_FALSE(brief.Has(mood));
  EXPECT_TRUE(FieldSelection().With(mood).everything());
}

}  // namespace
}  // namespace falcon::json
