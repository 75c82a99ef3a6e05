// Every RPC of every service by the descriptors that ship, each with a request that it serves.
#ifndef FALCON_TESTS_E2E_EVERY_METHOD_H_
#define FALCON_TESTS_E2E_EVERY_METHOD_H_

#include <functional>
#include <memory>

#include "client/catalog.h"
#include "client/gateway.h"
#include "tests/e2e/calls.h"
#include "tests/support/method_requests.h"

namespace falcon::e2e {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// Quick to read as a whole, with something of everything in it.
WorldOptions SmallWorld();

class EveryMethod {
 public:
  explicit EveryMethod(World& world);

  // Lists first: they bring the ids that others need.
  void ForEach(const std::function<void(const client::Method&)>& visit) const;
  MessagePtr RequestOf(const client::Method& method) const { return requests_.For(method); }
  // Null, and a failed test, where the call fails. Remembers the id of a list's first record.
  MessagePtr Ask(const client::Method& method, const google::protobuf::Message& request);
  // All messages of a stream.
  void Drain(const client::Method& method, const google::protobuf::Message& request);

 private:
  std::unique_ptr<client::Catalog> catalog_;
  client::Invoker invoker_;
  falcon::testing::MethodRequests requests_;
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_EVERY_METHOD_H_
