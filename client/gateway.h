// The gateway as programs see it that know its methods from descriptors only.
#ifndef FALCON_CLIENT_GATEWAY_H_
#define FALCON_CLIENT_GATEWAY_H_

#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "catalog.h"
#include "failure.h"

namespace falcon::client {

struct CallSettings {
  // Of the whole call; unset: no deadline.
  std::optional<std::chrono::milliseconds> timeout;
  // A stop cancels the call, which then ends with CANCELLED.
  std::stop_token stop;
  std::multimap<std::string, std::string> metadata;
};

// Exactly one of the two is set.
struct Answer {
  std::unique_ptr<google::protobuf::Message> message;
  std::optional<Failure> failure;
};

// The gateway as its clients call it. Calls block the thread that makes them; any number of threads
// may call at once.
class Gateway {
 public:
  virtual ~Gateway() = default;

  // A method with one answer.
  virtual Answer Unary(const Method& method, const google::protobuf::Message& request,
                       const CallSettings& settings) = 0;

  // A method with a stream of answers: each is given to `on_message` in order, on the calling
  // thread. When that returns false the call is cancelled, and has not failed. Unset: the stream
  // came to its end.
  virtual std::optional<Failure> Stream(
      const Method& method, const google::protobuf::Message& request, const CallSettings& settings,
      const std::function<bool(const google::protobuf::Message&)>& on_message) = 0;
};

// Over a channel.
class Invoker final : public Gateway {
 public:
  // `catalog` must outlive the invoker and all answers. `caller`: the name under which the gateway
  // accounts the calls; empty: none.
  Invoker(std::shared_ptr<grpc::Channel> channel, const Catalog& catalog, std::string caller = {});

  Answer Unary(const Method& method, const google::protobuf::Message& request,
               const CallSettings& settings) override;
  std::optional<Failure> Stream(
      const Method& method, const google::protobuf::Message& request, const CallSettings& settings,
      const std::function<bool(const google::protobuf::Message&)>& on_message) override;

 private:
  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  const Catalog& catalog_;
  const std::string caller_;
};

}  // namespace falcon::client

#endif  // FALCON_CLIENT_GATEWAY_H_
