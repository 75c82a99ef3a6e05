// Calls by the descriptors.
#include "tests/e2e/every_method.h"

#include <gtest/gtest.h>

#include <utility>

#include "descriptor_set.h"

namespace falcon::e2e {
namespace {

using client::Method;
using google::protobuf::Message;

std::unique_ptr<client::Catalog> LoadCatalog() {
  auto catalog = client::Catalog::Load(DescriptorSet());
  EXPECT_TRUE(catalog.ok()) << catalog.status();
  return *std::move(catalog);
}

client::CallSettings Patient() { return {.timeout = kGenerous, .stop = {}, .metadata = {}}; }

}  // namespace

WorldOptions SmallWorld() {
  return {.simulator = {"--alerts", "200", "--hosts", "50", "--iocs", "50", "--intel-indicators",
                        "80", "--vulnerabilities", "300", "--cases", "20", "--rtr-sessions", "60",
                        "--discover-hosts", "80"},
          .gateway = {},
          .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}};
}

EveryMethod::EveryMethod(World& world)
    : catalog_(LoadCatalog()), invoker_(world.channel(), *catalog_), requests_(*catalog_) {}

void EveryMethod::ForEach(const std::function<void(const Method&)>& visit) const {
  for (const bool lists : {true, false}) {
    for (const client::Noun& noun : catalog_->nouns()) {
      for (const Method& method : noun.methods) {
        const bool ours = method.descriptor->file()->package() == "falcon_gateway.v1";
        SCOPED_TRACE(method.descriptor->full_name());
        if (ours && (method.verb == "list") == lists) visit(method);
      }
    }
  }
}

MessagePtr EveryMethod::Ask(const Method& method, const Message& request) {
  client::Answer answer = invoker_.Unary(method, request, Patient());
  if (answer.failure.has_value()) {
    ADD_FAILURE() << method.descriptor->full_name() << ": " << answer.failure->message;
    return nullptr;
  }
  requests_.Remember(method, *answer.message);
  return std::move(answer.message);
}

void EveryMethod::Drain(const Method& method, const Message& request) {
  const auto failure =
      invoker_.Stream(method, request, Patient(), [](const Message&) { return true; });
  EXPECT_FALSE(failure.has_value()) << failure->message;
}

}  // namespace falcon::e2e
