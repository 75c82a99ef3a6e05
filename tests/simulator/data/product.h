// The software that vulnerabilities are found in.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "simulator/data/host.h"

namespace falcon::simulator {

struct Product {
  enum On : uint8_t { kWindows = 1, kLinux = 2, kMac = 4 };

  std::string_view vendor;
  std::string_view name;
  std::string_view version;  // empty: the operating system itself, in the host's version
  uint8_t platforms;         // of On
  std::string_view file;     // what the checks look at
  uint16_t port = 0;         // that it listens on; 0: none
  std::string_view protocol = {};

  bool RunsOn(Platform platform) const;
  bool IsSystem() const { return version.empty(); }
};

std::span<const Product> Products();

}  // namespace falcon::simulator
