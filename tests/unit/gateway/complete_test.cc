// Lists and exports return each row once, and a failed look-up is never an empty result. The tests
// walk the descriptors, so new methods are covered.
#include <random>
#include <set>

#include "tests/unit/gateway/served_gateway.h"

namespace falcon::testing {
namespace {

struct Walked {
  std::multiset<std::string> ids;
  std::optional<client::Failure> failure;
  int64_t largest_gap = 0;  // rows beyond the total that was reported with them
};

class CompleteTest : public GatewayTest {
 protected:
  static const FieldDescriptor* In(const google::protobuf::Descriptor* type, const char* name) {
    return type->FindFieldByName(name);
  }

  // Fields that a request requires besides paging.
  static std::string Needed(const client::Method& method) {
    const auto* type = method.descriptor->input_type();
    std::string text;
    if (In(type, "type") != nullptr) text += "type: IOC_TYPE_IPV4 value: '203.0.113.42' ";
    if (In(type, "type") != nullptr && In(type, "device_id") != nullptr) {
      text += StrCat("device_id: '", RowsOfFalcon::IdOf(1), "' ");
    }
    return text;
  }

  void Take(const Message& message, Walked& walked) {
    for (std::string& id : IdsIn(message)) walked.ids.insert(std::move(id));
    const FieldDescriptor* total = In(message.GetDescriptor(), "total_size");
    if (!message.GetReflection()->HasField(message, total)) return;
    const int64_t told = message.GetReflection()->GetInt64(message, total);
    walked.largest_gap =
        std::max(walked.largest_gap, static_cast<int64_t>(walked.ids.size()) - told);
  }

  Walked Walk(const client::Method& method, int page_size) {
    Walked walked;
    const bool list = !method.descriptor->server_streaming();
    auto request =
        Request(method, StrCat(Needed(method), list ? "page_size: " : "batch_size: ", page_size));
    std::string token;
    do {
      if (list) {
        request->GetReflection()->SetString(request.get(),
                                            In(request->GetDescriptor(), "page_token"), token);
      }
      token.clear();
      walked.failure = Call(method, *request, [&](const Message& message) {
        Take(message, walked);
        if (!list) return;
        token = message.GetReflection()->GetString(message,
                                                   In(message.GetDescriptor(), "next_page_token"));
      });
    } while (!token.empty() && !walked.failure);
    return walked;
  }

  std::vector<const client::Method*> ListsAndExports() const {
    std::vector<const client::Method*> lists;
    for (const client::Method* method : Methods()) {
      const bool pages = In(method->descriptor->input_type(), "page_token") != nullptr;
      if (pages || method->descriptor->server_streaming()) lists.push_back(method);
    }
    return lists;
  }

  void ExpectComplete(const Walked& walked) {
    const std::set<std::string> different(walked.ids.begin(), walked.ids.end());
    EXPECT_EQ(different.size(), walked.ids.size()) << "a row came twice";
    EXPECT_LE(walked.largest_gap, 0) << "a total is smaller than the rows beside it";
    if (walked.failure) {
      const auto code = walked.failure->code;
      const bool honest = code == grpc::UNAVAILABLE || code == grpc::ABORTED;
      EXPECT_TRUE(honest) << code << " " << walked.failure->message;
    } else {
      EXPECT_EQ(static_cast<int>(different.size()), falcon_.quirks.rows) << "a short clean end";
    }
  }
};

Quirks Drawn(std::mt19937& random) {
  const auto draw = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  };
  Quirks quirks;
  quirks.rows = draw(0, 57);
  quirks.rows_an_instant = draw(0, 2) == 0 ? draw(2, 30) : 1;
  quirks.total = static_cast<Total>(draw(0, 4));
  if (draw(0, 2) == 0) quirks.cap = draw(3, 20);
  quirks.cursor_after_all = draw(0, 2) == 0;
  quirks.next_page_header = draw(0, 1) == 0;
  if (draw(0, 3) == 0) quirks.dead_cursor = draw(0, 3);
  // Without a contradicting total, a short page without a cursor is the end.
  const bool counts = quirks.total == Total::kHonest || quirks.total == Total::kLarge;
  if (counts && draw(0, 3) == 0) quirks.lost_cursor = draw(0, 3);
  return quirks;
}

std::string Shown(const Quirks& quirks, int page_size) {
  return StrCat("rows ", quirks.rows, ", an instant ", quirks.rows_an_instant, ", total ",
                static_cast<int>(quirks.total), ", cap ", quirks.cap, ", cursor after all ",
                quirks.cursor_after_all ? 1 : 0, ", next page ", quirks.next_page_header ? 1 : 0,
                ", dead ", quirks.dead_cursor, ", lost ", quirks.lost_cursor, ", page size ",
                page_size);
}

TEST_F(CompleteTest, EveryRowComesOnceOrTheListSaysThatItIsNotWhole) {
  std::mt19937 random(12);
  int complete = 0;
  int failed = 0;
  for (const client::Method* method : ListsAndExports()) {
    for (int seed = 0; seed < 25; ++seed) {
      const Quirks quirks = Drawn(random);
      const int page_size = std::uniform_int_distribution<int>(4, 30)(random);
      SCOPED_TRACE(StrCat(method->descriptor->name(), ": ", Shown(quirks, page_size)));
      falcon_.Begin(quirks);
      const Walked walked = Walk(*method, page_size);
      ExpectComplete(walked);
      (walked.failure ? failed : complete) += 1;
    }
  }
  EXPECT_GT(complete, 5 * failed) << "most lists are read to their end";
}

TEST_F(CompleteTest, WithoutQuirksEveryListIsWhole) {
  for (const client::Method* method : ListsAndExports()) {
    SCOPED_TRACE(method->descriptor->name());
    falcon_.Begin({.rows = 30});
    const Walked walked = Walk(*method, 13);
    EXPECT_FALSE(walked.failure) << walked.failure->message;
    EXPECT_EQ(walked.ids.size(), 30U);
    EXPECT_LE(falcon_.limits.size(), 5U) << "calls for three pages";
  }
}

TEST_F(CompleteTest, AnExportAsksForSmallerPagesWhileTheyAreSlowAndForLargerOnesAgain) {
  for (const client::Method* method : ListsAndExports()) {
    if (!method->descriptor->server_streaming()) continue;
    SCOPED_TRACE(method->descriptor->name());
    falcon_.Begin({.rows = 300, .slow_above = 12});
    const Walked walked = Walk(*method, 80);
    EXPECT_FALSE(walked.failure) << walked.failure->message;
    EXPECT_EQ(walked.ids.size(), 300U);
    const auto slow = std::count_if(falcon_.limits.begin(), falcon_.limits.end(),
                                    [](int limit) { return limit > 12; });
    EXPECT_GT(slow, 3) << "a larger one is tried again";
    EXPECT_LT(slow, 15) << "not all the time";
  }
}

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
  static bool SaysSo(const Message& answer) {
    const FieldDescriptor* info = answer.GetDescriptor()->FindFieldByName("read_info");
    if (info == nullptr) return false;
    const Message& read = answer.GetReflection()->GetMessage(answer, info);
    return read.GetReflection()->GetBool(read, read.GetDescriptor()->FindFieldByName("partial"));
  }

  // No answer that was kept before the fault.
  static void AskFalcon(Message& request) {
    const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("read_options");
    if (field == nullptr) return;
    Message& options = *request.GetReflection()->MutableMessage(&request, field);
    options.GetReflection()->MutableMessage(
        &options, options.GetDescriptor()->FindFieldByName("max_staleness"));
  }

  // The operations that `method` reads when Falcon has no faults.
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
    AskFalcon(*request);
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
