// The protos of this repository and what they import, with their comments, as a serialized
// google.protobuf.FileDescriptorSet inside the binary.
#ifndef FALCON_PROTO_DESCRIPTOR_SET_H_
#define FALCON_PROTO_DESCRIPTOR_SET_H_

#include <string_view>
#include <vector>

namespace falcon {

// Files in dependency order, source info included. Lives as long as the program.
std::string_view DescriptorSet();

// The files of a serialized FileDescriptorSet, still serialized: parsing files that are not needed
// would be half of the run of a short program. Empty if `set` is malformed.
std::vector<std::string_view> EncodedFiles(std::string_view set);

}  // namespace falcon

#endif  // FALCON_PROTO_DESCRIPTOR_SET_H_
