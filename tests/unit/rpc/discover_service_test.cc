// The two parts of an export of accounts are told apart whatever the request filters by.
#include <gmock/gmock.h>

#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discover.grpc.pb.h"
#include "tests/unit/rpc/served_fixture.h"
#include "upstream/operation/request_text.h"

namespace falcon::rpc {
namespace {

using ::testing::ElementsAre;

using Batch = v1::ExportDiscoveredAccountsResponse;

constexpr std::string_view kEither = "username:*'a*',first_seen_timestamp:null";
constexpr std::string_view kKnownPart =
    "(username:*'a*',first_seen_timestamp:null)+first_seen_timestamp:>='1970-01-01T00:00:00Z'";
constexpr std::string_view kStrangerPart =
    "(username:*'a*',first_seen_timestamp:null)+first_seen_timestamp:null";

class AccountsTest : public ServedTest<NewDiscoverService, v1::DiscoverService> {
 protected:
  // A page of ids, of `total`.
  void Ids(std::string_view id, int total) {
    Script("queries/accounts", StrCat(R"({"meta":{"pagination":{"total":)", total,
                                      R"(}},"errors":[],"resources":[")", id, R"("]})"));
  }
  void Record(std::string_view id, std::string_view further = "") {
    Script("entities/accounts",
           StrCat(R"({"meta":{},"errors":[],"resources":[{"id":")", id, "\"", further, "}]}"));
  }
  void ScriptBothParts() {
    Ids("s", 1);
    Ids("k", 2);
    Ids("k", 1);
    Record("k", R"(,"first_seen_timestamp":"2026-01-01T00:00:00Z")");
    Ids("s", 1);
    Record("s");
  }
  // All batches from `resume_token` on.
  std::vector<Batch> Export(const std::string& resume_token = "") {
    v1::ExportDiscoveredAccountsRequest request;
    request.mutable_filter()->set_fql(std::string(kEither));
    request.set_resume_token(resume_token);
    grpc::ClientContext context;
    const auto reader = stub->ExportDiscoveredAccounts(&context, request);
    std::vector<Batch> batches;
    for (Batch batch; reader->Read(&batch);) batches.push_back(batch);
    EXPECT_TRUE(Ok(reader->Finish()));
    return batches;
  }
  // The filters of the calls that list ids, from call `first` on.
  std::vector<std::string> Filters(size_t first = 0) const {
    std::vector<std::string> filters;
    for (size_t i = first; i < transport.requests().size(); ++i) {
      const std::string& url = transport.requests()[i].url;
      if (url.find("queries/accounts") == std::string::npos) continue;
      for (auto& [name, value] : upstream::ParseQuery(url.substr(url.find('?') + 1))) {
        if (name == "filter") filters.push_back(std::move(value));
      }
    }
    return filters;
  }
};

TEST_F(AccountsTest, StartsWithKnownAccountsWhateverTheFilterEndsWith) {
  ScriptBothParts();
  const std::vector<Batch> batches = Export();
  EXPECT_THAT(Filters(), ElementsAre(kStrangerPart, kEither, kKnownPart, kStrangerPart));
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].accounts(0).id(), "k");
  EXPECT_EQ(batches[1].accounts(0).id(), "s");
  EXPECT_EQ(batches[1].exported(), 2);
}

TEST_F(AccountsTest, ResumesInThePartOfItsToken) {
  ScriptBothParts();
  const std::vector<Batch> batches = Export();
  ASSERT_EQ(batches.size(), 2U);
  const size_t before = transport.requests().size();
  Ids("k", 1);
  Record("k", R"(,"first_seen_timestamp":"2026-01-01T00:00:00Z")");
  Ids("s", 1);
  Record("s");
  const std::vector<Batch> rest = Export(batches[0].resume_token());
  const std::string after_k =
      "(username:*'a*',first_seen_timestamp:null)+first_seen_timestamp:>='2026-01-01T00:00:00Z'";
  EXPECT_THAT(Filters(before), ElementsAre(after_k, kStrangerPart));
  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(rest.back().accounts(0).id(), "s");
  EXPECT_EQ(rest.back().exported(), 2);

  const size_t second = transport.requests().size();
  Script("queries/accounts", R"({"meta":{"pagination":{"total":1}},"errors":[],"resources":[]})");
  const std::vector<Batch> none = Export(batches[1].resume_token());
  EXPECT_THAT(Filters(second), ElementsAre(kStrangerPart));
  EXPECT_NE(Url(second).find("offset=1"), std::string::npos) << Url(second);
  for (const Batch& batch : none) EXPECT_EQ(batch.accounts_size(), 0);
}

}  // namespace
}  // namespace falcon::rpc
