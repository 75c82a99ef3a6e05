// URIs of resources, the ids in them, and what is refused.
#include "mcp/resources/resource_uri.h"

#include <gtest/gtest.h>

#include <string>

#include "mcp/resources/record_id.h"

namespace falcon::mcp {
namespace {

void ExpectUri(const char* uri, const char* kind, const char* id) {
  const auto read = ReadResourceUri(uri);
  ASSERT_TRUE(read.has_value()) << uri;
  EXPECT_EQ(read->kind, kind) << uri;
  EXPECT_EQ(read->id, id) << uri;
}

TEST(ResourceUri, IsAKindAndPerhapsAnId) {
  ExpectUri("falcon://status", "status", "");
  ExpectUri("falcon://fql/", "fql", "");
  ExpectUri("falcon://fql/discovered-hosts", "fql", "discovered-hosts");
  ExpectUri("FALCON://Hosts/ABC", "hosts", "ABC");
}

TEST(ResourceUri, IdsArePercentDecodedOnce) {
  ExpectUri("falcon://detections/a%3Aind%3ab", "detections", "a:ind:b");
  ExpectUri("falcon://detections/a%253Ab", "detections", "a%3Ab");
  ExpectUri("falcon://hosts/..%2f..%2Fetc", "hosts", "../../etc");
}

TEST(ResourceUri, OtherFormsAreNone) {
  for (const char* uri :
       {"", "falcon", "falcon:/status", "http://status", "file:///etc/passwd", "falcon://hosts/a/b",
        "falcon://hosts/../fql", "falcon://hosts/a?b", "falcon://hosts/a#b", "falcon://hosts/%",
        "falcon://hosts/%4", "falcon://hosts/%zz", "falcon://hosts/%+1"}) {
    EXPECT_FALSE(ReadResourceUri(uri).has_value()) << uri;
  }
}

TEST(ResourceUri, ARecordsUriReadsBack) {
  const std::string id = "c:ind:a b/%\xc3\xa9";
  const std::string uri = RecordUri("detections", id);
  EXPECT_EQ(uri, "falcon://detections/c:ind:a%20b%2F%25%C3%A9");
  ExpectUri(uri.c_str(), "detections", id.c_str());
}

TEST(RecordId, DeviceIdsAre32HexadecimalDigits) {
  EXPECT_TRUE(IsDeviceId("310859af8cf8d0076c8523bd5bd1e995"));
  EXPECT_TRUE(IsDeviceId("310859AF8CF8D0076C8523BD5BD1E995"));
  for (const char* text :
       {"", "310859af8cf8d0076c8523bd5bd1e99", "SRV-PROD-001", "310859af8cf8d0076c8523bd5bd1e9955",
        "310859af8cf8d0076c8523bd5bd1e99g", "310859af8cf8d0076c8523bd5bd1e9/."}) {
    EXPECT_FALSE(IsDeviceId(text)) << text;
  }
}

TEST(RecordId, CompositeIdsHaveParts) {
  EXPECT_TRUE(IsCompositeId("a31119245c779396ec12da6999ee5093:ind:310859af:827-10501-42"));
  EXPECT_TRUE(IsCompositeId("c:automated-lead:c:97a3"));
  for (const char* text : {"", "a31119245c", "a:b", ":a:b", "a:b:c d", "a:b:../c", "a:b:'c'"}) {
    EXPECT_FALSE(IsCompositeId(text)) << text;
  }
  EXPECT_FALSE(IsCompositeId("a:b:" + std::string(512, 'c')));
}

TEST(RecordId, IncidentIdsAreWordsWithoutSlashes) {
  EXPECT_TRUE(IsIncidentId("35d95f67-3e08-7fb6-0e02-23025bd1e995"));
  EXPECT_TRUE(IsIncidentId("inc:310859af:59f4"));
  for (const char* text : {"", "..", ".", "-a", "a/b", "a b", "a\nb", "a%2fb", "\xc3\xa9"}) {
    EXPECT_FALSE(IsIncidentId(text)) << text;
  }
  EXPECT_FALSE(IsIncidentId(std::string(129, 'a')));
}

TEST(RecordId, NumbersForPeopleAreAWordAndDigits) {
  EXPECT_TRUE(IsReferenceId("SIM-0001"));
  for (const char* text :
       {"SIM", "-1", "SIM-", "SIM-1-2", "35d95f67-3e08-7fb6-0e02-23025bd1e995", "SIM 1", "S'M-1"}) {
    EXPECT_FALSE(IsReferenceId(text)) << text;
  }
}

TEST(RecordId, HostNamesHoldNoSignsOfFql) {
  EXPECT_TRUE(IsHostname("SRV-PROD-001"));
  EXPECT_TRUE(IsHostname("web-0747.corp.example.com"));
  for (const char* text : {"", "-a", "SRV-*", "a'b", "a b", "a\"b", "a,b", "WKS-\xe2\x80\xaegpj"}) {
    EXPECT_FALSE(IsHostname(text)) << text;
  }
  EXPECT_FALSE(IsHostname(std::string(256, 'a')));
}

}  // namespace
}  // namespace falcon::mcp
