// A bridge to a scripted gateway. Every nonce is 0123456789abcdef.
#ifndef FALCON_TESTS_UNIT_MCP_RESOURCES_RESOURCE_BENCH_H_
#define FALCON_TESTS_UNIT_MCP_RESOURCES_RESOURCE_BENCH_H_

#include <memory>
#include <string>

#include "mcp/protocol/json.h"
#include "mcp/tools/bridge.h"
#include "tests/support/scripted_gateway.h"
#include "tests/unit/client/test_catalog.h"

namespace falcon::mcp {

struct ResourceBench {
  const client::Catalog* const catalog = client::RealCatalog();
  client::ScriptedGateway gateway{*catalog};
  Bridge bridge{.catalog = *catalog,
                .gateway = gateway,
                .address = "127.0.0.1:50051",
                .now = [] { return absl::FromUnixSeconds(1'780'000'000); },
                .nonce = [] { return std::string("0123456789abcdef"); }};
};

inline client::Failure FailureOf(grpc::StatusCode code, const std::string& message = {},
                                 const std::string& reason = {}) {
  client::Failure failure;
  failure.code = code;
  failure.message = message;
  failure.reason = reason;
  return failure;
}

inline Json ReadJson(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << text;
  return json;
}

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_RESOURCES_RESOURCE_BENCH_H_
