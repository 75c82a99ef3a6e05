// Bounds of requests: defaults, overrides, and what is said.
#include "rpc/server/request_bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "falcon_gateway/v1/reputation.pb.h"
#include "falcon_gateway/v1/rtr_sessions.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using ::falcon::testing::FailsWith;
using ::testing::ElementsAre;

// "field: description" of each violation.
std::vector<std::string> Problems(const google::protobuf::Message& request) {
  const auto size = CheckBounds(request);
  EXPECT_THAT(size, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  std::vector<std::string> problems;
  for (const FieldViolation& one : Violations(size.status())) {
    problems.push_back(StrCat(one.field, ": ", one.description));
  }
  return problems;
}

TEST(RequestBounds, RejectsAMillionItemsWithoutVisitingThem) {
  v1::ListRtrSessionsRequest request;
  for (int i = 0; i < 1'000'000; ++i)
    request.mutable_filter()->add_statuses(v1::RTR_SESSION_STATUS_ACTIVE);
  EXPECT_THAT(
      Problems(request),
      ElementsAre("filter.statuses: takes at most 100 items, got 1000000; split them over several "
                  "calls"));
}

TEST(RequestBounds, BoundsIdsByFieldOption) {
  v1::BatchGetDetectionsRequest request;
  for (int i = 0; i < 5000; ++i) request.add_composite_ids("a:b:c:d");
  const auto size = CheckBounds(request);
  ASSERT_TRUE(size.ok()) << size.status();
  EXPECT_EQ(size->records, 5000);
  EXPECT_LE(size->visited, 5001);
  request.add_composite_ids("a:b:c:d");
  EXPECT_THAT(Problems(request),
              ElementsAre("composite_ids: takes at most 5000 items, got 5001; split them over "
                          "several calls"));
}

TEST(RequestBounds, ReportsMaskAsOneField) {
  v1::ListDetectionsRequest request;
  request.mutable_read_mask()->add_paths(std::string(513, 'z'));
  EXPECT_THAT(Problems(request), ElementsAre("read_mask: takes at most 512 bytes, got 513"));
}

TEST(RequestBounds, NamesFieldsInListsByIndex) {
  v1::CheckIocsRequest request;
  request.add_iocs();
  request.add_iocs()->set_value(std::string(20'000, 'a'));
  EXPECT_THAT(Problems(request),
              ElementsAre("iocs[1].value: takes at most 16384 bytes, got 20000"));
}

TEST(RequestBounds, ReportsAllViolationsAtOnce) {
  v1::ListDetectionsRequest request;
  request.mutable_filter()->set_fql(std::string(16'385, 'a'));
  request.mutable_filter()->add_products(std::string(4097, 'a'));
  EXPECT_THAT(Problems(request),
              ElementsAre("filter.products[0]: takes at most 4096 bytes, got 4097",
                          "filter.fql: takes at most 16384 bytes, got 16385"));
}

TEST(RequestBounds, ReportsMissingRequiredFields) {
  EXPECT_THAT(Problems(v1::GetDetectionRequest()), ElementsAre("composite_id: is required"));
  EXPECT_THAT(Problems(v1::BatchGetDetectionsRequest()),
              ElementsAre("composite_ids: needs from 1 to 5000 items"));
  EXPECT_THAT(Problems(v1::BatchGetVulnerabilitiesRequest()),
              ElementsAre("ids: needs from 1 to 5000 items"));
  EXPECT_THAT(Problems(v1::BatchGetSlasRequest()), ElementsAre("ids: needs from 1 to 1000 items"));
  EXPECT_THAT(Problems(v1::GetHostRequest()), ElementsAre("device_id: one of these is required",
                                                          "hostname: one of these is required"));
  v1::GetHostRequest by_name;
  by_name.set_hostname("a");
  EXPECT_TRUE(CheckBounds(by_name).ok());
}

TEST(RequestBounds, BoundsNumbersByFieldOption) {
  v1::ListDetectionsRequest list;
  EXPECT_EQ(PageSize(list, "page_size"), 50);
  list.set_page_size(7);
  EXPECT_EQ(PageSize(list, "page_size"), 7);
  list.set_page_size(5000);
  EXPECT_TRUE(CheckBounds(list).ok());
  EXPECT_EQ(PageSize(list, "page_size"), 1000);
  list.set_page_size(-1);
  EXPECT_THAT(Problems(list), ElementsAre("page_size: must not be negative, got -1"));
  EXPECT_EQ(PageSize(v1::ExportDetectionsRequest(), "batch_size"), 1000);
  v1::ListVulnerabilitiesRequest scores;
  scores.mutable_filter()->set_min_base_score(10);
  EXPECT_TRUE(CheckBounds(scores).ok());
  scores.mutable_filter()->set_min_base_score(10.1);
  EXPECT_THAT(Problems(scores),
              ElementsAre("filter.min_base_score: must lie between 0 and 10, got 10.1"));
}

TEST(RequestBounds, CountsUnknownFields) {
  v1::ListDetectionsRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      900, std::string(kMaxRequestBytes, 'a'));
  EXPECT_THAT(CheckBounds(request), FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

}  // namespace
}  // namespace falcon::rpc
