// States of sessions as FQL: each view by what it can tell, and the caller's own filter untouched.
#include "rpc/services/rtr_status_filter.h"

#include <gtest/gtest.h>

namespace falcon::rpc {
namespace {

class RtrStatusFilter : public ::testing::Test {
 protected:
  std::string Own(const std::string& filter, std::initializer_list<int> statuses) {
    return WithStatuses(filter, {statuses.begin(), statuses.end()}, RtrView::kOwn, &own_,
                        validator_);
  }
  std::string Audit(std::initializer_list<int> statuses) {
    return WithStatuses("", {statuses.begin(), statuses.end()}, RtrView::kAudit, &audit_,
                        validator_);
  }

  const fql::Catalogue own_{v1::RtrSession::descriptor()};
  const fql::Catalogue audit_{v1::RtrAuditSession::descriptor()};
  RequestValidator validator_;
};

TEST_F(RtrStatusFilter, AddsNothingForNoState) {
  EXPECT_EQ(Own("hostname:'x'", {}), "hostname:'x'");
  EXPECT_EQ(Own("", {}), "");
}

TEST_F(RtrStatusFilter, TellsOwnSessionsByTwoFields) {
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_ACTIVE}), "deleted_at:null+offline_queued:!true");
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_CLOSED}), "deleted_at:!null");
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_QUEUED}), "deleted_at:null+offline_queued:true");
  EXPECT_EQ(Own("", {v1::RTR_SESSION_STATUS_CLOSED, v1::RTR_SESSION_STATUS_QUEUED}),
            "deleted_at:!null,(deleted_at:null+offline_queued:true)");
  EXPECT_TRUE(validator_.status().ok());
}

TEST_F(RtrStatusFilter, KeepsTheCallersFilterInParentheses) {
  EXPECT_EQ(Own("hostname:'a',hostname:'b'", {v1::RTR_SESSION_STATUS_CLOSED}),
            "(hostname:'a',hostname:'b')+deleted_at:!null");
}

TEST_F(RtrStatusFilter, LeavesAWrongFilterToItsOwnCheck) {
  EXPECT_EQ(Own("hostnme:'a'", {v1::RTR_SESSION_STATUS_CLOSED}), "hostnme:'a'");
  EXPECT_EQ(Own("hostname:'a", {v1::RTR_SESSION_STATUS_CLOSED}), "hostname:'a");
  EXPECT_TRUE(validator_.status().ok());
}

TEST_F(RtrStatusFilter, AddsStatesToAFilterOfWhichTheSyntaxAloneCounts) {
  google::protobuf::RepeatedField<int> closed;
  closed.Add(v1::RTR_SESSION_STATUS_CLOSED);
  EXPECT_EQ(WithStatuses("hostnme:'a'", closed, RtrView::kOwn, nullptr, validator_),
            "hostnme:'a'+deleted_at:!null");
  EXPECT_EQ(WithStatuses("hostname:'a", closed, RtrView::kOwn, nullptr, validator_), "hostname:'a");
}

TEST_F(RtrStatusFilter, TellsTheAuditsSessionsByOneField) {
  EXPECT_EQ(Audit({v1::RTR_SESSION_STATUS_ACTIVE}), "deleted_at:null");
  EXPECT_EQ(Audit({v1::RTR_SESSION_STATUS_CLOSED}), "deleted_at:!null");
  EXPECT_TRUE(validator_.status().ok());
  EXPECT_EQ(Audit({v1::RTR_SESSION_STATUS_QUEUED}), "");
  EXPECT_NE(validator_.status().message().find("ask for ACTIVE"), std::string::npos);
}

TEST_F(RtrStatusFilter, RefusesAStateThatIsNone) {
  Own("", {99});
  EXPECT_NE(validator_.status().message().find("RTR_SESSION_STATUS_QUEUED"), std::string::npos);
}

}  // namespace
}  // namespace falcon::rpc
