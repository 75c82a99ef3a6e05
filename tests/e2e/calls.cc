// What needs no type of request.
#include "tests/e2e/calls.h"

#include <thread>

namespace falcon::e2e {

std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

void WaitUntil(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  while (!done()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "what was waited for never came";
    std::this_thread::yield();
  }
}

Json Rule(const std::string& kind, const Json& more) {
  Json rule = {{"kind", kind}, {"path", "/alerts"}};
  rule.update(more);
  return rule;
}

}  // namespace falcon::e2e
