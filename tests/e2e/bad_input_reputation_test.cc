// Bad input of ReputationService: refused by name before anybody is asked.
#include <gmock/gmock.h>

#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

struct Bad {
  std::string name;
  std::function<grpc::Status(World&)> call;
  std::string field;
  std::string words;
};

template <class Request>
std::function<grpc::Status(World&)> Of(const std::string& text) {
  return [text](World& world) { return Ask(world, Make<Request>(text)).status; };
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(BadReputationInput, IsRefusedByNameAndNobodyIsAsked) {
  using Batch = v1::BatchGetReputationsRequest;
  using Check = v1::CheckIocsRequest;
  const std::string id = "ids: '" + std::string(64, 'a') + "' ";
  const std::vector<Bad> rows = {
      {"no value", Of<Batch>(""), "values", "1 to 100"},
      {"too many values", Of<Batch>(Repeated("values: 'a.example' ", 101)), "values", "1 to 100"},
      {"empty value", Of<Batch>("values: 'a.example' values: ''"), "values[1]", "empty"},
      {"long value", Of<Batch>("values: '" + std::string(2049, 'a') + "'"), "values[0]", "2048"},
      {"unknown type", Of<Batch>("type: 99 values: 'a.example'"), "type", "99"},
      {"unknown type of an ioc", Of<Check>("iocs { type: 99 value: 'a.example' }"), "iocs[0].type",
       "99"},
      {"nothing to check", Of<Check>(""), "ids", "1 to 100"},
      {"too much to check", Of<Check>(Repeated(id, 60) + Repeated("iocs { value: 'a' } ", 60)),
       "ids", "1 to 100"},
      {"id of another kind", Of<Check>("ids: 'malicious-domain.com'"), "ids[0]", "64 hexadecimal"},
      {"ioc without a value", Of<Check>("iocs { type: INDICATOR_TYPE_MD5 }"), "iocs[0].value",
       "empty"},
  };
  World world({{"--alerts", "50", "--hosts", "10"},
               {},
               {{"VIRUSTOTAL_API_KEY", std::string(kVirusTotalKey)}}});
  for (const Bad& row : rows) {
    const grpc::Status status = row.call(world);
    const Details details(status);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << row.name;
    ASSERT_GE(details.bad.field_violations_size(), 1) << row.name;
    EXPECT_EQ(details.bad.field_violations(0).field(), row.field) << row.name;
    EXPECT_THAT(details.bad.field_violations(0).description(), HasSubstr(row.words)) << row.name;
  }
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_EQ(world.Logins(), 0);
}

}  // namespace
}  // namespace falcon::e2e
