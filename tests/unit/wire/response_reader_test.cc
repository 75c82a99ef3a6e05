// Ceilings and room of a response that arrives.
#include "wire/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace falcon::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Trouble = ResponseReader::Trouble;

constexpr size_t kMiB = size_t{1} << 20;

TEST(ResponseReader, LowersNamesAndTrimsValues) {
  ResponseReader reader(kMiB, 100);
  EXPECT_TRUE(reader.OnHeader("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(reader.OnHeader("X-Cs-Region:  us-2 \r\n"));
  EXPECT_TRUE(reader.OnHeader("Empty:\r\n"));
  EXPECT_TRUE(reader.OnHeader("\r\n"));
  EXPECT_THAT(reader.Take().headers, ElementsAre(Pair("x-cs-region", "us-2"), Pair("empty", "")));
}

TEST(ResponseReader, ForgetsTheHeadersOfAnInterimResponse) {
  ResponseReader reader(kMiB, 100);
  reader.OnHeader("HTTP/1.1 103 Early Hints\r\n");
  reader.OnHeader("link: </a>\r\n");
  reader.OnHeader("HTTP/1.1 200 OK\r\n");
  reader.OnHeader("date: today\r\n");
  EXPECT_THAT(reader.Take().headers, ElementsAre(Pair("date", "today")));
}

TEST(ResponseReader, LeavesRoomForTheParserBehindEveryBody) {
  for (const size_t size : {0, 1, 15, 16, 64, 4096, 100'000}) {
    ResponseReader reader(kMiB, 100);
    const std::string body(size, 'x');
    for (size_t at = 0; at < size; at += 1000) {
      EXPECT_TRUE(reader.OnBody(body.substr(at, 1000), {}));
    }
    const HttpResponse response = reader.Take();
    EXPECT_EQ(response.body, body);
    EXPECT_GE(response.body.capacity(), size + 64);
  }
}

TEST(ResponseReader, ReservesWhatIsAnnouncedAtOnce) {
  ResponseReader reader(kMiB, 100);
  reader.OnBody("x", {.wire_bytes = 1, .content_length = 500'000});
  EXPECT_GE(reader.Take().body.capacity(), 500'000U + 64);
}

TEST(ResponseReader, DoesNotBelieveAHugeAnnouncement) {
  ResponseReader reader(1024 * kMiB, 100);
  reader.OnBody("x", {.wire_bytes = 1, .content_length = int64_t{900} << 20});
  EXPECT_LE(reader.Take().body.capacity(), 16 * kMiB);
}

TEST(ResponseReader, EndsABodyThatIsAnnouncedTooLarge) {
  ResponseReader reader(100, 100);
  EXPECT_FALSE(reader.OnBody("x", {.wire_bytes = 1, .content_length = 101}));
  EXPECT_EQ(reader.trouble(), Trouble::kBodyTooLarge);
}

TEST(ResponseReader, EndsABodyThatGrowsTooLargeAndTakesOneThatJustFits) {
  ResponseReader reader(100, 100);
  EXPECT_TRUE(reader.OnBody(std::string(100, 'x'), {}));
  EXPECT_FALSE(reader.OnBody("x", {}));
  EXPECT_EQ(reader.trouble(), Trouble::kBodyTooLarge);
}

TEST(ResponseReader, EndsABombOnceItIsBeyondTheFreeMebibyte) {
  ResponseReader reader(64 * kMiB, 100);
  reader.OnHeader("Content-Encoding: gzip\r\n");
  EXPECT_TRUE(reader.OnBody(std::string(kMiB, '0'), {.wire_bytes = 1000}));
  EXPECT_FALSE(reader.OnBody(std::string(kMiB, '0'), {.wire_bytes = 1000}));
  EXPECT_EQ(reader.trouble(), Trouble::kDecompressionBomb);
}

TEST(ResponseReader, JudgesTheRatioExactlyAtTheEnd) {
  ResponseReader reader(64 * kMiB, 100);
  reader.OnHeader("Content-Encoding: gzip\r\n");
  EXPECT_TRUE(reader.OnBody(std::string(kMiB + 1, '0'), {}));
  EXPECT_TRUE(reader.OnEnd(kMiB / 100 + 1));
  EXPECT_FALSE(reader.OnEnd(kMiB / 100 - 1));
}

TEST(ResponseReader, KnowsNoBombWithoutCompression) {
  ResponseReader reader(64 * kMiB, 100);
  EXPECT_TRUE(reader.OnBody(std::string(8 * kMiB, '0'), {}));
  EXPECT_TRUE(reader.OnEnd(0));
}

TEST(ResponseReader, EndsAFloodOfHeaders) {
  ResponseReader reader(kMiB, 100);
  const std::string line = "a: " + std::string(1000, 'b') + "\r\n";
  int taken = 0;
  while (taken < 1000 && reader.OnHeader(line)) ++taken;
  EXPECT_LT(taken, 300);
  EXPECT_EQ(reader.trouble(), Trouble::kHeadersTooLarge);
}

TEST(ResponseReader, StartsAfreshAfterTake) {
  ResponseReader reader(100, 100);
  reader.OnHeader("a: b\r\n");
  reader.OnBody("x", {});
  reader.Take();
  const HttpResponse next = reader.Take();
  EXPECT_TRUE(next.headers.empty());
  EXPECT_TRUE(next.body.empty());
}

}  // namespace
}  // namespace falcon::wire
