// Sizes: bounds of requests, validation without a call, and messages of at most 4 MiB.
#include "rpc/server/request_bounds.h"

#include <gmock/gmock.h>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "json/field_selection.h"
#include "tests/support/largest_requests.h"
#include "tests/unit/gateway/served_gateway.h"

namespace falcon::testing {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kMaxVisited = 20'000;
constexpr int64_t kMaxCompared = 10'000;

class RequestBoundsTest : public GatewayTest {
 protected:
  // Expects a refusal that names `field`, before the loop sees the request.
  void ExpectRefused(const client::Method& method, const Message& request,
                     const std::string& field) {
    const int before = observer_.started;
    const auto failure = Call(method, request, [](const Message&) {});
    ASSERT_TRUE(failure.has_value());
    EXPECT_EQ(failure->code, grpc::StatusCode::INVALID_ARGUMENT) << failure->message;
    EXPECT_THAT(failure->message, HasSubstr(field));
    EXPECT_THAT(failure->message, HasSubstr("at most"));
    EXPECT_EQ(observer_.started, before);
  }
};

TEST_F(RequestBoundsTest, LargestAcceptedRequestIsVisitedWithinACount) {
  for (const client::Method* method : Methods()) {
    SCOPED_TRACE(method->descriptor->name());
    const std::unique_ptr<Message> request = RequestFor(*method);
    LargestRequest(*request).Fill();
    const auto size = rpc::CheckBounds(*request);
    ASSERT_TRUE(size.ok()) << size.status();
    EXPECT_LE(size->visited, kMaxVisited);
    EXPECT_LE(size->bytes, rpc::kMaxRequestBytes);
  }
}

TEST_F(RequestBoundsTest, OneItemOrByteTooManyOfAFieldIsRefusedByNameBeforeTheLoop) {
  for (const client::Method* method : Methods()) {
    const google::protobuf::Descriptor& type = *method->descriptor->input_type();
    for (int i = 0; i < type.field_count(); ++i) {
      SCOPED_TRACE(StrCat(method->descriptor->name(), ".", type.field(i)->name()));
      const std::unique_ptr<Message> request = RequestFor(*method);
      if (!LargestRequest(*request).Exceed(*type.field(i))) continue;
      ExpectRefused(*method, *request, type.field(i)->name());
    }
  }
}

TEST_F(RequestBoundsTest, TooManyMaskPathsOrBytesOfOneAreRefusedBeforeTheLoop) {
  for (const client::Method* method : Methods()) {
    if (method->shape.read_mask == nullptr) continue;
    SCOPED_TRACE(method->descriptor->name());
    for (const auto& [paths, bytes] : {std::pair(201, size_t{5}), std::pair(1, size_t{513})}) {
      const std::unique_ptr<Message> request = RequestFor(*method);
      Message& mask = *request->GetReflection()->MutableMessage(&*request, method->shape.read_mask);
      const FieldDescriptor* field = mask.GetDescriptor()->FindFieldByName("paths");
      for (int i = 0; i < paths; ++i) {
        mask.GetReflection()->AddString(&mask, field, std::string(bytes, 'z'));
      }
      ExpectRefused(*method, *request, "read_mask");
    }
  }
}

TEST_F(RequestBoundsTest, RequestThatIsTooLargeAsAWholeIsLaidToItsLargestField) {
  for (const client::Method* method : Methods()) {
    if (!method->descriptor->name().starts_with("BatchGet")) continue;
    SCOPED_TRACE(method->descriptor->name());
    const std::unique_ptr<Message> request = RequestFor(*method);
    const FieldDescriptor& ids = *method->descriptor->input_type()->field(0);
    ASSERT_TRUE(ids.is_repeated());
    const std::string long_id(4000, '1');
    for (int i = 0; i < 270; ++i) request->GetReflection()->AddString(&*request, &ids, long_id);
    ExpectRefused(*method, *request, ids.name());
  }
}

// What a client of a later version sends.
TEST_F(RequestBoundsTest, FieldThatTheGatewayDoesNotKnowIsRefusedWhereverItStands) {
  for (const client::Method* method : Methods()) {
    const google::protobuf::Descriptor& type = *method->descriptor->input_type();
    for (int i = -1; i < type.field_count(); ++i) {
      const FieldDescriptor* field = i < 0 ? nullptr : type.field(i);
      if (field != nullptr && (field->message_type() == nullptr || field->is_repeated())) continue;
      SCOPED_TRACE(StrCat(method->descriptor->name(), " ", i));
      const std::unique_ptr<Message> request = RequestFor(*method);
      Message& holder =
          field == nullptr ? *request : *request->GetReflection()->MutableMessage(&*request, field);
      holder.GetReflection()->MutableUnknownFields(&holder)->AddVarint(5000, 1);
      const int before = observer_.started;
      const auto failure = Call(*method, *request, [](const Message&) {});
      ASSERT_TRUE(failure.has_value());
      EXPECT_EQ(failure->reason, "INVALID_FIELD");
      ASSERT_EQ(failure->violations.size(), 1u);
      EXPECT_EQ(failure->violations[0].field, field == nullptr ? "request" : field->name());
      EXPECT_THAT(failure->message, HasSubstr("5000"));
      EXPECT_EQ(observer_.started, before);
    }
  }
}

TEST_F(RequestBoundsTest, UnknownMaskPathsAreComparedOnceARequest) {
  const std::string dots = "z." + std::string(34, 'q') + ".z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z";
  for (const client::Method* method : Methods()) {
    const bool has_records = method->shape.read_mask != nullptr && method->shape.records != nullptr;
    if (!has_records) continue;
    SCOPED_TRACE(method->descriptor->name());
    google::protobuf::FieldMask mask;
    for (int i = 0; i < 200; ++i) mask.add_paths(dots);
    json::MaskWork work;
    const auto selection =
        json::FieldSelection::FromMask(mask, method->shape.records->message_type(), &work);
    EXPECT_FALSE(selection.ok());
    EXPECT_GT(work.paths_compared, 0);
    EXPECT_LE(work.paths_compared, kMaxCompared);
  }
}

class ValidateOnlyTest : public GatewayTest {
 protected:
  std::unique_ptr<Message> ValidatingRequestFor(const client::Method& method) const {
    auto request = RequestFor(method);
    const FieldDescriptor* options = request->GetDescriptor()->FindFieldByName("read_options");
    Message& read = *request->GetReflection()->MutableMessage(&*request, options);
    read.GetReflection()->SetBool(&read, read.GetDescriptor()->FindFieldByName("validate_only"),
                                  true);
    return request;
  }
};

TEST_F(ValidateOnlyTest, AsksFalconNothing) {
  int validated = 0;
  for (const client::Method* method : Methods()) {
    if (method->descriptor->input_type()->FindFieldByName("read_options") == nullptr) continue;
    SCOPED_TRACE(method->descriptor->name());
    ++validated;
    falcon_.used.clear();
    int answers = 0;
    const auto failure = Call(*method, *ValidatingRequestFor(*method), [&](const Message& answer) {
      ++answers;
      const FieldDescriptor* records = method->shape.records;
      if (records == nullptr || !records->is_repeated()) return;
      EXPECT_EQ(answer.GetReflection()->FieldSize(answer, records), 0);
    });
    EXPECT_FALSE(failure) << failure->message;
    EXPECT_EQ(answers, 1);
    EXPECT_TRUE(falcon_.used.empty());
  }
  EXPECT_GE(validated, 60);
}

TEST_F(ValidateOnlyTest, TellsTheFilterOfEveryList) {
  int lists = 0;
  for (const client::Method* method : Methods()) {
    const FieldDescriptor* filter = method->descriptor->input_type()->FindFieldByName("filter");
    if (filter == nullptr) continue;
    SCOPED_TRACE(method->descriptor->name());
    ++lists;
    const auto request = ValidatingRequestFor(*method);
    Message& fields = *request->GetReflection()->MutableMessage(&*request, filter);
    fields.GetReflection()->SetInt32(&fields, fields.GetDescriptor()->FindFieldByName("days"), 7);
    std::string fql;
    bool interval = false;
    const auto failure = Call(*method, *request, [&](const Message& answer) {
      const Message& info = answer.GetReflection()->GetMessage(answer, method->shape.read_info);
      const auto& type = *info.GetDescriptor();
      fql = info.GetReflection()->GetString(info, type.FindFieldByName("effective_filter"));
      interval = info.GetReflection()->HasField(info, type.FindFieldByName("interval"));
    });
    EXPECT_FALSE(failure) << failure->message;
    EXPECT_NE(fql.find(":>="), std::string::npos) << fql;
    EXPECT_TRUE(interval);
  }
  EXPECT_GE(lists, 25);
}

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
