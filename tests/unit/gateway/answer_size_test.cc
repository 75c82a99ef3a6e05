// No message is larger than the 4 MiB that clients of gRPC take by default. The channel here is
// such a client's.
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "tests/unit/gateway/served_gateway.h"

namespace falcon::testing {
namespace {

constexpr std::string_view kWhole =
    "view: RECORD_VIEW_FULL read_options { include_additional_fields: true } ";

class AnswerSizeTest : public GatewayTest {
 protected:
  static v1::ReadInfo InfoOf(const Message& answer) {
    const FieldDescriptor* field = answer.GetDescriptor()->FindFieldByName("read_info");
    v1::ReadInfo info;
    info.ParseFromString(answer.GetReflection()->GetMessage(answer, field).SerializeAsString());
    return info;
  }
  const client::Method& Named(const std::string& name) const {
    for (const client::Method* method : Methods()) {
      if (method->descriptor->name() == name) return *method;
    }
    throw std::out_of_range(name);
  }
};

TEST_F(AnswerSizeTest, ListsAreCutByWeightAndGoOnExactly) {
  for (const client::Method* method : Methods()) {
    if (method->shape.page_token == nullptr || method->verb != "list") continue;
    SCOPED_TRACE(method->descriptor->name());
    falcon_.Begin({.rows = 30, .rows_an_instant = 20, .text_bytes = 250'000});
    auto request = Request(*method, StrCat(kWhole, "page_size: 1000 "));
    std::multiset<std::string> ids;
    std::string token;
    int pages = 0;
    do {
      request->GetReflection()->SetString(
          request.get(), request->GetDescriptor()->FindFieldByName("page_token"), token);
      const auto failure = Call(*method, *request, [&](const Message& answer) {
        for (std::string& id : IdsIn(answer)) ids.insert(std::move(id));
        token = answer.GetReflection()->GetString(
            answer, answer.GetDescriptor()->FindFieldByName("next_page_token"));
      });
      ASSERT_FALSE(failure) << failure->message;
      ++pages;
    } while (!token.empty() && pages < 50);
    EXPECT_EQ(ids.size(), 30U);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 30U);
    EXPECT_GE(pages, 2);
  }
}

TEST_F(AnswerSizeTest, AnExportSendsSeveralMessagesAPageAndEachCanBeResumed) {
  for (const client::Method* method : Methods()) {
    if (!method->descriptor->server_streaming()) continue;
    SCOPED_TRACE(method->descriptor->name());
    falcon_.Begin({.rows = 30, .rows_an_instant = 20, .text_bytes = 250'000});
    auto request = Request(*method, std::string(kWhole));
    std::vector<std::pair<std::string, std::vector<std::string>>> messages;
    auto failure = Call(*method, *request, [&](const Message& message) {
      const auto* token = message.GetDescriptor()->FindFieldByName("resume_token");
      messages.emplace_back(message.GetReflection()->GetString(message, token), IdsIn(message));
    });
    ASSERT_FALSE(failure) << failure->message;
    ASSERT_GE(messages.size(), 2U);
    EXPECT_LE(falcon_.limits.size(), 5U) << "a page is asked for once";
    std::multiset<std::string> seen;
    for (const auto& [token, ids] : messages) {
      seen.insert(ids.begin(), ids.end());
      std::multiset<std::string> all = seen;
      const auto* resume = request->GetDescriptor()->FindFieldByName("resume_token");
      request->GetReflection()->SetString(request.get(), resume, token);
      failure = Call(*method, *request, [&](const Message& message) {
        for (std::string& id : IdsIn(message)) all.insert(std::move(id));
      });
      ASSERT_FALSE(failure) << failure->message;
      EXPECT_EQ(all.size(), 30U) << "resumed after " << seen.size();
      EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 30U);
    }
  }
}

TEST_F(AnswerSizeTest, ALookUpDefersWhatItCannotHold) {
  falcon_.Begin({.text_bytes = 100'000});
  std::string text(kWhole);
  std::set<std::string> asked;
  for (int row = 0; row < 60; ++row) {
    asked.insert(RowsOfFalcon::IdOf(row));
    text += StrCat("device_ids: '", RowsOfFalcon::IdOf(row), "' ");
  }
  const client::Method& method = Named("BatchGetHosts");
  const auto failure = Call(method, *Request(method, text), [&](const Message& answer) {
    std::set<std::string> told;
    for (std::string& id : IdsIn(answer)) told.insert(std::move(id));
    EXPECT_GT(told.size(), 30U);
    const v1::ReadInfo info = InfoOf(answer);
    EXPECT_GT(info.deferred_ids_size(), 0);
    for (const std::string& id : info.deferred_ids()) EXPECT_TRUE(told.insert(id).second);
    EXPECT_EQ(told, asked);
  });
  EXPECT_FALSE(failure) << failure->message;
}

TEST_F(AnswerSizeTest, ARecordThatIsTooLargeComesAloneWithItsLongestTextsCut) {
  falcon_.Begin({.rows = 2, .text_bytes = size_t{6} << 20});
  for (const char* name : {"ListHosts", "ListDetections", "ExportHosts"}) {
    SCOPED_TRACE(name);
    const client::Method& method = Named(name);
    bool first = true;
    const auto failure =
        Call(method, *Request(method, std::string(kWhole)), [&](const Message& answer) {
          EXPECT_EQ(IdsIn(answer).size(), 1U);
          if (!std::exchange(first, false)) return;
          ASSERT_GT(InfoOf(answer).notes_size(), 0);
          EXPECT_EQ(InfoOf(answer).notes(0).reason(), "TEXT_TRUNCATED");
          EXPECT_FALSE(InfoOf(answer).notes(0).field().empty());
          EXPECT_FALSE(InfoOf(answer).notes(0).id().empty());
        });
    EXPECT_FALSE(failure) << failure->message;
  }
  const client::Method& get = Named("GetHost");
  const auto failure =
      Call(get, *Request(get, StrCat(kWhole, "device_id: '", RowsOfFalcon::IdOf(1), "'")),
           [&](const Message& answer) {
             EXPECT_EQ(InfoOf(answer).notes(0).reason(), "TEXT_TRUNCATED");
           });
  EXPECT_FALSE(failure) << failure->message;
}

}  // namespace
}  // namespace falcon::testing
