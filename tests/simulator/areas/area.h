// What one data area adds to the simulator: sizes, collections and endpoints. An area is one file
// of this folder and one line in registry.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "simulator/api/envelope.h"
#include "simulator/search/collection.h"
#include "simulator/search/store.h"

namespace falcon::simulator {

// What happens to a call before its handler runs.
enum class Guard {
  kNone,     // nothing: the handler checks the caller itself
  kToken,    // a token with the route's scope is needed
  kWrite,    // refused with 403 and counted as mutating
  kGone405,  // retired calls
  kGone404,
};

using Handler = std::function<Reply(const Call&)>;

struct Route {
  Guard guard = Guard::kToken;
  std::string_view scope;  // for example Alerts:read
  Handler handler;         // of kNone and kToken
};

class Routes {
 public:
  // `method_and_path` is such as "GET /alerts/queries/alerts/v2".
  void Add(std::string_view method_and_path, Route route);
  // Endpoints without a handler.
  void Add(Guard guard, std::span<const std::string_view> calls);
  // A read that needs a token with `scope`. What the handler captures lives as long as the routes.
  void Read(std::string_view method_and_path, std::string_view scope, Handler handler) {
    Add(method_and_path, {Guard::kToken, scope, std::move(handler)});
  }

  // Null for an unknown call.
  const Route* Find(const std::string& method_and_path) const;
  // Whether any method is known on `path`.
  bool KnowsPath(const std::string& path) const { return paths_.contains(path); }

 private:
  std::unordered_map<std::string, Route> routes_;
  std::unordered_set<std::string> paths_;
};

// Not synchronised: the simulator's mutex guards it.
class Area {
 public:
  virtual ~Area() = default;
  // Each with its FQL schema. They live as long as the area.
  virtual std::vector<const Collection*> collections() const = 0;
  // The handlers call the area, which outlives `routes`.
  virtual void AddRoutes(Routes* routes) = 0;
};

// A number that the command line sets, such as --iocs 5000.
struct SizeFlag {
  std::string_view name;  // without the dashes
  std::string_view help;
  uint32_t default_value;
  uint32_t min = 0;
  uint32_t max = 10'000'000;
};

struct AreaType {
  std::span<const SizeFlag> sizes;
  // `store` outlives the area.
  std::unique_ptr<Area> (*make)(Store& store);
};

template <class T>
std::unique_ptr<Area> MakeArea(Store& store) {
  return std::make_unique<T>(store);
}

// Every area, in the order of the flags in --help.
std::span<const AreaType* const> AreaTypes();
std::vector<std::unique_ptr<Area>> MakeAreas(Store& store);

}  // namespace falcon::simulator
