// What memory this process has and may have, as the system tells.
#ifndef FALCON_RUNTIME_PROCESS_MEMORY_H_
#define FALCON_RUNTIME_PROCESS_MEMORY_H_

#include <cstddef>
#include <filesystem>
#include <optional>

namespace falcon::runtime {

// Bytes of this process in physical memory. 0: the system does not tell.
size_t ResidentBytes();

// Gives the system what the allocator holds and nobody uses. Takes milliseconds.
void ReleaseFreeMemory();

// The least limit of this process's control group and those above it, version 1 or 2, in bytes.
// Nullopt: there is none. `root`: below which /proc and /sys are.
std::optional<size_t> CgroupMemoryLimit(const std::filesystem::path& root = "/");

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_PROCESS_MEMORY_H_
