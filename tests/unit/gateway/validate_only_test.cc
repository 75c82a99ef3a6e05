// `validate_only`: every method answers what Falcon would be asked, and asks nothing. Driven by the
// descriptors.
#include "tests/support/method_requests.h"
#include "tests/unit/gateway/served_gateway.h"

namespace falcon::testing {
namespace {

class ValidateOnlyTest : public GatewayTest {
 protected:
  std::unique_ptr<Message> RequestFor(const client::Method& method) const {
    auto request =
        MethodRequests(catalog(), kRecordIds, kRecordIds.at("DiscoveredHost")).For(method);
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
    const auto failure = Call(*method, *RequestFor(*method), [&](const Message& answer) {
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
    const auto request = RequestFor(*method);
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

}  // namespace
}  // namespace falcon::testing
