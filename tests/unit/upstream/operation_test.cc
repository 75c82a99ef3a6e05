// The operation table.
#include "upstream/operation/operation.h"

#include <gtest/gtest.h>

#include <set>

namespace falcon::upstream {
namespace {

TEST(OperationTest, EveryOperationIsFoundByItsId) {
  for (const Operation* one : Operations()) EXPECT_EQ(FindOperation(one->id), one);
  EXPECT_EQ(FindOperation("PatchEntitiesAlertsV3"), nullptr);
}

TEST(OperationTest, IdsAndPathsAreUnique) {
  std::set<std::string_view> ids;
  std::set<std::string_view> paths;
  for (const Operation* one : Operations()) {
    EXPECT_TRUE(ids.insert(one->id).second) << one->id;
    EXPECT_TRUE(paths.insert(one->path).second) << one->path;
  }
}

TEST(OperationTest, EveryScopeIsAReadScope) {
  for (const Operation* one : Operations()) EXPECT_TRUE(one->scope.ends_with(":read")) << one->id;
}

TEST(OperationTest, OperationsThatTakeIdsNameThem) {
  for (const Operation* one : Operations()) {
    EXPECT_EQ(one->max_ids > 0, !one->ids_key.empty()) << one->id;
  }
}

TEST(OperationTest, OnlyOffsetPagingHasAWindow) {
  for (const Operation* one : Operations()) {
    if (one->max_window > 0) {
      EXPECT_EQ(one->paging, Paging::kOffset) << one->id;
    }
    if (one->paging != Paging::kNone) {
      EXPECT_GT(one->max_limit, 0) << one->id;
    }
  }
}

}  // namespace
}  // namespace falcon::upstream
