// What a page says to a person.
#include <gtest/gtest.h>

#include "http/response_hints.h"

namespace falcon::http {
namespace {

TEST(IsMarkup, LooksAtFirstNonBlankCharacter) {
  for (const char* page : {"<html>", " \r\n<!DOCTYPE html>", "<?xml version=\"1.0\"?><Error/>"}) {
    EXPECT_TRUE(IsMarkup(page)) << page;
  }
  for (const char* other : {"", " ", "{\"a\":\"<html>\"}", "404 page not found", "[]"}) {
    EXPECT_FALSE(IsMarkup(other)) << other;
  }
}

TEST(HasHtmlContentType, LooksAtContentType) {
  EXPECT_TRUE(HasHtmlContentType({{"content-type", "Text/HTML; charset=utf-8"}}));
  EXPECT_FALSE(HasHtmlContentType({{"content-type", "application/json"}}));
  EXPECT_FALSE(HasHtmlContentType({}));
}

TEST(MarkupText, OmitsInvisibleContent) {
  EXPECT_EQ(MarkupText("<html><head><title>403 Forbidden</title><STYLE>p{color:red}</STYLE>"
                       "<script>if (1 < 2) alert('x')</script></head><body>\n  <!-- <b>no</b> -->"
                       "<p>Your request\n was <b>blocked</b>.</p></body></html>",
                       200),
            "403 Forbidden Your request was blocked .");
}

TEST(MarkupText, AcceptsTruncatedPage) {
  EXPECT_EQ(MarkupText("<p>abcdef</p>", 3), "abc");
  for (const char* open : {"<", "a<", "a<!--", "a<script>x", "a<style", "a<p"}) {
    EXPECT_LE(MarkupText(open, 10).size(), 1U) << open;
  }
  EXPECT_EQ(MarkupText(std::string(1 << 20, '<'), 10), "");
}

}  // namespace
}  // namespace falcon::http
