// Every RPC of every service, driven once, leaves no mutating call in Falcon's ledger.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "client/catalog.h"
#include "client/invoke.h"
#include "descriptor_set.h"
#include "falcon/operation.h"
#include "tests/e2e/calls.h"
#include "tests/e2e/minimal_requests.h"

namespace falcon::e2e {
namespace {

using client::Method;
using google::protobuf::Message;

class Driver {
 public:
  Driver(World& world, const client::Catalog& catalog)
      : invoker_(world.channel(), catalog), requests_(catalog) {}

  void Drive(const Method& method) {
    SCOPED_TRACE(method.descriptor->full_name());
    const auto request = requests_.For(method);
    ASSERT_NE(request, nullptr);
    const client::CallSettings settings{.timeout = kGenerous, .stop = {}, .metadata = {}};
    if (method.descriptor->server_streaming()) {
      const auto failure =
          invoker_.Stream(method, *request, settings, [](const Message&) { return true; });
      EXPECT_FALSE(failure.has_value()) << failure->message;
      return;
    }
    const client::Answer answer = invoker_.Unary(method, *request, settings);
    ASSERT_FALSE(answer.failure.has_value()) << answer.failure->message;
    requests_.Learn(method, *answer.message);
  }

 private:
  client::Invoker invoker_;
  MinimalRequests requests_;
};

TEST(ReadOnly, NoMethodChangesAnythingInFalcon) {
  World world({.simulator = {"--alerts", "200", "--hosts", "50", "--iocs", "50",
                             "--intel-indicators", "80", "--vulnerabilities", "300", "--cases",
                             "20", "--rtr-sessions", "60", "--discover-hosts", "80"},
               .gateway = {},
               .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}});
  const auto catalog = client::Catalog::Load(DescriptorSet());
  ASSERT_TRUE(catalog.ok());
  Driver driver(world, **catalog);
  for (const bool lists : {true, false}) {
    for (const client::Noun& noun : (*catalog)->nouns()) {
      for (const Method& method : noun.methods) {
        const bool ours = method.descriptor->file()->package() == "falcon.v1";
        if (ours && (method.verb == "list") == lists) driver.Drive(method);
      }
    }
  }
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
