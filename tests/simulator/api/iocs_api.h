// IOC Management, and what is left of the older Indicators API: searches, look-ups, sightings.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class IocsApi {
 public:
  explicit IocsApi(Store& store) : store_(store) {}

  Reply Queries(const Call& call);
  Reply Combined(const Call& call);
  Reply Entities(const Call& call);
  Reply Aggregates(const Call& call);
  // By `type` and `value`.
  Reply DeviceCount(const Call& call);
  Reply Devices(const Call& call);
  Reply Processes(const Call& call);
  Reply ProcessEntities(const Call& call);
  // A small list of words.
  Reply Words(const Call& call, std::span<const std::string_view> words);

 private:
  // One page of `all`. The string `offset` leads on until it is left out.
  Reply PageOfSightings(const Call& call, const std::vector<std::string>& all);

  Store& store_;
};

}  // namespace falcon::simulator
