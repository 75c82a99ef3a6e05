// The protos of falcon_gateway.v1 with their comments, as a serialized google.protobuf.FileDescriptorSet
// inside the binary.
#ifndef FALCON_PROTO_DESCRIPTOR_SET_H_
#define FALCON_PROTO_DESCRIPTOR_SET_H_

#include <string_view>

namespace falcon {

// Files in dependency order, source info included. Lives as long as the program.
std::string_view DescriptorSet();

}  // namespace falcon

#endif  // FALCON_PROTO_DESCRIPTOR_SET_H_
