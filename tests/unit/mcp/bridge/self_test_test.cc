// What --self-test says of gateways that work, and of those that do not.
#include "mcp/self_test.h"

#include <gmock/gmock.h>

#include <sstream>

#include "mcp/assembly.h"
#include "tests/support/scripted_gateway.h"
#include "tests/unit/client/test_catalog.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SelfTesting : public ::testing::Test {
 protected:
  SelfTesting() {
    gateway_.Answers("GetStatus",
                     R"({"version": ")" FALCON_GATEWAY_VERSION R"(", "base_url": "https://f"})");
    gateway_.Answers("ListHosts", R"({"hosts": [{"hostname": "SRV-1"}], "total_size": 7})");
  }

  // True: it found that everything works.
  bool Run(const ToolChoice& choice = {}) {
    const absl::StatusOr<Offer> offer = MakeOffer(bridge_, choice);
    if (!offer.ok()) ADD_FAILURE() << offer.status();
    std::ostringstream out;
    const bool works = SelfTest(bridge_, *offer, /*tls=*/false, out);
    said_ = out.str();
    return works;
  }

  static client::Failure Failing(grpc::StatusCode code, const std::string& message) {
    client::Failure failure;
    failure.code = code;
    failure.message = message;
    return failure;
  }

  const std::unique_ptr<client::Catalog> catalog_ = client::RealCatalog();
  client::ScriptedGateway gateway_{*catalog_};
  const Bridge bridge_{.catalog = *catalog_,
                       .gateway = gateway_,
                       .address = "gateway.example:50051",
                       .now = [] { return absl::FromUnixSeconds(1'780'000'000); },
                       .nonce = [] { return std::string("0123456789abcdef"); }};
  std::string said_;
};

TEST_F(SelfTesting, SaysWhatWorks) {
  EXPECT_TRUE(Run()) << said_;
  EXPECT_THAT(said_, HasSubstr("ok     Protocol: "));
  EXPECT_THAT(said_, HasSubstr("ok     Gateway: falcon-gateway " FALCON_GATEWAY_VERSION
                               " at gateway.example:50051, for https://f."));
  EXPECT_THAT(said_, HasSubstr("ok     search_hosts: "));
  EXPECT_THAT(said_, HasSubstr("All works"));
  EXPECT_THAT(said_, Not(HasSubstr("WRONG")));
}

TEST_F(SelfTesting, AnUnreachableGatewayIsNamedWithWhatToDo) {
  gateway_.Fails("GetStatus",
                 Failing(grpc::StatusCode::UNAVAILABLE, "last error: Connection refused"));
  EXPECT_FALSE(Run());
  EXPECT_THAT(said_, HasSubstr("WRONG  The gateway at gateway.example:50051 cannot be reached"));
  EXPECT_THAT(said_, HasSubstr("Start falcon-gateway"));
  EXPECT_THAT(said_, Not(HasSubstr("search_hosts")));
}

TEST_F(SelfTesting, AServerThatIsNoGatewayIsFoundOut) {
  gateway_.Fails("GetStatus", Failing(grpc::StatusCode::UNIMPLEMENTED, ""));
  EXPECT_FALSE(Run());
  EXPECT_THAT(said_, HasSubstr("is no falcon-gateway"));
}

TEST_F(SelfTesting, AScopeThatIsMissingIsNamed) {
  client::Failure failure = Failing(grpc::StatusCode::PERMISSION_DENIED, "access denied");
  failure.metadata["required_scopes"] = "Hosts:read";
  gateway_.Fails("ListHosts", failure);
  EXPECT_FALSE(Run());
  EXPECT_THAT(said_, HasSubstr("WRONG  search_hosts could not look:"));
  EXPECT_THAT(said_, HasSubstr("Hosts:read"));
}

TEST_F(SelfTesting, AnotherVersionIsNotedAndALogInThatFailed) {
  gateway_.Answers("GetStatus",
                   R"({"version": "9.9", "token": {"last_error": "invalid \u001b[1mclient"}})");
  EXPECT_TRUE(Run()) << said_;
  EXPECT_THAT(said_, HasSubstr("note   The bridge is of version"));
  EXPECT_THAT(said_,
              HasSubstr("note   The gateway's last log-in to Falcon failed: invalid \\u{001B}"));
}

TEST_F(SelfTesting, WithoutTheSearchOfHostsAnotherIsTaken) {
  gateway_.Answers("ListDetections", R"({"detections": []})");
  EXPECT_TRUE(Run({.toolsets = {"detections"}, .tools = {}, .exclude_tools = {}})) << said_;
  EXPECT_THAT(said_, HasSubstr("ok     search_detections: "));
  EXPECT_TRUE(Run({.toolsets = {}, .tools = {"check_access"}, .exclude_tools = {}})) << said_;
  EXPECT_THAT(said_, HasSubstr("none was called"));
}

}  // namespace
}  // namespace falcon::mcp
