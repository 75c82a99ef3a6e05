// Cursors as text and back.
#include "mcp/tools/page_cursor.h"

#include <gtest/gtest.h>

#include "tests/unit/client/test_catalog.h"

namespace falcon::mcp {
namespace {

PageCursor Example() {
  return {.page_token = "Abc-_123.x",
          .page_size = 20,
          .shown = 7,
          .last_id = "c:ind:a:7",
          .before = 12345678901,
          .fingerprint = 0xFEDCBA9876543210,
          .intervals = std::string("\x00\x01", 2)};
}

TEST(PageCursor, ComesBackAsItWent) {
  EXPECT_EQ(ReadCursor(CursorText(Example())), Example());
  EXPECT_EQ(ReadCursor(CursorText({})), PageCursor());
}

TEST(PageCursor, AddsLittleToTheGatewaysToken) {
  PageCursor cursor;
  cursor.page_token = std::string(1000, 'a');
  EXPECT_LT(CursorText(cursor).size(), 1030U);
}

TEST(PageCursor, RefusesWhatIsNone) {
  for (const char* text :
       {"", ".", "x", "AQ.tok", "????.tok", "1", "null", "AAAA.", "next_cursor"}) {
    EXPECT_EQ(ReadCursor(text), std::nullopt) << text;
  }
  const std::string whole = CursorText(Example());
  const size_t head = whole.find('.');
  for (size_t cut = 0; cut < head; ++cut) {
    EXPECT_EQ(ReadCursor(whole.substr(0, cut) + ".tok"), std::nullopt) << cut;
  }
  EXPECT_EQ(ReadCursor("AAAA" + whole), std::nullopt);
}

TEST(PageCursor, RefusesNumbersThatNoPageHas) {
  PageCursor cursor = Example();
  cursor.shown = 21;
  EXPECT_EQ(ReadCursor(CursorText(cursor)), std::nullopt);
  cursor = Example();
  cursor.page_size = 1001;
  EXPECT_EQ(ReadCursor(CursorText(cursor)), std::nullopt);
}

TEST(PageCursor, CarriesIntervalsOnlyIntoRequestsThatHaveThem) {
  const auto catalog = client::RealCatalog();
  const auto& type = *client::MethodOf(*catalog, "detections", "list").descriptor->input_type();
  const auto first =
      client::FromText(*catalog, type, "filter { created { start { seconds: 1 } } fql: 'a' }");
  auto later =
      client::FromText(*catalog, type, "filter { created { start { seconds: 9 } } fql: 'b' }");
  RestoreIntervals(IntervalsOf(*first), *later);
  EXPECT_EQ(later->ShortDebugString(), "filter { created { start { seconds: 1 } } fql: \"b\" }");
  later = client::FromText(*catalog, type, "filter { fql: 'b' }");
  RestoreIntervals(IntervalsOf(*first), *later);
  EXPECT_EQ(later->ShortDebugString(), "filter { fql: \"b\" }");
  RestoreIntervals("no proto", *later);
  EXPECT_EQ(later->ShortDebugString(), "filter { fql: \"b\" }");
}

}  // namespace
}  // namespace falcon::mcp
