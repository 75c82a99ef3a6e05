// Calls of the gateway in one line each, by the type of their request. A test includes the headers
// in calls/ of the areas that it asks.
#ifndef FALCON_TESTS_E2E_CALLS_H_
#define FALCON_TESTS_E2E_CALLS_H_

#include <google/protobuf/text_format.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>

#include "tests/e2e/world.h"

namespace falcon::e2e {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Json = nlohmann::json;

// Ends a call that hangs; no test waits for it.
inline constexpr milliseconds kGenerous = seconds(120);

template <class Response>
struct Answer {
  grpc::Status status;
  Response response;
  std::map<std::string, std::string> trailers;
  const Response* operator->() const { return &response; }
  std::string reason() const { return Details(status).info.reason(); }
};

// A request from protobuf's text format.
template <class Request>
Request Make(const std::string& text = "") {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

// `text` again and again.
std::string Repeated(std::string_view text, int times);

// What the server said of a call behind its answer.
inline std::map<std::string, std::string> Trailers(const grpc::ClientContext& context) {
  std::map<std::string, std::string> trailers;
  for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
    trailers[{name.data(), name.size()}] = {value.data(), value.size()};
  }
  return trailers;
}

// The stub's method that takes a request, as the headers in calls/ say.
template <class Request>
inline constexpr auto kMethod = nullptr;

template <class Stub, class Request, class Response>
Answer<Response> Invoke(World& world,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const Request& request, milliseconds deadline) {
  Answer<Response> answer;
  Stub stub(world.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + deadline);
  answer.status = (stub.*method)(&context, request, &answer.response);
  answer.trailers = Trailers(context);
  return answer;
}

template <class Request>
auto Ask(World& world, const Request& request, milliseconds deadline = kGenerous) {
  static_assert(!std::is_null_pointer_v<decltype(kMethod<Request>)>, "include its area of calls/");
  return Invoke(world, kMethod<Request>, request, deadline);
}

// The pages of a list by their tokens, each given to `each`, until the last or one that fails.
template <class Request, class Each>
void ForEachPage(World& world, Request request, const Each& each) {
  do {
    const auto page = Ask(world, request);
    ASSERT_TRUE(page.status.ok()) << request.ShortDebugString() << ": "
                                  << page.status.error_message();
    each(page.response);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
}

// Asks again and again until `done`; a failed test when that takes minutes.
void WaitUntil(const std::function<bool()>& done);

// A fault rule as the simulator takes it, for the Alerts API unless `more` names another path.
Json Rule(const std::string& kind, const Json& more = Json::object());

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_H_
