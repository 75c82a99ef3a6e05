// Instants in all the ways in which Falcon writes them.
#include "json/timestamp_text.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace falcon::json {
namespace {

constexpr int64_t kMoment = 1767600900;  // 2026-01-05T08:15:00Z

struct Row {
  std::string_view text;
  std::optional<Instant> instant;
};

class InstantText : public ::testing::TestWithParam<Row> {};

TEST_P(InstantText, IsRead) { EXPECT_EQ(ParseInstant(GetParam().text), GetParam().instant); }

constexpr Row kGood[] = {
    {"2026-01-05T08:15:00Z", Instant{kMoment, 0}},
    {"2026-01-05t08:15:00z", Instant{kMoment, 0}},
    {"2026-01-05 08:15:00", Instant{kMoment, 0}},
    {"2026-01-05T08:15:00", Instant{kMoment, 0}},
    {"2026-01-05T08:15:00.1Z", Instant{kMoment, 100'000'000}},
    {"2026-01-05T08:15:00.123Z", Instant{kMoment, 123'000'000}},
    {"2026-01-05T08:15:00.123456789Z", Instant{kMoment, 123'456'789}},
    {"2026-01-05T08:15:00.1234567899Z", Instant{kMoment, 123'456'789}},
    {"2026-01-05T09:15:00+01:00", Instant{kMoment, 0}},
    {"2026-01-05T02:45:00-0530", Instant{kMoment, 0}},
    {"2026-01-05T08:14:60Z", Instant{kMoment, 0}},
    {"2026-01-05", Instant{1767571200, 0}},
    {"2024-02-29", Instant{1709164800, 0}},
    {"1969-12-31T23:59:59.5Z", Instant{-1, 500'000'000}},
    {"0001-01-01T00:00:00Z", Instant{-62135596800, 0}},
    {"9999-12-31T23:59:59Z", Instant{253402300799, 0}},
    {"1767600900", Instant{kMoment, 0}},
    {"1767600900123", Instant{kMoment, 123'000'000}},
    {"1767600900.5", Instant{kMoment, 500'000'000}},
};
INSTANTIATE_TEST_SUITE_P(InEveryDialect, InstantText, ::testing::ValuesIn(kGood));

constexpr Row kBad[] = {
    {"", std::nullopt},
    {"now-7d", std::nullopt},
    {"2026-13-01T00:00:00Z", std::nullopt},
    {"2025-02-29", std::nullopt},
    {"2026-01-32", std::nullopt},
    {"0000-01-01", std::nullopt},
    {"2026-01-05T24:00:00Z", std::nullopt},
    {"2026-01-05T08:15Z", std::nullopt},
    {"2026-01-05T08:15:00.Z", std::nullopt},
    {"2026-01-05T08:15:00Zulu", std::nullopt},
    {"2026-01-05T08:15:00+25:00", std::nullopt},
    {"2026-01-05T", std::nullopt},
    {"2026-01-0", std::nullopt},
    {"20260105T081500Z", std::nullopt},
    {"9999-12-31T23:59:59-01:00", std::nullopt},
    {"0001-01-01T00:00:00+01:00", std::nullopt},
    {"-5", std::nullopt},
    {"1767600900 s", std::nullopt},
    {"99999999999999999", std::nullopt},
};
INSTANTIATE_TEST_SUITE_P(AndNothingElse, InstantText, ::testing::ValuesIn(kBad));

TEST(InstantOfEpoch, TellsSecondsFromMillisecondsBySize) {
  EXPECT_EQ(InstantOfEpoch(int64_t{99'999'999'999}), (Instant{99'999'999'999, 0}));
  EXPECT_EQ(InstantOfEpoch(int64_t{100'000'000'001}), (Instant{100'000'000, 1'000'000}));
  EXPECT_EQ(InstantOfEpoch(int64_t{253'402'300'800'000}), std::nullopt);
  EXPECT_EQ(InstantOfEpoch(1e300), std::nullopt);
  EXPECT_EQ(InstantOfEpoch(-0.5), std::nullopt);
}

}  // namespace
}  // namespace falcon::json
