// What a page says to a person.
#include "wire/html_page.h"

#include <gtest/gtest.h>

namespace falcon::wire {
namespace {

TEST(IsPage, ByTheFirstCharacterThatIsNoBlank) {
  for (const char* page : {"<html>", " \r\n<!DOCTYPE html>", "<?xml version=\"1.0\"?><Error/>"}) {
    EXPECT_TRUE(IsPage(page)) << page;
  }
  for (const char* other : {"", " ", "{\"a\":\"<html>\"}", "404 page not found", "[]"}) {
    EXPECT_FALSE(IsPage(other)) << other;
  }
}

TEST(SaysHtml, ByTheContentType) {
  EXPECT_TRUE(SaysHtml({{"content-type", "Text/HTML; charset=utf-8"}}));
  EXPECT_FALSE(SaysHtml({{"content-type", "application/json"}}));
  EXPECT_FALSE(SaysHtml({}));
}

TEST(TextOfPage, LeavesOutWhatIsNotShown) {
  EXPECT_EQ(TextOfPage("<html><head><title>403 Forbidden</title><STYLE>p{color:red}</STYLE>"
                       "<script>if (1 < 2) alert('x')</script></head><body>\n  <!-- <b>no</b> -->"
                       "<p>Your request\n was <b>blocked</b>.</p></body></html>",
                       200),
            "403 Forbidden Your request was blocked .");
}

TEST(TextOfPage, EndsWhereThePageIsCutOrHasNoEnd) {
  EXPECT_EQ(TextOfPage("<p>abcdef</p>", 3), "abc");
  for (const char* open : {"<", "a<", "a<!--", "a<script>x", "a<style", "a<p"}) {
    EXPECT_LE(TextOfPage(open, 10).size(), 1U) << open;
  }
  EXPECT_EQ(TextOfPage(std::string(1 << 20, '<'), 10), "");
}

}  // namespace
}  // namespace falcon::wire
