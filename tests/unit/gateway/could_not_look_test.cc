// "Could not look" is not "nothing found": whatever answers in Falcon's place, on whichever
// operation, no method answers as if there were nothing. Driven by the descriptors and the
// operation table.
#include "tests/support/method_requests.h"
#include "tests/unit/gateway/served_gateway.h"

namespace falcon::testing {
namespace {

struct Foreign {
  std::string_view name;
  int status;
  std::string_view body;
};

constexpr Foreign kForeign[] = {
    {"AnotherServicesObject", 200, R"({"status":"ok","detail":"session expired"})"},
    {"EmptyObject", 200, "{}"},
    {"Array", 200, "[]"},
    {"ArrayOfIds", 200, R"(["a","b"])"},
    {"Null", 200, "null"},
    {"JsonText", 200, R"("please sign in")"},
    {"Text", 200, "please sign in"},
    {"Nothing", 200, ""},
    {"NoContent", 204, ""},
    {"MetaOnly", 200, R"({"meta":{"query_time":0.1,"trace_id":"t"}})"},
    {"ResourcesWithoutMeta", 200, R"({"resources":[]})"},
    {"NullWithoutMeta", 200, R"({"resources":null})"},
    {"ResourcesAreText", 200, R"({"meta":{},"resources":"none"})"},
    {"ResourcesAreAFlag", 200, R"({"meta":{},"resources":true})"},
    {"Numbers", 200, R"({"meta":{},"resources":[1,2]})"},
    {"Lists", 200, R"({"meta":{},"resources":[["a"]]})"},
    {"EmptyRecords", 200, R"({"meta":{},"resources":[{}]})"},
    {"OtherRecords", 200, R"({"meta":{},"resources":[{"user":"x"},{"user":"y"}]})"},
    {"NestedResources", 200, R"({"meta":{},"resources":{"devices":[{"device_id":"a"}]}})"},
    {"DataInsteadOfResources", 200, R"({"meta":{"pagination":{"total":1}},"data":[{"id":"a"}]})"},
    {"ErrorWithoutCode", 200, R"({"meta":{},"resources":null,"errors":[{"message":"broke"}]})"},
    {"ErrorAsText", 200, R"({"meta":{},"resources":null,"errors":"internal failure"})"},
    {"EmptyError", 200, R"({"meta":{},"resources":[],"errors":[{}]})"},
    {"ForeignNotFound", 404, R"({"detail":"not found"})"},
    {"PlainNotFound", 404, "404 page not found"},
    {"Utf16", 200, std::string_view("\xFF\xFE{\0}\0", 6)},
};

class CouldNotLookTest : public GatewayTest {
 protected:
  std::unique_ptr<Message> RequestFor(const client::Method& method) const {
    return MethodRequests(catalog(), kRecordIds, kRecordIds.at("DiscoveredHost")).For(method);
  }

  static bool SaysSo(const Message& answer) {
    const FieldDescriptor* info = answer.GetDescriptor()->FindFieldByName("read_info");
    if (info == nullptr) return false;
    const Message& read = answer.GetReflection()->GetMessage(answer, info);
    return read.GetReflection()->GetBool(read, read.GetDescriptor()->FindFieldByName("partial"));
  }

  // The operations that `method` reads, when all is well.
  std::set<const upstream::Operation*> OperationsOf(const client::Method& method,
                                                    const Message& request) {
    falcon_.foreign = nullptr;
    falcon_.used.clear();
    const auto failure = Call(method, request, [](const Message&) {});
    EXPECT_FALSE(failure) << failure->message;
    return falcon_.used;
  }
};

TEST_F(CouldNotLookTest, NoForeignAnswerReadsAsNothingFound) {
  std::set<const upstream::Operation*> covered;
  for (const client::Method* method : Methods()) {
    const auto request = RequestFor(*method);
    for (const upstream::Operation* operation : OperationsOf(*method, *request)) {
      covered.insert(operation);
      for (const Foreign& foreign : kForeign) {
        SCOPED_TRACE(StrCat(method->descriptor->name(), " ", operation->id, " ", foreign.name));
        falcon_.foreign = operation;
        falcon_.foreign_answer = Response(foreign.status, foreign.body);
        bool says_so = false;
        const auto failure =
            Call(*method, *request, [&](const Message& answer) { says_so |= SaysSo(answer); });
        EXPECT_TRUE(failure || says_so) << "a clean answer";
        if (failure) EXPECT_NE(failure->code, grpc::NOT_FOUND) << failure->message;
      }
    }
  }
  for (const upstream::Operation* operation : upstream::Operations()) {
    EXPECT_TRUE(covered.contains(operation)) << operation->id << " is read by no method here";
  }
}

TEST_F(CouldNotLookTest, APageWithoutTheRowsThatItCountsIsNoEmptyList) {
  for (const client::Method* method : Methods()) {
    const FieldDescriptor* rows = RowsField(*method);
    const bool pages =
        method->shape.page_token != nullptr || method->descriptor->server_streaming();
    if (rows == nullptr || !pages) continue;
    SCOPED_TRACE(method->descriptor->name());
    const auto request = RequestFor(*method);
    for (const upstream::Operation* operation : OperationsOf(*method, *request)) {
      if (operation->paging == upstream::Paging::kNone) continue;
      falcon_.foreign = operation;
      falcon_.foreign_answer =
          Response(200, R"({"meta":{"pagination":{"total":3,"limit":100}},"resources":[]})");
      const auto failure = Call(*method, *request, [](const Message&) {});
      ASSERT_TRUE(failure) << operation->id;
      EXPECT_EQ(failure->code, grpc::UNAVAILABLE) << failure->message;
    }
  }
}

}  // namespace
}  // namespace falcon::testing
