// The operation table and the requests that are made of it, held against what Falcon's reads take.
#include "tests/support/falcon_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/support/paths.h"
#include "upstream/operation/aggregate.h"
#include "upstream/operation/operation.h"

namespace falcon {
namespace {

using testing::FalconRead;
using testing::RequestParameter;

class FalconRequestsTest : public ::testing::Test {
 protected:
  // Of an operation; with a failed test where Falcon has no such read.
  const FalconRead& Of(const upstream::Operation& operation) {
    const std::string call = StrCat(http::MethodName(operation.method), " ", operation.path);
    const auto found = reads_.find(call);
    EXPECT_NE(found, reads_.end()) << call;
    if (found == reads_.end()) return none_;
    EXPECT_EQ(found->second.operation, operation.id);
    return found->second;
  }
  const RequestParameter* Parameter(const upstream::Operation& operation, const std::string& name) {
    const FalconRead& read = Of(operation);
    const bool in_body = operation.method == http::Method::kPost && !read.query.contains(name);
    const auto& parameters = in_body ? read.body : read.query;
    const auto found = parameters.find(name);
    return found == parameters.end() ? nullptr : &found->second;
  }

  const std::map<std::string, FalconRead> reads_ =
      testing::LoadFalconReads(testing::SourcePath("tests/data/falcon_requests.tsv"));
  const FalconRead none_;
};

TEST_F(FalconRequestsTest, LimitsOfOperationsAreThoseThatFalconTakes) {
  for (const upstream::Operation* operation : upstream::Operations()) {
    const RequestParameter* limit = Parameter(*operation, "limit");
    EXPECT_EQ(operation->max_limit > 0, limit != nullptr) << operation->id;
    if (limit == nullptr || !limit->maximum) continue;
    EXPECT_LE(operation->max_limit, *limit->maximum) << operation->id;
    EXPECT_GE(operation->max_limit, limit->minimum.value_or(0)) << operation->id;
  }
}

TEST_F(FalconRequestsTest, IdsOfOperationsGoWhereFalconReadsThem) {
  for (const upstream::Operation* operation : upstream::Operations()) {
    if (operation->max_ids == 0) continue;
    const RequestParameter* ids = Parameter(*operation, std::string(operation->ids_key));
    ASSERT_NE(ids, nullptr) << operation->id;
    EXPECT_EQ(ids->type, "list") << operation->id;
    EXPECT_LE(operation->max_ids, ids->maximum.value_or(operation->max_ids)) << operation->id;
    const bool in_query = Of(*operation).query.contains(std::string(operation->ids_key));
    EXPECT_EQ(in_query, operation->method == http::Method::kGet) << operation->id;
  }
}

TEST_F(FalconRequestsTest, PagingOfOperationsIsByParametersThatFalconHas) {
  for (const upstream::Operation* operation : upstream::Operations()) {
    const RequestParameter* offset = Parameter(*operation, "offset");
    switch (operation->paging) {
      case upstream::Paging::kNone:
        break;
      case upstream::Paging::kAfter:
        EXPECT_NE(Parameter(*operation, "after"), nullptr) << operation->id;
        break;
      default:
        ASSERT_NE(offset, nullptr) << operation->id;
        if (operation->max_window > 0 && offset->maximum) {
          EXPECT_LE(operation->max_window, *offset->maximum) << operation->id;
        }
    }
    EXPECT_TRUE(!operation->takes_fields || Parameter(*operation, "fields") != nullptr);
  }
}

TEST_F(FalconRequestsTest, BodiesAreListsWhereFalconTakesLists) {
  for (const upstream::Operation* operation : upstream::Operations()) {
    EXPECT_EQ(operation->body_is_list, Of(*operation).body_is_list) << operation->id;
  }
}

TEST_F(FalconRequestsTest, AggregatesAreWhatEachServiceTakes) {
  upstream::AggregationQuery terms;
  terms.field = "status";
  terms.then_by = "type";
  upstream::AggregationQuery dates;
  dates.field = "created_on";
  dates.kind = v1::AGGREGATION_KIND_DATE_HISTOGRAM;
  dates.bounds = {"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"};
  int aggregates = 0;
  for (const upstream::Operation* operation : upstream::Operations()) {
    const bool takes_one = Of(*operation).body.contains("sub_aggregates");
    if (!takes_one) continue;
    ++aggregates;
    for (const upstream::AggregationQuery& query : {terms, dates}) {
      const upstream::UpstreamRequest call = upstream::AggregateRequest(*operation, query);
      EXPECT_THAT(testing::Complaints(Of(*operation), call.query, call.body), ::testing::IsEmpty())
          << operation->id << ": " << call.body;
    }
  }
  EXPECT_GE(aggregates, 3);
}

}  // namespace
}  // namespace falcon
