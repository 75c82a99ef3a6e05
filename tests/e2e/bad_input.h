// Bad input as rows of a table: a request, the field that is wrong in it, and words that help.
#ifndef FALCON_TESTS_E2E_BAD_INPUT_H_
#define FALCON_TESTS_E2E_BAD_INPUT_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "tests/e2e/calls.h"

namespace falcon::e2e {

struct Bad {
  std::string name;
  std::function<grpc::Status(World&)> call;
  std::string field;  // that BadRequest names
  std::string words;  // in its description
  std::string reason = "INVALID_FIELD";
};

inline void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

inline std::string NameOfBad(const testing::TestParamInfo<Bad>& bad) { return bad.param.name; }

// A request of `Request` with these fields, in protobuf's text format.
template <class Request>
std::function<grpc::Status(World&)> Of(std::string text) {
  return [text](World& world) { return Ask(world, Make<Request>(text)).status; };
}

// The same of an export, by the stub's method.
template <class Stub, class Request, class Response>
std::function<grpc::Status(World&)> ExportOf(
    Stub& (World::*stub)(),
    std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(grpc::ClientContext*,
                                                                  const Request&),
    std::string text) {
  return [=](World& world) {
    grpc::ClientContext context;
    const auto request = Make<Request>(text);
    const auto reader = ((world.*stub)().*method)(&context, request);
    Response batch;
    EXPECT_FALSE(reader->Read(&batch));
    return reader->Finish();
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

// Rows that share one world, which starts with the first: `Suite::Options()` tells which.
template <class Suite>
class BadInputSuite : public testing::TestWithParam<Bad> {
 protected:
  static void TearDownTestSuite() { Slot().reset(); }
  static World& Shared() {
    if (Slot() == nullptr) Slot() = std::make_unique<World>(Suite::Options());
    return *Slot();
  }

 private:
  static std::unique_ptr<World>& Slot() {
    static std::unique_ptr<World> world;
    return world;
  }
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_BAD_INPUT_H_
