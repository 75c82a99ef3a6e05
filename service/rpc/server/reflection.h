// Reflection: gRPC server reflection in its versions v1 and v1alpha, which are the same on the wire.
//
// A stream has one request in work at a time, and holds no thread. Streams count toward the limit
// of their connection, and are exempt from load shedding.
#ifndef FALCON_RPC_SERVER_REFLECTION_H_
#define FALCON_RPC_SERVER_REFLECTION_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"

namespace falcon::rpc {

// Responses of reflection, from a serialized descriptor set.
//
// A file is sent as the set holds it, with its comments, and without a copy: a response that its
// client does not read costs little more memory than its request.
//
// Thread: any, after SetServices.
class ReflectionResponses {
 public:
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
  using File = google::protobuf::FileDescriptor;

  // `descriptor_set`: its files in dependency order; outlives all answers.
  explicit ReflectionResponses(std::string_view descriptor_set);

  // The full names of the services that are served.
  void SetServices(std::vector<std::string> names);

  // A serialized Response: a file and what it imports, without the imports in `sent`, to which its
  // files are added. What is not found is an error response with NOT_FOUND.
  grpc::ByteBuffer Answer(Request request, std::unordered_set<const File*>& sent) const;

 private:
  const File* FindFile(const Request& request) const;
  void AnswerExtensionNumbers(const std::string& type, Response& response) const;
  void AddFile(const File& file, std::unordered_set<const File*>& sent,
               std::vector<std::string_view>& entries) const;

  google::protobuf::DescriptorPool pool_;
  // Tag, length and bytes of each file as the set holds it.
  std::unordered_map<const File*, std::string_view> entries_;
  grpc::reflection::v1::ListServiceResponse services_;
};

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
