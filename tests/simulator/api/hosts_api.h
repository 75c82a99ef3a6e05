// The Hosts API: queries, scroll, combined, entities, online state and histories.
#pragma once

#include <vector>

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class HostsApi {
 public:
  explicit HostsApi(Store& store) : store_(store) {}

  Reply Queries(const Call& call, bool hidden);
  Reply Scroll(const Call& call);
  Reply Combined(const Call& call, bool hidden);
  Reply EntitiesByQuery(const Call& call);
  Reply EntitiesByBody(const Call& call);
  Reply OnlineState(const Call& call);
  Reply LoginHistory(const Call& call, bool second_version);
  Reply AddressHistory(const Call& call);

 private:
  // One page of a snapshot: the first call searches, the following ones resume.
  struct Page {
    RowsPtr rows;
    size_t start = 0;
    size_t end = 0;
    std::string next;  // empty on the last page
  };

  const HostCollection& Which(bool hidden) const {
    return hidden ? store_.hidden_hosts : store_.hosts;
  }
  std::variant<Page, Reply> Snapshot(const Call& call, const HostCollection& hosts,
                                     std::string_view kind, const Search& search, size_t limit);
  Reply Entities(const Call& call, const std::vector<std::string>& ids);
  template <typename Write>
  Reply ForIds(const Call& call, const std::vector<std::string>& ids, Write write);

  Store& store_;
};

}  // namespace falcon::simulator
