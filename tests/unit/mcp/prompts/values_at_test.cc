// Values by paths through messages and lists.
#include "mcp/prompts/values_at.h"

#include <gmock/gmock.h>

#include "mcp/prompts/indicator.h"
#include "tests/unit/client/test_catalog.h"

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ValuesAt : public ::testing::Test {
 protected:
  std::unique_ptr<google::protobuf::Message> Of(const char* noun, const char* verb,
                                                const std::string& text) {
    return client::FromText(
        *catalog_, *client::MethodOf(*catalog_, noun, verb).descriptor->output_type(), text);
  }
  const std::unique_ptr<client::Catalog> catalog_ = client::RealCatalog();
};

TEST_F(ValuesAt, LeadThroughMessagesAndLists) {
  const auto answer = Of("detections", "list", R"(
      detections { composite_id: "a" severity: SEVERITY_HIGH
                   timestamp { seconds: 1780000000 }
                   network_accesses { remote_address: "203.0.113.42" }
                   network_accesses { remote_address: "" } }
      detections { composite_id: "b" device { hostname: "H" } tags: "t1" tags: "t2" })");
  EXPECT_THAT(TextsAt(*answer, "detections.composite_id"), ElementsAre("a", "b"));
  EXPECT_THAT(TextsAt(*answer, "detections.network_accesses.remote_address"),
              ElementsAre("203.0.113.42"));
  EXPECT_THAT(TextsAt(*answer, "detections.severity"), ElementsAre("high"));
  EXPECT_THAT(TextsAt(*answer, "detections.timestamp"), ElementsAre("2026-05-28T20:26:40Z"));
  EXPECT_THAT(TextsAt(*answer, "detections.tags"), ElementsAre("t1", "t2"));
  EXPECT_EQ(TextAt(*answer, "detections.device.hostname"), "H");
  EXPECT_THAT(TextsAt(*answer, "detections.no_such.field"), IsEmpty());
  EXPECT_THAT(TextsAt(*answer, "detections.composite_id.deeper"), IsEmpty());
  EXPECT_EQ(MessagesAt(*answer, "detections").size(), 2U);
}

TEST_F(ValuesAt, AreClearedByPath) {
  const auto answer = Of("incidents", "get", R"(
      incident { id: "i" evidence { alerts { records { id: "e" } } users { } } })");
  ClearAt(*answer, "incident.evidence.alerts");
  EXPECT_THAT(TextsAt(*answer, "incident.evidence.alerts.records.id"), IsEmpty());
  EXPECT_EQ(TextAt(*answer, "incident.id"), "i");
  ClearAt(*answer, "incident.sla.name");
  ClearAt(*answer, "nothing");
}

TEST_F(ValuesAt, RecordsAreDroppedByTheirIds) {
  const auto answer = Of("detections", "list", R"(
      detections { composite_id: "a" } detections { composite_id: "b" }
      detections { composite_id: "c" } total_size: 30)");
  DropFrom(*answer, "detections", "composite_id", {"b", "x"});
  EXPECT_THAT(TextsAt(*answer, "detections.composite_id"), ElementsAre("a", "c"));
  EXPECT_EQ(TextAt(*answer, "total_size"), "29");
  DropFrom(*answer, "no_list", "composite_id", {"a"});
}

TEST_F(ValuesAt, NewOnesAreAddedOnceUpToTheMost) {
  std::vector<std::string> all = {"a"};
  AddNew(all, {"a", "b", "b", "c", "d"}, 3);
  EXPECT_THAT(all, ElementsAre("a", "b", "c"));
}

TEST(Indicator, IsAHashADomainOrAPublicAddress) {
  for (const char* text : {"203.0.113.42", "2001:db8::1", "malicious-domain.com", "a.b.example",
                           "9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a",
                           "fb35e769d72674ef7ef8081402c6af26"}) {
    EXPECT_TRUE(IsIndicator(text)) << text;
  }
  for (const char* text :
       {"", "192.168.1.100", "10.0.0.1", "172.16.9.9", "127.0.0.1", "169.254.1.1", "100.64.0.1",
        "224.0.0.1", "0.0.0.0", "::1", "fe80::1", "svchost.exe", "localhost", "a b.com", "x'.com",
        "C:\\Windows\\Temp", "0000000000000000000000000000000000000000", ".com", "1.2.3"}) {
    EXPECT_FALSE(IsIndicator(text)) << text;
  }
  EXPECT_FALSE(IsIndicator(std::string("203.0.113.42\0' or", 17)));
  EXPECT_FALSE(IsIndicator(std::string(300, 'a') + ".com"));
}

}  // namespace
}  // namespace falcon::mcp
