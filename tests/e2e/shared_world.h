// One world for all tests of a suite.
#ifndef FALCON_TESTS_E2E_SHARED_WORLD_H_
#define FALCON_TESTS_E2E_SHARED_WORLD_H_

#include <gtest/gtest.h>

#include <memory>

#include "tests/e2e/world.h"

namespace falcon::e2e {

// It starts with the first test that asks for it: `Suite::Options()` tells which.
template <class Suite, class Test = testing::Test>
class SharedWorld : public Test {
 public:
  static void TearDownTestSuite() { Slot().reset(); }

 protected:
  static World& world() {
    if (Slot() == nullptr) Slot() = std::make_unique<World>(Suite::Options());
    return *Slot();
  }

 private:
  static std::unique_ptr<World>& Slot() {
    static std::unique_ptr<World> world;
    return world;
  }
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_SHARED_WORLD_H_
