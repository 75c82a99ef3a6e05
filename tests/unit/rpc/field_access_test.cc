// The view that a request asks for.
#include "rpc/server/field_access.h"

#include <gtest/gtest.h>

#include "falcon_gateway/v1/gateway.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"

namespace falcon::rpc {
namespace {

TEST(RecordView, IsBriefInListsAndExportsAndFullInGets) {
  EXPECT_EQ(ShownView(v1::ListHostsRequest()), v1::RECORD_VIEW_BRIEF);
  EXPECT_EQ(ShownView(v1::ExportHostsRequest()), v1::RECORD_VIEW_BRIEF);
  EXPECT_EQ(ShownView(v1::GetHostRequest()), v1::RECORD_VIEW_FULL);
  EXPECT_EQ(ShownView(v1::BatchGetHostsRequest()), v1::RECORD_VIEW_FULL);
}

TEST(RecordView, IsTheViewOfTheRequest) {
  v1::ListHostsRequest list;
  list.set_view(v1::RECORD_VIEW_FULL);
  EXPECT_EQ(ShownView(list), v1::RECORD_VIEW_FULL);
  v1::GetHostRequest get;
  get.set_view(v1::RECORD_VIEW_BRIEF);
  EXPECT_EQ(ShownView(get), v1::RECORD_VIEW_BRIEF);
}

TEST(RecordView, IsUnspecifiedWithAMaskOrWithoutRecords) {
  v1::ListHostsRequest list;
  list.set_view(v1::RECORD_VIEW_FULL);
  list.mutable_read_mask();
  EXPECT_EQ(ShownView(list), v1::RECORD_VIEW_FULL);
  EXPECT_EQ(MaskOf(list), nullptr);
  list.mutable_read_mask()->add_paths("hostname");
  EXPECT_EQ(ShownView(list), v1::RECORD_VIEW_UNSPECIFIED);
  EXPECT_NE(MaskOf(list), nullptr);
  EXPECT_EQ(ShownView(v1::GetStatusRequest()), v1::RECORD_VIEW_UNSPECIFIED);
}

}  // namespace
}  // namespace falcon::rpc
