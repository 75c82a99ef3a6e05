// Looks hosts up by name.
#include "rpc/host_names.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "falcon/v1/hosts.pb.h"

namespace falcon::rpc {
namespace {

constexpr int kMostHosts = 20;

CollectionFacts Facts() {
  CollectionFacts facts;
  facts.id = "device_id";
  facts.pages = &operation::kCombinedDevices;
  facts.list_order = {"last_seen", true};
  facts.seek = "first_seen";
  return facts;
}

v1::ListHostsRequest Named(const std::string& hostname) {
  v1::ListHostsRequest request;
  request.set_hostname(hostname);
  request.set_page_size(kMostHosts + 1);
  request.mutable_read_mask()->add_paths("device_id");
  return request;
}

}  // namespace

HostNames::HostNames(const Upstream& upstream)
    : upstream_(upstream), hosts_(v1::Host::descriptor(), Facts()) {}

void HostNames::Check(const std::string& hostname, Checks& checks) const {
  checks.Add(hosts_.OpenList(Named(hostname), upstream_).status());
}

Task<absl::StatusOr<std::vector<std::string>>> HostNames::Ids(Call& call,
                                                              std::string hostname) const {
  const v1::ListHostsRequest request = Named(hostname);
  v1::ListHostsResponse found;
  CO_RETURN_IF_ERROR(co_await hosts_.List(upstream_, call, request, found));
  if (found.hosts().empty()) {
    co_return Error(absl::StatusCode::kNotFound, "NOT_FOUND",
                    Cat("Falcon knows no host named ", EscapeHostile(hostname, 255)));
  }
  // A page may hold fewer than match: a record that cannot be read is skipped.
  if (std::max<int64_t>(found.hosts_size(), found.total_size()) > kMostHosts) {
    co_return InvalidField("hostname", Cat("stands for more than ", kMostHosts,
                                           " hosts; narrow it, or give their `device_ids`"));
  }
  std::vector<std::string> ids;
  ids.reserve(static_cast<size_t>(found.hosts_size()));
  for (const v1::Host& host : found.hosts()) ids.push_back(host.device_id());
  co_return ids;
}

}  // namespace falcon::rpc
