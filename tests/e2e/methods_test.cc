// Every method of every service, walked over the descriptors, so that a new one is tested too: it
// changes nothing in Falcon, caches as its options say, and names the scope that it lacks.
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_split.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/util/time_util.h"
#include "tests/e2e/nouns.h"
#include "tests/support/falcon_requests.h"
#include "tests/support/paths.h"
#include "upstream/operation/operation.h"

namespace falcon::e2e {
namespace {

using client::Method;
using falcon::testing::Complaints;
using falcon::testing::FalconRead;
using falcon::testing::MethodRequests;
using google::protobuf::util::TimeUtil;

class EveryMethod : public ::testing::Test {
 protected:
  void Start(const WorldOptions& options) {
    world_ = std::make_unique<World>(options);
    client_ = std::make_unique<DynamicClient>(*world_);
  }
  // The call succeeds; a list brings records, and its next page too.
  void Call(const Method& method, const Message& request) {
    if (method.descriptor->server_streaming()) return client_->Drain(method, request);
    const MessagePtr answer = client_->Ask(method, request);
    if (answer == nullptr || method.verb != "list") return;
    EXPECT_GT(SizeOf(*answer, method.shape.records->name()), 0);
    const std::string token = Text(*answer, "next_page_token");
    if (token.empty()) return;
    const MessagePtr next(request.New());
    next->CopyFrom(request);
    SetText(*next, "page_token", token);
    client_->Ask(method, *next);
  }
  // Falcon takes the requests that the gateway sent lately.
  void ExpectFalconTakesRequests() {
    static const std::map<std::string, FalconRead> reads = falcon::testing::LoadFalconReads(
        falcon::testing::SourcePath("tests/data/falcon_requests.tsv"));
    const Json ledger = world_->Ledger();
    for (const Json& line : ledger.at("recent")) {
      const std::string call = line.at("call");
      if (call == "POST /oauth2/token" || call.starts_with("GET /api/v3/")) continue;
      const auto read = reads.find(call);
      ASSERT_NE(read, reads.end()) << line;
      std::vector<std::pair<std::string, std::string>> query;
      const std::string text = line.at("query");
      for (const auto part : absl::StrSplit(text, '&', absl::SkipEmpty())) {
        query.push_back(absl::StrSplit(part, absl::MaxSplits('=', 1)));
      }
      EXPECT_THAT(Complaints(read->second, query, line.at("body")), ::testing::IsEmpty()) << line;
    }
  }
  static options::v1::Upstream UpstreamOf(const Method& method) {
    // Parsed anew: the catalog's pool need not know the extension.
    google::protobuf::MethodOptions options;
    options.ParseFromString(method.descriptor->options().SerializeAsString());
    return options.GetExtension(options::v1::upstream);
  }
  static std::set<std::string> ScopesOf(const Method& method) {
    google::protobuf::ServiceOptions options;
    options.ParseFromString(method.descriptor->service()->options().SerializeAsString());
    const options::v1::Upstream upstream = UpstreamOf(method);
    std::set<std::string> scopes(upstream.scopes().begin(), upstream.scopes().end());
    if (scopes.empty()) scopes.insert(options.GetExtension(options::v1::scope));
    scopes.erase("");
    return scopes;
  }
  MessagePtr StaleFor(const Method& method, int seconds) {
    MessagePtr request = client_->RequestOf(method);
    request->MergeFrom(*client_->Make(
        method, "read_options { max_staleness { seconds: " + std::to_string(seconds) + " } }"));
    return request;
  }

  std::unique_ptr<World> world_;
  std::unique_ptr<DynamicClient> client_;
};

TEST_F(EveryMethod, ChangesNothingInFalconAndSendsOnlyRequestsThatItTakes) {
  Start(SmallWorld());
  client_->ForEach([&](const Method& method) {
    const MessagePtr request = client_->RequestOf(method);
    Call(method, *request);
    MethodRequests::AskForAll(method, *request);
    Call(method, *request);
    ExpectFalconTakesRequests();
  });
  const Json ledger = world_->Ledger();
  EXPECT_EQ(ledger.at("mutating"), 0);
  for (const upstream::Operation* operation : upstream::Operations()) {
    const std::string call =
        std::string(http::MethodName(operation->method)) + " " + std::string(operation->path);
    EXPECT_TRUE(ledger.at("counts").contains(call)) << call << " was never made";
  }
}

TEST_F(EveryMethod, CachesAsItsStalenessSaysAndTellsTheAge) {
  WorldOptions options = SmallWorld();
  options.gateway = {"--cache-mib=8"};
  Start(options);
  client_->ForEach([&](const Method& method) {
    if (method.descriptor->server_streaming()) return;
    if (!UpstreamOf(method).has_staleness()) {
      if (method.verb == "list") client_->Ask(method, *client_->RequestOf(method));
      return;
    }
    ASSERT_NE(client_->Ask(method, *StaleFor(method, 3600)), nullptr);
    const MessagePtr cached = client_->Ask(method, *StaleFor(method, 3600));
    ASSERT_NE(cached, nullptr);
    EXPECT_EQ(ReadInfoOf(*cached).upstream_calls(), 0);
    EXPECT_GT(TimeUtil::DurationToMilliseconds(ReadInfoOf(*cached).age()), 0);
    const MessagePtr fresh = client_->Ask(method, *StaleFor(method, 0));
    ASSERT_NE(fresh, nullptr);
    EXPECT_GT(ReadInfoOf(*fresh).upstream_calls(), 0);
    EXPECT_FALSE(ReadInfoOf(*fresh).has_age());
  });
}

TEST_F(EveryMethod, WithoutItsScopesNamesOneOfThem) {
  Start(SmallWorld());
  WorldOptions options = SmallWorld();
  std::set<std::string> all;
  client_->ForEach([&](const Method& method) { all.merge(ScopesOf(method)); });
  for (const std::string& scope : all) {
    options.simulator.insert(options.simulator.end(), {"--deny-scope", scope});
  }
  Start(options);
  client_->ForEach([&](const Method& method) {
    const std::set<std::string> scopes = ScopesOf(method);
    if (scopes.empty() || method.descriptor->name() == "CheckAccess") return;
    const client::Answer answer = client_->Call(method, *client_->RequestOf(method));
    ASSERT_TRUE(answer.failure.has_value());
    EXPECT_EQ(answer.failure->code, StatusCode::PERMISSION_DENIED) << answer.failure->message;
    EXPECT_EQ(answer.failure->reason, "SCOPE_MISSING");
    EXPECT_TRUE(scopes.contains(answer.failure->Fact("required_scopes")))
        << answer.failure->Fact("required_scopes");
  });
  const auto access = Ask(*world_, v1::CheckAccessRequest());
  EXPECT_GT(access->areas_size(), 0) << access.status.error_message();
  for (const v1::AreaAccess& area : access->areas()) {
    EXPECT_EQ(area.verdict(), v1::ACCESS_VERDICT_DENIED) << area.area();
  }
}

}  // namespace
}  // namespace falcon::e2e
