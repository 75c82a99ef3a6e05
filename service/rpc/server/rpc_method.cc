// Finds methods in the embedded descriptor set: a request may lie in another file than its service.
#include "rpc/server/rpc_method.h"

#include <string_view>
#include <unordered_map>

#include "base/text.h"
#include "descriptor_set.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/stubs/logging.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using MethodByRequest = std::unordered_map<const Descriptor*, const MethodDescriptor*>;

MethodByRequest FindMethods() {
  MethodByRequest methods;
  for (const std::string_view bytes : EncodedFiles(DescriptorSet())) {
    google::protobuf::FileDescriptorProto encoded;
    encoded.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    const auto* file =
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(encoded.name());
    for (int s = 0; file != nullptr && s < file->service_count(); ++s) {
      const google::protobuf::ServiceDescriptor& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        methods[service.method(m)->input_type()] = service.method(m);
      }
    }
  }
  return methods;
}

const MethodByRequest& AllMethods() {
  static const auto* const methods = new MethodByRequest(FindMethods());
  return *methods;
}

const MethodDescriptor& FindMethod(const Descriptor* request) {
  const auto found = AllMethods().find(request);
  GOOGLE_CHECK(found != AllMethods().end()) << "no method takes " << request->full_name();
  return *found->second;
}

}  // namespace

void LoadMethods() { AllMethods(); }

RpcMethod::RpcMethod(const google::protobuf::Descriptor* request) {
  const MethodDescriptor& method = FindMethod(request);
  name = StrCat("/", method.service()->full_name(), "/", method.name());
  const auto& upstream = method.options().GetExtension(options::v1::upstream);
  if (upstream.has_staleness()) default_staleness = seconds(upstream.staleness().seconds());
}

}  // namespace falcon::rpc
