// Build tool: of a descriptor set's source locations keeps those with a comment, a fifth of all:
// every start of a client reads them. usage: keep_comments IN OUT
#include <google/protobuf/descriptor.pb.h>

#include <fstream>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  google::protobuf::FileDescriptorSet set;
  std::ifstream in(argv[1], std::ios::binary);
  if (!set.ParseFromIstream(&in)) return 1;
  for (google::protobuf::FileDescriptorProto& file : *set.mutable_file()) {
    google::protobuf::SourceCodeInfo kept;
    for (const auto& location : file.source_code_info().location()) {
      if (!location.leading_comments().empty()) *kept.add_location() = location;
    }
    file.mutable_source_code_info()->Swap(&kept);
  }
  std::ofstream out(argv[2], std::ios::binary);
  return set.SerializeToOstream(&out) && out.flush() ? 0 : 1;
}
