// Handlers that look hosts up by id.
#include <algorithm>
#include <utility>

#include "simulator/api/hosts_api.h"
#include "simulator/data/host.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kService = "device-api";

// Repeated `ids`; one parameter may also hold several, with commas.
std::vector<std::string> QueryIds(const Request& request) {
  std::vector<std::string> ids;
  for (const auto& [name, value] : request.query) {
    if (name != "ids") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const size_t comma = rest.find(',');
      if (comma != 0) ids.emplace_back(rest.substr(0, comma));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return ids;
}

// Nothing when the body is no JSON object with a list of texts under `ids`.
std::optional<std::vector<std::string>> BodyIds(const Request& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  const auto found = body.is_object() ? body.find("ids") : body.end();
  if (!body.is_object() || found == body.end() || !found->is_array()) return std::nullopt;
  std::vector<std::string> ids;
  for (const Json& id : *found) {
    if (!id.is_string()) return std::nullopt;
    ids.push_back(id.get<std::string>());
  }
  return ids;
}

bool IsDeviceId(std::string_view id) {
  return id.size() == 32 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

// What is wrong with a list of ids; empty when nothing is.
std::string Complaint(const std::vector<std::string>& ids, size_t max) {
  if (ids.empty()) return "ids is required";
  if (ids.size() > max) {
    return "too many ids: " + std::to_string(ids.size()) + ", at most " + std::to_string(max) +
           " are allowed";
  }
  const auto bad = std::find_if_not(ids.begin(), ids.end(), IsDeviceId);
  return bad == ids.end() ? "" : "invalid device id '" + *bad + "'";
}

}  // namespace

template <typename Write>
Reply HostsApi::ForIds(const Call& call, const std::vector<std::string>& ids, Write write) {
  Envelope envelope(call, kService);
  size_t found = 0;
  for (const std::string& id : ids) {
    const std::optional<uint32_t> row = Host::IndexOf(store_.world, id);
    if (row) {
      ++found;
      write(envelope, *row);
    } else if (store_.options.unknown_host_ids != UnknownIds::kDrop) {
      envelope.AddError({404, "device not found", id});
    }
  }
  const bool none = found == 0 && store_.options.unknown_host_ids == UnknownIds::kNotFound;
  return envelope.Finish(none ? 404 : 200);
}

Reply HostsApi::Entities(const Call& call, const std::vector<std::string>& ids) {
  return ForIds(call, ids, [this](Envelope& envelope, uint32_t row) {
    envelope.Add(
        store_.records.Text(row < store_.world.hosts() ? store_.hosts : store_.hidden_hosts, row));
  });
}

Reply HostsApi::EntitiesByQuery(const Call& call) {
  const std::vector<std::string> ids = QueryIds(call.request);
  if (std::string bad = Complaint(ids, 100); !bad.empty())
    return Failure(call, kService, 400, std::move(bad));
  return Entities(call, ids);
}

Reply HostsApi::EntitiesByBody(const Call& call) {
  const std::optional<std::vector<std::string>> ids = BodyIds(call.request);
  if (!ids)
    return Failure(call, kService, 400, "the body must be a JSON object with a list of ids");
  if (std::string bad = Complaint(*ids, 5000); !bad.empty())
    return Failure(call, kService, 400, std::move(bad));
  return Entities(call, *ids);
}

Reply HostsApi::OnlineState(const Call& call) {
  const std::vector<std::string> ids = QueryIds(call.request);
  if (std::string bad = Complaint(ids, 100); !bad.empty())
    return Failure(call, kService, 400, std::move(bad));
  return ForIds(call, ids, [this](Envelope& envelope, uint32_t row) {
    const Host host(store_.world, row);
    envelope.Add(ToText({{"id", host.DeviceId()},
                         {"cid", store_.world.cid()},
                         {"last_seen", FormatTime(host.LastSeen(), 9)},
                         {"state", host.OnlineState()}}));
  });
}

Reply HostsApi::LoginHistory(const Call& call, bool second_version) {
  const std::optional<std::vector<std::string>> ids = BodyIds(call.request);
  if (!ids)
    return Failure(call, kService, 400, "the body must be a JSON object with a list of ids");
  if (std::string bad = Complaint(*ids, second_version ? 10 : 500); !bad.empty()) {
    return Failure(call, kService, 400, std::move(bad));
  }
  const Nanos now = store_.clock.DataNow();
  Nanos from = now - 3650 * kDay;
  Nanos to = now;
  int64_t limit = 10;
  if (second_version) {
    const auto start = ParseTimeOrRelative(call.request.Param("from").value_or("now-7d"), now);
    const auto end = ParseTimeOrRelative(call.request.Param("to").value_or("now"), now);
    const auto rows = IntParam(call.request, "limit", 10, 1, 100);
    if (!start || !end) return Failure(call, kService, 400, "from and to must be dates");
    if (!rows) return Failure(call, kService, 400, "limit must be between 1 and 100");
    from = *start;
    to = *end;
    limit = *rows;
  }
  return ForIds(call, *ids, [&](Envelope& envelope, uint32_t row) {
    envelope.Add(
        ToText(Host(store_.world, row).LoginHistory(from, to, static_cast<size_t>(limit))));
  });
}

Reply HostsApi::AddressHistory(const Call& call) {
  const std::optional<std::vector<std::string>> ids = BodyIds(call.request);
  if (!ids)
    return Failure(call, kService, 400, "the body must be a JSON object with a list of ids");
  if (std::string bad = Complaint(*ids, 500); !bad.empty())
    return Failure(call, kService, 400, std::move(bad));
  return ForIds(call, *ids, [this](Envelope& envelope, uint32_t row) {
    envelope.Add(ToText(Host(store_.world, row).AddressHistory()));
  });
}

}  // namespace falcon::simulator
