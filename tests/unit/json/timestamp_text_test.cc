// Instants in all the ways in which Falcon writes them.
#include <gtest/gtest.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "json/values.h"

namespace falcon::json {
namespace {

constexpr int64_t kMoment = 1767600900;  // 2026-01-05T08:15:00Z

TEST(ParseInstant, ReadsEveryDialect) {
  const std::pair<Instant, std::vector<std::string_view>> dialects[] = {
      {{kMoment, 0},
       {"2026-01-05T08:15:00Z", "2026-01-05t08:15:00z", "2026-01-05 08:15:00",
        "2026-01-05T08:15:00", "2026-01-05T09:15:00+01:00", "2026-01-05T02:45:00-0530",
        "2026-01-05T08:14:60Z", "1767600900"}},
      {{kMoment, 100'000'000}, {"2026-01-05T08:15:00.1Z"}},
      {{kMoment, 123'000'000}, {"2026-01-05T08:15:00.123Z", "1767600900123"}},
      {{kMoment, 123'456'789},
       {"2026-01-05T08:15:00.123456789Z", "2026-01-05T08:15:00.1234567899Z"}},
      {{kMoment, 500'000'000}, {"1767600900.5"}},
      {{1767571200, 0}, {"2026-01-05"}},
      {{1709164800, 0}, {"2024-02-29"}},
      {{-1, 500'000'000}, {"1969-12-31T23:59:59.5Z"}},
      {{-62135596800, 0}, {"0001-01-01T00:00:00Z"}},
      {{253402300799, 0}, {"9999-12-31T23:59:59Z"}},
  };
  for (const auto& [instant, texts] : dialects) {
    for (const std::string_view text : texts) EXPECT_EQ(ParseInstant(text), instant) << text;
  }
}

TEST(ParseInstant, RefusesOtherText) {
  for (const std::string_view text :
       {"", "now-7d", "2026-13-01T00:00:00Z", "2025-02-29", "2026-01-32", "0000-01-01",
        "2026-01-05T24:00:00Z", "2026-01-05T08:15Z", "2026-01-05T08:15:00.Z",
        "2026-01-05T08:15:00Zulu", "2026-01-05T08:15:00+25:00", "2026-01-05T", "2026-01-0",
        "20260105T081500Z", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "-5",
        "1767600900 s", "99999999999999999"}) {
    EXPECT_EQ(ParseInstant(text), std::nullopt) << text;
  }
}

TEST(InstantOfEpoch, TellsSecondsFromMillisecondsBySize) {
  EXPECT_EQ(InstantOfEpoch(int64_t{99'999'999'999}), (Instant{99'999'999'999, 0}));
  EXPECT_EQ(InstantOfEpoch(int64_t{100'000'000'001}), (Instant{100'000'000, 1'000'000}));
  EXPECT_EQ(InstantOfEpoch(int64_t{253'402'300'800'000}), std::nullopt);
  EXPECT_EQ(InstantOfEpoch(1e300), std::nullopt);
  EXPECT_EQ(InstantOfEpoch(-0.5), std::nullopt);
}

}  // namespace
}  // namespace falcon::json
