// The memory that this process uses, and its limit, as the system reports them.
#ifndef FALCON_RUNTIME_PROCESS_MEMORY_H_
#define FALCON_RUNTIME_PROCESS_MEMORY_H_

#include <cstddef>
#include <filesystem>
#include <optional>

namespace falcon::runtime {

// Bytes of this process in physical memory. 0: unknown.
size_t ResidentBytes();

// Returns free memory of the allocator to the system. Takes milliseconds.
void ReleaseFreeMemory();

// The lowest limit of this process's control group and its ancestors, version 1 or 2, in bytes.
// Nullopt: no limit. `root`: the folder that holds /proc and /sys.
std::optional<size_t> CgroupMemoryLimit(const std::filesystem::path& root = "/");

}  // namespace falcon::runtime

#endif  // FALCON_RUNTIME_PROCESS_MEMORY_H_
