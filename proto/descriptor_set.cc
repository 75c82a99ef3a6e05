// Embeds the descriptor set that the build writes.
#include "descriptor_set.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>

// The assembler embeds 300 KB at once; a generated array of bytes would take the compiler seconds.
asm(".pushsection .rodata\n"
    ".global falcon_protoset_begin\n"
    "falcon_protoset_begin:\n"
    ".incbin \"" FALCON_PROTOSET
    "\"\n"
    ".global falcon_protoset_end\n"
    "falcon_protoset_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char falcon_protoset_begin[];
extern "C" const char falcon_protoset_end[];

namespace falcon {

std::string_view DescriptorSet() {
  return {falcon_protoset_begin, static_cast<size_t>(falcon_protoset_end - falcon_protoset_begin)};
}

std::vector<std::string_view> EncodedFiles(std::string_view set) {
  using google::protobuf::internal::WireFormatLite;
  std::vector<std::string_view> files;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(set.data()),
                                            static_cast<int>(set.size()));
  const uint32_t file_tag = WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  while (const uint32_t tag = in.ReadTag()) {
    int length = 0;
    if (tag != file_tag || !in.ReadVarintSizeAsInt(&length)) return {};
    files.push_back(
        set.substr(static_cast<size_t>(in.CurrentPosition()), static_cast<size_t>(length)));
    if (!in.Skip(length)) return {};
  }
  return files;
}

}  // namespace falcon
