// A client over a scripted transport, with time that stands still.
#ifndef FALCON_TESTS_UNIT_REPUTATION_CLIENT_FIXTURE_H_
#define FALCON_TESTS_UNIT_REPUTATION_CLIENT_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "reputation/client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/fake_transport.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"

namespace falcon::reputation {

inline constexpr char kKey[] = "canary-key";
inline constexpr char kQuotaBody[] =
    R"({"error":{"code":"QuotaExceededError","message":"canary-key"}})";
inline constexpr char kUnknownBody[] =
    R"({"error":{"code":"NotFoundError","message":"canary-key"}})";

inline Indicator DomainOf(int number) { return {Kind::kDomain, StrCat("d", number, ".example")}; }

inline http::HttpResponse Found(int malicious = 3, http::Headers headers = {}) {
  return falcon::testing::Response(
      200,
      StrCat(R"({"data":{"type":"domain","id":"x","attributes":{"last_analysis_stats":)",
             R"({"malicious":)", malicious, "}}}}"),
      std::move(headers));
}

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(); }
  void Start(bool urls = false, const std::string& key = kKey) {
    ClientOptions options;
    options.base_url = "https://vt.example";
    options.api_key = Secret(key);
    options.urls = urls;
    client_ = std::make_unique<Client>(options, transport_, loop_, clock_, timer_);
  }
  absl::StatusOr<Answer> LookUp(Indicator indicator, milliseconds patience = seconds(30)) {
    return Finish(Begin(std::move(indicator), patience));
  }
  falcon::testing::Running<absl::StatusOr<Answer>> Begin(Indicator indicator,
                                                         milliseconds patience = seconds(30)) {
    const Deadline deadline = Deadline::In(clock_, patience);
    return {loop_, client_->LookUp(std::move(indicator), {caller_, deadline, calls_})};
  }
  absl::StatusOr<Answer> Finish(falcon::testing::Running<absl::StatusOr<Answer>> running) {
    absl::StatusOr<Answer> answer = *running.Get();
    EXPECT_THAT(answer.status().ToString(), ::testing::Not(::testing::HasSubstr("canary")))
        << "the key got out";
    return answer;
  }
  // Waits until `holds` is true on the loop, which is at work meanwhile.
  template <class Predicate>
  void Until(Predicate holds) {
    bool held = false;
    while (!held) falcon::testing::OnLoop(loop_, [&] { held = holds(); });
  }
  size_t sent() {
    size_t count = 0;
    falcon::testing::OnLoop(loop_, [&] { count = transport_.requests().size(); });
    return count;
  }
  size_t Slept() {
    size_t count = 0;
    falcon::testing::OnLoop(loop_, [&] { count = timer_.slept().size(); });
    return count;
  }
  void SpendAMinute() {
    for (int i = 0; i < 4; ++i) EXPECT_THAT(LookUp(DomainOf(100 + i)), falcon::testing::IsOk());
  }

  falcon::testing::FakeClock clock_;
  runtime::Loop loop_{"loop"};
  falcon::testing::FakeTimer timer_{loop_, clock_};
  falcon::testing::FakeTransport transport_;
  std::unique_ptr<Client> client_;
  std::string caller_ = "metadata:a";
  std::shared_ptr<int> calls_ = std::make_shared<int>(0);
};

}  // namespace falcon::reputation

#endif  // FALCON_TESTS_UNIT_REPUTATION_CLIENT_FIXTURE_H_
