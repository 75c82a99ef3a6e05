// Which room may include which: the arrows of docs/architecture.md, held against every #include.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace falcon {
namespace {

using ::testing::IsEmpty;
using Rooms = std::set<std::string>;

// Each room, and the rooms below it that it may include. main.cc may include every room.
const std::map<std::string, Rooms>& AllowedArrows() {
  static const auto* const arrows = new std::map<std::string, Rooms>{
      {"base", {}},
      {"telemetry", {"base"}},
      {"fql", {"base"}},
      {"json", {"base"}},
      {"runtime", {"base"}},
      {"http", {"base", "runtime"}},
      {"http/curl", {"base", "runtime", "http"}},
      {"redis", {"base", "runtime", "telemetry"}},
      {"auth", {"base", "runtime", "telemetry", "http"}},
      {"reputation", {"base", "runtime", "http"}},
      {"upstream/operation", {"base", "http", "json"}},
      {"upstream/call", {"base", "runtime", "telemetry", "http", "json", "upstream/operation"}},
      {"upstream/cache", {"base", "runtime", "telemetry", "redis", "upstream/call"}},
      {"upstream/lookup", {"base", "json", "upstream/call"}},
      {"upstream/paging",
       {"base", "fql", "json", "upstream/operation", "upstream/call", "upstream/lookup"}},
      {"upstream", {"upstream/call", "upstream/cache"}},
      {"rpc/server",
       {"base", "runtime", "telemetry", "json", "auth", "reputation", "upstream", "upstream/call",
        "upstream/lookup"}},
      {"rpc/services",
       {"base", "runtime", "fql", "json", "auth", "reputation", "upstream", "upstream/operation",
        "upstream/call", "upstream/lookup", "upstream/paging", "rpc/server"}},
      {"config",
       {"base", "telemetry", "redis", "auth", "reputation", "http/curl", "upstream/call"}},
  };
  return *arrows;
}

// Packages that only some rooms may know; what a name starts with, and those rooms.
const std::map<std::string, Rooms>& FencedPackages() {
  static const auto* const fences = new std::map<std::string, Rooms>{
      {"curl/", {"http/curl", "config"}},
      {"simdjson", {"json"}},
      {"grpcpp/", {"rpc/server", "rpc/services"}},
      {"hiredis/", {"redis"}},
      {"prometheus/", {"telemetry"}},
      {"CLI/", {"config"}},
  };
  return *fences;
}

struct Include {
  std::string file;  // relative to service/
  std::string included;
};

std::vector<Include> Includes() {
  const std::filesystem::path root = testing::SourcePath("service");
  const std::regex include(R"re(^#include [<"]([^>"]+)[>"])re");
  std::vector<Include> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cc") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      found.push_back({std::filesystem::relative(entry.path(), root).string(), match[1]});
    }
  }
  return found;
}

// The folder of a file below service/; empty for main.cc.
std::string RoomOf(const std::string& file) {
  return std::filesystem::path(file).parent_path().string();
}

bool IsOurs(const std::string& included) {
  return std::filesystem::exists(std::filesystem::path(testing::SourcePath("service")) / included);
}

TEST(ArrowsTest, EveryRoomIsInTheTable) {
  Rooms unknown;
  for (const Include& include : Includes()) {
    const std::string room = RoomOf(include.file);
    if (!room.empty() && !AllowedArrows().contains(room)) unknown.insert(room);
  }

  EXPECT_THAT(unknown, IsEmpty());
}

TEST(ArrowsTest, RoomsIncludeOnlyRoomsBelowThem) {
  std::set<std::string> wrong;
  for (const Include& include : Includes()) {
    const std::string from = RoomOf(include.file);
    if (from.empty() || !AllowedArrows().contains(from) || !IsOurs(include.included)) continue;
    const std::string to = RoomOf(include.included);
    if (to != from && !AllowedArrows().at(from).contains(to)) {
      wrong.insert(include.file + " includes " + include.included);
    }
  }

  EXPECT_THAT(wrong, IsEmpty());
}

TEST(ArrowsTest, TheTableHasNoCircle) {
  for (const auto& [room, below] : AllowedArrows()) {
    Rooms reached = below;
    for (size_t before = 0; before != reached.size();) {
      before = reached.size();
      for (const std::string& next : Rooms(reached)) {
        reached.insert(AllowedArrows().at(next).begin(), AllowedArrows().at(next).end());
      }
    }
    EXPECT_FALSE(reached.contains(room)) << room << " is above itself";
  }
}

TEST(ArrowsTest, PackagesAreIncludedOnlyWhereTheyBelong) {
  std::set<std::string> wrong;
  for (const Include& include : Includes()) {
    const std::string room = RoomOf(include.file);
    for (const auto& [package, rooms] : FencedPackages()) {
      if (!room.empty() && include.included.starts_with(package) && !rooms.contains(room)) {
        wrong.insert(include.file + " includes " + include.included);
      }
    }
  }

  EXPECT_THAT(wrong, IsEmpty());
}

}  // namespace
}  // namespace falcon
