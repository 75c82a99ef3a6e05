// Every RPC of every service leaves no mutating call in Falcon's ledger, and no request that Falcon
// would not take. Requests are made from the descriptors, so that a new RPC is driven too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/e2e/every_method.h"
#include "tests/support/falcon_requests.h"
#include "upstream/operation/operation.h"

namespace falcon::e2e {
namespace {

using client::Method;
using falcon::testing::Complaints;
using falcon::testing::FalconRead;
using falcon::testing::LoadFalconReads;
using falcon::testing::MethodRequests;
using google::protobuf::Message;

class ReadOnly : public ::testing::Test {
 protected:
  // As little as the method needs; and all that it can be asked.
  void Drive(const Method& method) {
    const MessagePtr request = every_.RequestOf(method);
    Call(method, *request);
    MethodRequests::AskForAll(method, *request);
    Call(method, *request);
    JudgeRequests();
  }

  World world_{SmallWorld()};
  EveryMethod every_{world_};

 private:
  void Call(const Method& method, const Message& request) {
    if (method.descriptor->server_streaming()) return every_.Drain(method, request);
    const MessagePtr answer = every_.Ask(method, request);
    if (answer == nullptr || method.verb != "list") return;
    EXPECT_GT(answer->GetReflection()->FieldSize(*answer, method.shape.records), 0);
    const std::string token =
        answer->GetReflection()->GetString(*answer, method.shape.next_page_token);
    if (token.empty()) return;
    const MessagePtr next(request.New());
    next->CopyFrom(request);
    next->GetReflection()->SetString(&*next, method.shape.page_token, token);
    every_.Ask(method, *next);
  }

  // Whether Falcon takes what the gateway has asked lately.
  void JudgeRequests() {
    const Json ledger = world_.Ledger();
    for (const Json& line : ledger.at("recent")) {
      const std::string call = line.at("call");
      if (call == "POST /oauth2/token" || call.starts_with("GET /api/v3/")) continue;
      const auto read = reads_.find(call);
      ASSERT_NE(read, reads_.end()) << line;
      std::vector<std::pair<std::string, std::string>> query;
      const std::string text = line.at("query");
      for (const auto part : absl::StrSplit(text, '&', absl::SkipEmpty())) {
        query.push_back(absl::StrSplit(part, absl::MaxSplits('=', 1)));
      }
      EXPECT_THAT(Complaints(read->second, query, line.at("body")), ::testing::IsEmpty()) << line;
    }
  }

  const std::map<std::string, FalconRead> reads_ = LoadFalconReads(FALCON_REQUESTS);
};

TEST_F(ReadOnly, NoMethodChangesAnythingInFalconNorAsksWhatItDoesNotTake) {
  every_.ForEach([&](const Method& method) { Drive(method); });
  const Json ledger = world_.Ledger();
  EXPECT_EQ(ledger.at("mutating"), 0);
  for (const upstream::Operation* operation : upstream::Operations()) {
    const std::string call =
        std::string(http::MethodName(operation->method)) + " " + std::string(operation->path);
    EXPECT_TRUE(ledger.at("counts").contains(call)) << call << " was never made";
  }
}

}  // namespace
}  // namespace falcon::e2e
