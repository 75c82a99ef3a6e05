// Bad input of ReputationService: refused by name before anybody is asked.
#include "tests/e2e/bad_input.h"
#include "tests/e2e/reputation_journey.h"

namespace falcon::e2e {
namespace {

class BadReputationInput : public BadInputSuite<BadReputationInput> {
 public:
  static WorldOptions Options() { return WithKey(); }
};

TEST_P(BadReputationInput, IsRefusedByNameAndNobodyIsAsked) {
  ExpectRefused(world(), GetParam());
  EXPECT_EQ(world().Logins(), 0);
}

using Batch = v1::BatchGetReputationsRequest;
using Check = v1::CheckIocsRequest;

const Bad kBad[] = {
    {"NoValue", Of<Batch>(""), "values", "1 to 100"},
    {"TooManyValues", Of<Batch>(Repeated("values: 'a.example' ", 101)), "values", "1 to 100"},
    {"EmptyValue", Of<Batch>("values: 'a.example' values: ''"), "values[1]", "empty"},
    {"LongValue", Of<Batch>("values: '" + std::string(2049, 'a') + "'"), "values[0]", "2048"},
    {"UnknownType", Of<Batch>("type: 99 values: 'a.example'"), "type", "99"},
    {"UnknownTypeOfAnIoc", Of<Check>("iocs { type: 99 value: 'a.example' }"), "iocs[0].type", "99"},
    {"NothingToCheck", Of<Check>(""), "ids", "1 to 100"},
    {"TooMuchToCheck",
     Of<Check>(Repeated("ids: '" + std::string(64, 'a') + "' ", 60) +
               Repeated("iocs { value: 'a' } ", 60)),
     "ids", "1 to 100"},
    {"IdOfAnotherKind", Of<Check>("ids: 'malicious-domain.com'"), "ids[0]", "64 hexadecimal"},
    {"IocWithoutAValue", Of<Check>("iocs { type: INDICATOR_TYPE_MD5 }"), "iocs[0].value", "empty"},
};

INSTANTIATE_TEST_SUITE_P(All, BadReputationInput, testing::ValuesIn(kBad), NameOfBad);

}  // namespace
}  // namespace falcon::e2e
