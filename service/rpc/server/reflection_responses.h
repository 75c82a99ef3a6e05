// ReflectionResponses: answers requests of gRPC server reflection from a serialized descriptor set.
//
// A file is sent as the set holds it, with its comments, and without a copy: an answer that its
// client does not read costs little more memory than its request.
//
// Thread: any, after SetServices.
#ifndef FALCON_RPC_SERVER_REFLECTION_RESPONSES_H_
#define FALCON_RPC_SERVER_REFLECTION_RESPONSES_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/byte_buffer.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"

namespace falcon::rpc {

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

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_REFLECTION_RESPONSES_H_
