// Connections whose client cancels its calls at once.
#include "rpc/server/connection_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace falcon::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ResetLimiterTest : public ::testing::Test {
 protected:
  void Reset(const std::string& peer, int times) {
    for (int i = 0; i < times; ++i) limiter_.Count(peer);
  }

  testing::FakeClock clock_;
  telemetry::Metrics metrics_;
  std::vector<std::string> closed_;
  ResetLimiter limiter_{clock_, [this](const std::string& peer) { closed_.push_back(peer); },
                        metrics_};
};

TEST_F(ResetLimiterTest, ClosesConnectionOnceBeyondResetsPerSecond) {
  Reset("ipv4:192.0.2.1:1", ResetLimiter::kMaxResets + 10);
  EXPECT_THAT(closed_, ElementsAre("ipv4:192.0.2.1:1"));
}

TEST_F(ResetLimiterTest, CountsEachConnectionAndSecondSeparately) {
  Reset("ipv4:192.0.2.1:1", ResetLimiter::kMaxResets - 1);
  Reset("ipv4:192.0.2.1:2", ResetLimiter::kMaxResets - 1);
  clock_.Advance(seconds(1));
  Reset("ipv4:192.0.2.1:1", ResetLimiter::kMaxResets - 1);
  EXPECT_THAT(closed_, IsEmpty());
}

}  // namespace
}  // namespace falcon::rpc
