// A transport that answers from a script and remembers what it was asked.
#ifndef FALCON_TESTS_SUPPORT_FAKE_TRANSPORT_H_
#define FALCON_TESTS_SUPPORT_FAKE_TRANSPORT_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "run/event.h"
#include "wire/http.h"

namespace falcon::testing {

// A JSON answer. `body` gets simdjson's padding as capacity.
inline wire::HttpResponse Response(int status, std::string_view body, wire::Headers headers = {}) {
  wire::HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  if (wire::FindHeader(response.headers, "content-type").empty()) {
    response.headers.emplace_back("content-type", "application/json");
  }
  response.body.reserve(body.size() + 64);
  response.body = body;
  return response;
}

// Loop thread only, but for Answer before the first call.
class FakeTransport final : public wire::HttpTransport {
 public:
  // The next call whose "METHOD url" contains `what` gets `answer`; `times` such calls do. First
  // match wins; none: 404.
  void Answer(std::string what, absl::StatusOr<wire::HttpResponse> answer, int times = 1) {
    script_.push_back({std::move(what), std::move(answer), times, nullptr});
  }
  // The same, but the answer waits until `gate` is set.
  void AnswerAfter(std::string what, absl::StatusOr<wire::HttpResponse> answer,
                   std::shared_ptr<run::Event> gate) {
    script_.push_back({std::move(what), std::move(answer), 1, std::move(gate)});
  }

  // Forgets the script. No call waits for a gate.
  void Forget() { script_.clear(); }

  Task<absl::StatusOr<wire::HttpResponse>> Send(wire::HttpRequest request) override {
    const std::string call = Cat(wire::MethodName(request.method), " ", request.url);
    requests_.push_back(std::move(request));
    for (Step& step : script_) {
      if (step.times == 0 || call.find(step.what) == std::string::npos) continue;
      --step.times;
      const absl::StatusOr<wire::HttpResponse> answer = step.answer;
      const std::shared_ptr<run::Event> gate = step.gate;
      if (gate != nullptr) co_await gate->Wait();
      co_return answer;
    }
    co_return Response(404, R"({"meta":{},"errors":[{"code":404,"message":"not scripted"}]})");
  }

  const std::vector<wire::HttpRequest>& requests() const { return requests_; }

 private:
  struct Step {
    std::string what;
    absl::StatusOr<wire::HttpResponse> answer;
    int times;
    std::shared_ptr<run::Event> gate;
  };
  std::deque<Step> script_;
  std::vector<wire::HttpRequest> requests_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_FAKE_TRANSPORT_H_
