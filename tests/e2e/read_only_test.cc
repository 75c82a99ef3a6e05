// Every RPC of every service, driven once, leaves no mutating call in Falcon's ledger.
#include <gtest/gtest.h>

#include <string>

#include "falcon/operation.h"
#include "tests/e2e/every_method.h"

namespace falcon::e2e {
namespace {

TEST(ReadOnly, NoMethodChangesAnythingInFalcon) {
  World world(SmallWorld());
  EveryMethod every(world);
  every.ForEach([&](const client::Method& method) {
    const MessagePtr request = every.RequestOf(method);
    ASSERT_NE(request, nullptr);
    if (method.descriptor->server_streaming()) {
      every.Drain(method, *request);
      return;
    }
    const MessagePtr answer = every.Ask(method, *request);
    ASSERT_NE(answer, nullptr);
    if (method.verb != "list") return;
    EXPECT_GT(answer->GetReflection()->FieldSize(*answer, method.shape.records), 0);
  });
  const Json ledger = world.Ledger();
  EXPECT_EQ(ledger.at("mutating"), 0);
  for (const Operation* operation : Operations()) {
    const std::string call =
        std::string(wire::MethodName(operation->method)) + " " + std::string(operation->path);
    EXPECT_TRUE(ledger.at("counts").contains(call)) << call << " was never made";
  }
}

}  // namespace
}  // namespace falcon::e2e
