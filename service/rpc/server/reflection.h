// Reflection: gRPC server reflection in its versions v1 and v1alpha, which are the same on the wire.
//
// A stream has one request in work at a time, and holds no thread. Streams count toward the limit
// of their connection, and are exempt from load shedding.
#ifndef FALCON_RPC_SERVER_REFLECTION_H_
#define FALCON_RPC_SERVER_REFLECTION_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "rpc/server/reflection_responses.h"

namespace falcon::rpc {

class Reflection {
 public:
  // A longer request ends its stream with INVALID_ARGUMENT.
  static constexpr size_t kMaxRequestBytes = 4 << 10;

  explicit Reflection(std::string_view descriptor_set) : answers_(descriptor_set) {}

  // Both versions. They live as long as this.
  std::vector<grpc::Service*> services() { return {&v1_, &v1alpha_}; }

  // What list_services answers. Before the first stream.
  void SetServices(std::vector<std::string> names) { answers_.SetServices(std::move(names)); }

  // Cancels all streams, also those that come later. Any thread. Idempotent.
  void Stop() { stop_.request_stop(); }

 private:
  using Stream = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

  template <class Api>
  class Service final
      : public Api::template WithRawCallbackMethod_ServerReflectionInfo<typename Api::Service> {
   public:
    explicit Service(Reflection& reflection) : reflection_(reflection) {}
    Stream* ServerReflectionInfo(grpc::CallbackServerContext* context) override {
      return reflection_.Open(*context);
    }

   private:
    Reflection& reflection_;
  };

  Stream* Open(grpc::CallbackServerContext& context);

  ReflectionResponses answers_;
  std::stop_source stop_;
  Service<grpc::reflection::v1::ServerReflection> v1_{*this};
  Service<grpc::reflection::v1alpha::ServerReflection> v1alpha_{*this};
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_REFLECTION_H_
