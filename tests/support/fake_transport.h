// A transport that answers from a script and records its requests.
#ifndef FALCON_TESTS_SUPPORT_FAKE_TRANSPORT_H_
#define FALCON_TESTS_SUPPORT_FAKE_TRANSPORT_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "http/http_transport.h"
#include "runtime/one_shot_event.h"

namespace falcon::testing {

// A JSON answer. `body` gets simdjson's padding as capacity.
inline http::HttpResponse Response(int status, std::string_view body, http::Headers headers = {}) {
  http::HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  if (http::FindHeader(response.headers, "content-type").empty()) {
    response.headers.emplace_back("content-type", "application/json");
  }
  response.body.reserve(body.size() + 64);
  response.body = body;
  return response;
}

// Loop thread only, but for Answer before the first call.
class FakeTransport final : public http::HttpTransport {
 public:
  // The next `times` calls whose "METHOD url" contains `what` get `answer`. The first match wins;
  // without a match the answer is 404.
  void Answer(std::string what, absl::StatusOr<http::HttpResponse> answer, int times = 1) {
    script_.push_back({std::move(what), std::move(answer), times, nullptr});
  }
  // The same, but the answer waits until `gate` is set.
  void AnswerAfter(std::string what, absl::StatusOr<http::HttpResponse> answer,
                   std::shared_ptr<runtime::OneShotEvent> gate) {
    script_.push_back({std::move(what), std::move(answer), 1, std::move(gate)});
  }

  // Forgets the script. No call may be waiting for a gate.
  void Forget() { script_.clear(); }

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override {
    const std::string call = StrCat(http::MethodName(request.method), " ", request.url);
    requests_.push_back(std::move(request));
    for (Step& step : script_) {
      if (step.times == 0 || call.find(step.what) == std::string::npos) continue;
      --step.times;
      const absl::StatusOr<http::HttpResponse> answer = step.answer;
      const std::shared_ptr<runtime::OneShotEvent> gate = step.gate;
      if (gate != nullptr) co_await gate->Wait();
      co_return answer;
    }
    co_return Response(404, R"({"meta":{},"errors":[{"code":404,"message":"not scripted"}]})");
  }

  const std::vector<http::HttpRequest>& requests() const { return requests_; }

 private:
  struct Step {
    std::string what;
    absl::StatusOr<http::HttpResponse> answer;
    int times;
    std::shared_ptr<runtime::OneShotEvent> gate;
  };
  std::deque<Step> script_;
  std::vector<http::HttpRequest> requests_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_FAKE_TRANSPORT_H_
