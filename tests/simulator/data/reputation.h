// What VirusTotal knows: the story's indicators as malicious, some others, and of many nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/base/json.h"
#include "simulator/data/world.h"

namespace falcon::simulator {

// The story's file by its other hashes.
inline constexpr std::string_view kStoryMd5 = "5d41c8f2a97be3061f4d8c2b7a90e6f3";
inline constexpr std::string_view kStorySha1 = "8c1f4e7a2b5d9036c8e1f4a7b2d5c8e9f0a3b6d1";

enum class ObjectKind { kFile, kDomain, kAddress, kUrl };

// The object of a lower-case hash, a domain, an address or a URL, as `data` holds it; nothing when
// VirusTotal does not know it.
std::optional<Json> VirusTotalObject(const World& world, ObjectKind kind, std::string_view value);

}  // namespace falcon::simulator
