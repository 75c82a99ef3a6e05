// Every RPC of every service by the descriptors that ship, each with a request that it serves.
#ifndef FALCON_TESTS_E2E_EVERY_METHOD_H_
#define FALCON_TESTS_E2E_EVERY_METHOD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client/catalog.h"
#include "client/invoke.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// Quick to read as a whole, with something of everything in it.
WorldOptions SmallWorld();

class EveryMethod {
 public:
  explicit EveryMethod(World& world);

  // Lists first: they bring the ids that others need.
  void ForEach(const std::function<void(const client::Method&)>& visit) const;
  // Null, and a failed test, where tests/support/requests.h has none.
  MessagePtr RequestOf(const client::Method& method) const;
  // Null, and a failed test, where the call fails. Remembers the id of a list's first record.
  MessagePtr Ask(const client::Method& method, const google::protobuf::Message& request);
  // All messages of a stream.
  void Drain(const client::Method& method, const google::protobuf::Message& request);

 private:
  std::string WithIds(std::string text) const;
  void Remember(const google::protobuf::Message& answer,
                const google::protobuf::FieldDescriptor& records);

  std::unique_ptr<client::Catalog> catalog_;
  client::Invoker invoker_;
  std::map<std::string, std::string> ids_;  // by record type
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_EVERY_METHOD_H_
