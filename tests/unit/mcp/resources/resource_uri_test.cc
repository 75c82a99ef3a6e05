// URIs as they come, and what is refused.
#include "mcp/resources/resource_uri.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace falcon::mcp
