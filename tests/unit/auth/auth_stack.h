// The whole auth stack over a scripted transport, with canaries that must show up nowhere.
#ifndef FALCON_TESTS_UNIT_AUTH_AUTH_STACK_H_
#define FALCON_TESTS_UNIT_AUTH_AUTH_STACK_H_

#include <gmock/gmock.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "auth/auth_interceptor.h"
#include "auth/cached_token_source.h"
#include "auth/oauth_token_source.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/fake_transport.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"

namespace falcon::auth {

inline constexpr std::string_view kClientId = "canary-client-id";
inline constexpr std::string_view kSecret = "canary-secret+&=/%";
inline constexpr std::string_view kEncodedSecret = "canary-secret%2B%26%3D%2F%25";
inline constexpr std::string_view kUs1 = "https://api.crowdstrike.com";
inline constexpr std::string_view kUs2 = "https://api.us-2.crowdstrike.com";
inline constexpr std::string_view kData = "/devices/queries/devices/v1?limit=1";

// The answer to a log-in. The token's text holds "canary".
inline http::HttpResponse Granted(std::string_view token = "one", std::string_view region = "us-1",
                                  int expires_in = 1799) {
  return testing::Response(201,
                           StrCat(R"({"access_token":"canary-token-)", token, R"(","expires_in":)",
                                  expires_in, R"(,"token_type":"bearer"})"),
                           {{"X-Cs-Region", std::string(region)}});
}

inline http::HttpResponse Moved(std::string_view url, int status = 308) {
  return testing::Response(status, "", {{"Location", StrCat(url, "/oauth2/token")}});
}

inline http::HttpResponse Refusal(int status, std::string_view message,
                                  http::Headers headers = {}) {
  return testing::Response(
      status,
      StrCat(R"({"meta":{},"errors":[{"code":)", status, R"(,"message":")", message, R"("}]})"),
      std::move(headers));
}

inline OAuthOptions InRegion(std::string_view region) {
  OAuthOptions options;
  options.region = region;
  return options;
}
inline OAuthOptions AtUrl(std::string_view base_url) {
  OAuthOptions options;
  options.base_url = base_url;
  return options;
}
class AuthStack : public ::testing::Test {
 protected:
  // Builds the stack, afresh when there is one; nothing may be under way then.
  void Start(OAuthOptions options = {}, std::string member_cid = "") {
    Credentials credentials{std::string(kClientId), Secret(kSecret), std::move(member_cid)};
    source_ = std::make_unique<OAuthTokenSource>(std::move(credentials), options, transport_,
                                                 clock_, timer_, jitter_);
    cache_ = std::make_unique<CachedTokenSource>(
        CachedTokenSource::Deps{*source_, loop_, clock_, jitter_, log_, metrics_}, options);
    interceptor_ = std::make_unique<AuthInterceptor>(transport_, *cache_);
    timer_.AdvanceByItself();
  }

  Deadline Soon() const { return Deadline::In(clock_, seconds(60)); }

  absl::StatusOr<Token> Get() { return Said(testing::Await(loop_, cache_->Get(Soon()))); }
  absl::StatusOr<Token> FetchToken() { return Said(testing::Await(loop_, source_->Get(Soon()))); }
  absl::StatusOr<http::HttpResponse> Send(std::string_view path = kData) {
    http::HttpRequest request(http::Method::kGet, std::string(path), Soon());
    return Said(testing::Await(loop_, interceptor_->Send(std::move(request))));
  }
  testing::Running<absl::StatusOr<http::HttpResponse>> StartSending() {
    http::HttpRequest request(http::Method::kGet, std::string(kData), Soon());
    return {loop_, interceptor_->Send(std::move(request))};
  }
  // Lets tasks that are ready run.
  void Settle() {
    for (int i = 0; i < 10; ++i) testing::OnLoop(loop_, [] {});
  }
  std::shared_ptr<runtime::OneShotEvent> Gate() {
    return std::make_shared<runtime::OneShotEvent>(loop_.executor());
  }
  // Opening it lets the next request of `what` have this answer.
  std::shared_ptr<runtime::OneShotEvent> HoldBack(std::string what, http::HttpResponse answer) {
    auto gate = Gate();
    transport_.AnswerAfter(std::move(what), std::move(answer), gate);
    return gate;
  }
  void Open(const std::shared_ptr<runtime::OneShotEvent>& gate) {
    testing::OnLoop(loop_, [&] { gate->Set(); });
    Settle();
  }

  int Count(std::string_view what) {
    int count = 0;
    testing::OnLoop(loop_, [&] {
      for (const http::HttpRequest& request : transport_.requests()) {
        if (request.url.find(what) != std::string::npos) ++count;
      }
    });
    return count;
  }
  int TokenRequests() { return Count("/oauth2/token"); }
  int DataCalls() { return Count("/devices/"); }

  template <class Result>
  Result Said(Result result) {
    said_ += testing::StatusOf(result).ToString();
    return result;
  }

  void TearDown() override {
    testing::OnLoop(loop_, [&] {
      if (cache_ != nullptr) said_ += cache_->status().last_error;
    });
    said_ += log_text_.str() + metrics_.Text();
    EXPECT_THAT(said_, ::testing::Not(::testing::HasSubstr("canary"))) << "a canary got out";
  }

  testing::FakeClock clock_;
  runtime::Loop loop_{"test"};
  testing::FakeTimer timer_{loop_, clock_};
  testing::FakeTransport transport_;
  std::ostringstream log_text_;
  telemetry::Log log_{telemetry::Level::kDebug, clock_, log_text_};
  telemetry::Metrics metrics_;
  Jitter jitter_ = [] { return 1.0; };
  std::unique_ptr<OAuthTokenSource> source_;
  std::unique_ptr<CachedTokenSource> cache_;
  std::unique_ptr<AuthInterceptor> interceptor_;
  std::string said_;
};

}  // namespace falcon::auth

#endif  // FALCON_TESTS_UNIT_AUTH_AUTH_STACK_H_
