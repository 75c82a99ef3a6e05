// Bad input as rows of a table: a request, the field that is wrong in it, and words that help.
#ifndef FALCON_TESTS_E2E_BAD_INPUT_H_
#define FALCON_TESTS_E2E_BAD_INPUT_H_

#include <functional>
#include <ostream>
#include <string>

#include "tests/e2e/export.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {

struct Bad {
  std::string name;
  std::function<grpc::Status(World&)> call;
  std::string field;       // that BadRequest names
  std::string words = {};  // in its description
  std::string reason = "INVALID_FIELD";
};

inline void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

inline std::string NameOfBad(const testing::TestParamInfo<Bad>& bad) { return bad.param.name; }

// A call of `Request` with these fields, in protobuf's text format; an export is read to its end.
template <class Request>
std::function<grpc::Status(World&)> Of(std::string text) {
  return [text](World& world) {
    const auto request = Make<Request>(text);
    if constexpr (requires { Invoke(world, kMethod<Request>, request, kGenerous); }) {
      return Ask(world, request).status;
    } else {
      return ForEachBatch(world, request, [](const auto&) { return true; });
    }
  };
}

// Refused by name, with words that help, before anything is asked of Falcon.
inline void ExpectRefused(World& world, const Bad& bad) {
  world.ResetLedger();
  const grpc::Status status = bad.call(world);
  const Details details(status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  EXPECT_EQ(details.info.reason(), bad.reason) << status.error_message();
  ASSERT_GE(details.bad.field_violations_size(), 1) << status.error_message();
  const auto& violation = details.bad.field_violations(0);
  EXPECT_EQ(violation.field(), bad.field);
  EXPECT_FALSE(violation.description().empty());
  EXPECT_NE(violation.description().find(bad.words), std::string::npos) << violation.description();
  EXPECT_EQ(world.Calls(), 0);
}

// A suite of such rows: `Suite::Options()` tells which world they share.
template <class Suite>
using BadInputSuite = SharedWorld<Suite, testing::TestWithParam<Bad>>;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_BAD_INPUT_H_
