// Ceilings and room of a response that arrives.
#include "http/curl/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "tests/support/loopback_server.h"

namespace falcon::http {
namespace {

using falcon::testing::Gzip;
using ::testing::ElementsAre;
using ::testing::Pair;
using Failure = ResponseReader::Failure;

constexpr size_t kMiB = size_t{1} << 20;

TEST(ResponseReader, LowercasesNamesAndTrimsValues) {
  ResponseReader reader(kMiB, 100);
  EXPECT_TRUE(reader.OnHeader("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(reader.OnHeader("X-Cs-Region:  us-2 \r\n"));
  EXPECT_TRUE(reader.OnHeader("Empty:\r\n"));
  EXPECT_TRUE(reader.OnHeader("\r\n"));
  EXPECT_THAT(reader.Take().headers, ElementsAre(Pair("x-cs-region", "us-2"), Pair("empty", "")));
}

TEST(ResponseReader, DropsHeadersOfInterimResponse) {
  ResponseReader reader(kMiB, 100);
  reader.OnHeader("HTTP/1.1 103 Early Hints\r\n");
  reader.OnHeader("link: </a>\r\n");
  reader.OnHeader("HTTP/1.1 200 OK\r\n");
  reader.OnHeader("date: today\r\n");
  EXPECT_THAT(reader.Take().headers, ElementsAre(Pair("date", "today")));
}

TEST(ResponseReader, EveryBodyHasSpareCapacity) {
  for (const size_t size : {0, 1, 15, 16, 64, 4096, 100'000}) {
    ResponseReader reader(kMiB, 100);
    const std::string body(size, 'x');
    for (size_t at = 0; at < size; at += 1000) {
      EXPECT_TRUE(reader.OnBody(body.substr(at, 1000), -1));
    }
    const HttpResponse response = reader.Take();
    EXPECT_EQ(response.body, body);
    EXPECT_GE(response.body.capacity(), size + 64);
  }
}

TEST(ResponseReader, ReservesAnnouncedLengthAtOnce) {
  ResponseReader reader(kMiB, 100);
  reader.OnBody("x", 500'000);
  EXPECT_GE(reader.Take().body.capacity(), 500'000U + 64);
}

TEST(ResponseReader, BoundsReservationOfHugeAnnouncement) {
  ResponseReader reader(1024 * kMiB, 100);
  reader.OnBody("x", int64_t{900} << 20);
  EXPECT_LE(reader.Take().body.capacity(), 16 * kMiB);
}

TEST(ResponseReader, RejectsBodyAnnouncedOverLimit) {
  ResponseReader reader(100, 100);
  EXPECT_FALSE(reader.OnBody("x", 101));
  EXPECT_EQ(reader.failure(), Failure::kBodyTooLarge);
}

TEST(ResponseReader, RejectsBodyThatGrowsOverLimit) {
  ResponseReader reader(100, 100);
  EXPECT_TRUE(reader.OnBody(std::string(100, 'x'), -1));
  EXPECT_FALSE(reader.OnBody("x", -1));
  EXPECT_EQ(reader.failure(), Failure::kBodyTooLarge);
}

TEST(ResponseReader, RejectsBombBeyondFirstMebibyte) {
  const std::string free = Gzip(std::string(kMiB, '0'));
  ResponseReader reader(64 * kMiB, 100);
  EXPECT_TRUE(reader.OnBody(free, -1));
  EXPECT_TRUE(reader.OnEnd());
  reader.Reset();
  EXPECT_FALSE(reader.OnBody(Gzip(std::string(2 * kMiB, '0')), -1));
  EXPECT_EQ(reader.failure(), Failure::kDecompressionBomb);
}

TEST(ResponseReader, DecompressesGzipInPiecesAndConcatenated) {
  const std::string gzip = Gzip("one ") + Gzip("two");
  for (const size_t step : {size_t{1}, size_t{7}, gzip.size()}) {
    ResponseReader reader(kMiB, 100);
    for (size_t at = 0; at < gzip.size(); at += step) {
      ASSERT_TRUE(reader.OnBody(std::string_view(gzip).substr(at, step), -1));
    }
    EXPECT_TRUE(reader.OnEnd());
    EXPECT_EQ(reader.Take().body, "one two");
  }
}

TEST(ResponseReader, DetectsGzipByBodyNotContentEncoding) {
  for (const std::string_view encoding : {"gzip", "utf-8", "none", "identity", "br", "x"}) {
    for (const bool compressed : {false, true}) {
      ResponseReader reader(kMiB, 100);
      reader.OnHeader(StrCat("Content-Encoding: ", encoding, "\r\n"));
      EXPECT_TRUE(reader.OnBody(compressed ? Gzip("{}") : "{}", -1)) << encoding;
      EXPECT_TRUE(reader.OnEnd()) << encoding;
      EXPECT_EQ(reader.Take().body, "{}") << encoding;
    }
  }
}

TEST(ResponseReader, DistinguishesBrokenFromTruncatedGzip) {
  const std::string whole = Gzip(std::string(1000, 'x') + "tail");
  ResponseReader reader(kMiB, 100);
  EXPECT_FALSE(reader.OnBody("\x1F this is no gzip", -1));
  EXPECT_EQ(reader.failure(), Failure::kBrokenGzip);
  reader.Reset();
  EXPECT_TRUE(reader.OnBody(whole.substr(0, whole.size() / 2), -1));
  EXPECT_FALSE(reader.OnEnd());
  EXPECT_EQ(reader.failure(), Failure::kCutGzip);
}

TEST(ResponseReader, InterimStatusLineDoesNotBeginResponse) {
  ResponseReader reader(kMiB, 100);
  reader.OnHeader("HTTP/1.1 103 Early Hints\r\n");
  reader.OnHeader("link: </a>\r\n");
  EXPECT_FALSE(reader.begun());
  reader.OnHeader("HTTP/2 200\r\n");
  EXPECT_TRUE(reader.begun());
  reader.Take();
  EXPECT_FALSE(reader.begun());
}

TEST(ResponseReader, PlainBodyIsNoBomb) {
  ResponseReader reader(64 * kMiB, 100);
  EXPECT_TRUE(reader.OnBody(std::string(8 * kMiB, '0'), -1));
  EXPECT_TRUE(reader.OnEnd());
}

TEST(ResponseReader, RejectsTooManyHeaders) {
  ResponseReader reader(kMiB, 100);
  const std::string line = "a: " + std::string(1000, 'b') + "\r\n";
  int taken = 0;
  while (taken < 1000 && reader.OnHeader(line)) ++taken;
  EXPECT_LT(taken, 300);
  EXPECT_EQ(reader.failure(), Failure::kHeadersTooLarge);
}

TEST(ResponseReader, IsReusableAfterTake) {
  ResponseReader reader(100, 100);
  reader.OnHeader("a: b\r\n");
  reader.OnBody("x", -1);
  reader.Take();
  const HttpResponse next = reader.Take();
  EXPECT_TRUE(next.headers.empty());
  EXPECT_TRUE(next.body.empty());
}

}  // namespace
}  // namespace falcon::http
