// Embeds the descriptor set that the build writes.
#include "descriptor_set.h"

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

}  // namespace falcon
