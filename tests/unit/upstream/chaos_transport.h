// A Falcon in a storm, by dice and on the fake clock: it answers late, in any order, in part, with
// every fault there is, or not at all; and holds its callers to the rules.
#ifndef FALCON_TESTS_UNIT_UPSTREAM_CHAOS_TRANSPORT_H_
#define FALCON_TESTS_UNIT_UPSTREAM_CHAOS_TRANSPORT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/fake_transport.h"

namespace falcon::upstream {

using testing::FakeClock;
using testing::FakeTimer;
using testing::Response;

// Hosts "id-0" to "id-39" exist, "no-..." do not. Each record tells when it was asked for, in
// milliseconds of the steady clock. Loop thread only.
class ChaosTransport final : public http::HttpTransport {
 public:
  ChaosTransport(FakeClock& clock, FakeTimer& timer, size_t places, unsigned seed)
      : clock_(clock), timer_(timer), places_(places), dice_(seed) {}

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override {
    const Flight flight(*this);
    ExpectAllowed();
    const SteadyTime sent = clock_.Now();
    const unsigned fault = calm_ ? kNone : fails_ ? kOutage : dice_() % 100;
    const milliseconds takes(calm_ ? 1 : dice_() % (fault < 3 ? 60'000 : 1'500));
    const SteadyTime lands = std::min(sent + takes, request.deadline.at());
    co_await timer_.SleepUntil(lands);
    if (request.deadline.Passed(clock_)) {
      co_return Error(absl::StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "too slow");
    }
    co_return Answer(request, sent, fault);
  }

  // An outage: every call fails.
  void Fail(bool fails) { fails_ = fails; }
  // From now on every call is answered at once, and well.
  void CalmDown() { calm_ = true; }

  int64_t calls() const { return calls_; }
  size_t in_flight() const { return in_flight_; }

 private:
  using Json = nlohmann::json;

  static constexpr unsigned kNone = 50;
  static constexpr unsigned kOutage = 91;

  struct Flight {
    explicit Flight(ChaosTransport& owner) : falcon(owner) { ++falcon.in_flight_; }
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight() { --falcon.in_flight_; }
    ChaosTransport& falcon;
  };

  // What callers may do now: hold a place, and not call in a cooldown.
  void ExpectAllowed() {
    ++calls_;
    EXPECT_LE(in_flight_, places_);
    EXPECT_GE(clock_.Now(), closed_until_) << "a call during a cooldown";
  }

  absl::StatusOr<http::HttpResponse> Answer(const http::HttpRequest& request, SteadyTime sent,
                                            unsigned fault) {
    if (fault >= 98) return Limited();
    if (fault >= 97) return Response(429, "{}", Budget());
    if (fault >= 91) return Response(fault % 2 == 0 ? 503 : 500, "{}", Budget());
    if (fault >= 89) return Broken("UPSTREAM_CONNECTION");
    if (fault >= 87) return Broken("UPSTREAM_STALLED");
    if (fault >= 85) return Response(200, R"({"resources":[{"device_id")", Budget());
    if (fault >= 84) return Response(200, "<html>", {{"content-type", "text/html"}});
    if (fault >= 82) return Response(403, R"({"errors":[{"code":403}]})", Budget());
    const bool many = request.body.find(',') != std::string::npos;
    if (fault >= 79 && many) return Response(413, "{}", Budget());
    const bool partly = fault >= 70;
    return Response(200, Body(request, sent, partly).dump(), Budget());
  }

  absl::StatusOr<http::HttpResponse> Limited() {
    const seconds span(1 + dice_() % 6);
    closed_until_ = std::max(closed_until_, clock_.Now() + span);
    http::Headers headers = Budget();
    headers.emplace_back("X-Ratelimit-Retryafter", StrCat(span.count()));
    return Response(429, "{}", std::move(headers));
  }

  static absl::Status Broken(std::string_view reason) {
    return Error(absl::StatusCode::kUnavailable, reason, "it broke");
  }

  // Others call too; each minute begins anew.
  http::Headers Budget() {
    constexpr int kLimit = 1000;
    const int64_t minute =
        std::chrono::floor<std::chrono::minutes>(clock_.Now().time_since_epoch()).count();
    if (std::exchange(minute_, minute) != minute) remaining_ = kLimit;
    remaining_ = std::max<int>(0, remaining_ - 1 - static_cast<int>(dice_() % 4));
    return {{"X-Ratelimit-Limit", StrCat(kLimit)}, {"X-Ratelimit-Remaining", StrCat(remaining_)}};
  }

  // The records that are asked for by id, or the one that a list of "filter=N" holds.
  Json Body(const http::HttpRequest& request, SteadyTime sent, bool partly) {
    Json body = {{"meta", {{"trace_id", "t"}}}, {"errors", Json::array()}};
    body["resources"] = Json::array();
    for (const std::string& id : IdsOf(request)) {
      if (id.starts_with("no-")) {
        if (dice_() % 2 == 0) {
          body["errors"].push_back({{"code", 404}, {"message", "not found"}, {"id", id}});
        }
      } else if (partly && dice_() % 2 == 0) {
        body["errors"].push_back({{"code", 500}, {"message", "shard"}, {"id", id}});
      } else {
        body["resources"].push_back({{"device_id", id}, {"sent", Stamp(sent)}});
      }
    }
    // In an order of its own, as Falcon does.
    std::shuffle(body["resources"].begin(), body["resources"].end(), dice_);
    return body;
  }
  static std::vector<std::string> IdsOf(const http::HttpRequest& request) {
    if (!request.body.empty()) return Json::parse(request.body)["ids"];
    constexpr std::string_view kFilter = "filter=";
    return {StrCat("id-", request.url.substr(request.url.find(kFilter) + kFilter.size()))};
  }
  static std::string Stamp(SteadyTime at) {
    return StrCat(std::chrono::duration_cast<milliseconds>(at.time_since_epoch()).count());
  }

  FakeClock& clock_;
  FakeTimer& timer_;
  const size_t places_;
  std::mt19937 dice_;
  bool calm_ = false;
  bool fails_ = false;
  SteadyTime closed_until_{};
  int64_t minute_ = -1;
  int remaining_ = 0;
  int64_t calls_ = 0;
  size_t in_flight_ = 0;
};

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_CHAOS_TRANSPORT_H_
