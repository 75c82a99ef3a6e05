// Reads pages of similar names until the name is decided.
#include "rpc/services/host_names.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxNameBytes = 255;

constexpr int kMaxHosts = 20;
constexpr int kCandidatesPerPage = 500;
constexpr int64_t kMaxCandidates = 10'000;

constexpr CollectionSpec kHosts = {
    .id_field = "device_id",
    .list_operation = &upstream::operation::kCombinedDevices,
    .default_order = "last_seen desc",
    .resume_field = "first_seen",
};

v1::ListHostsRequest Named(const std::string& hostname) {
  v1::ListHostsRequest request;
  request.mutable_filter()->set_hostname(hostname);
  request.set_page_size(kCandidatesPerPage);
  return request;
}

bool HasStar(std::string_view hostname) { return hostname.find('*') != std::string_view::npos; }

absl::Status Undecided(std::string_view hostname) {
  return Error(
      absl::StatusCode::kOutOfRange, "NAME_UNDECIDED",
      StrCat("Falcon knows more than ", kMaxCandidates, " hosts whose names begin like ",
             EscapeUnsafe(hostname, 255), ", and whether one is named exactly so could not ",
             "be decided; give its device id"));
}

// Also drops hosts without a name.
void DropOtherNames(const std::string& hostname, v1::ListHostsResponse& found) {
  const std::string name = FoldCase(hostname);
  auto& hosts = *found.mutable_hosts();
  hosts.erase(
      std::remove_if(hosts.begin(), hosts.end(),
                     [&name](const v1::Host& host) { return FoldCase(host.hostname()) != name; }),
      hosts.end());
}

}  // namespace

HostNames::HostNames(const RpcEnvironment& environment, const ServiceDeps& deps)
    : deps_(deps), hosts_(environment, deps, v1::Host::descriptor(), kHosts) {}

void HostNames::CheckWhole(const std::string& hostname, RequestValidator& validator) {
  if (!hostname.empty() && hostname.size() <= kMaxNameBytes &&
      hostname.find('*') == std::string::npos) {
    return;
  }
  validator.AddViolation("hostname", StrCat("must be one name of at most ", kMaxNameBytes,
                                            " bytes; ListHosts takes stars"));
}

void HostNames::Check(const std::string& hostname, RequestValidator& validator) const {
  validator.Add(hosts_.PrepareList(Named(hostname)).status());
}

Task<absl::StatusOr<HostNames::SameNameHosts>> HostNames::Find(RpcContext& context,
                                                               std::string hostname, int max,
                                                               json::DecodeOptions options) const {
  ASSIGN_OR_CO_RETURN(PageRequest start, hosts_.PrepareList(Named(hostname)));
  start.plan.options = std::move(options);
  for (const char* name : {"device_id", "hostname"}) {
    start.plan.options.selection =
        start.plan.options.selection.With(v1::Host::descriptor()->FindFieldByName(name));
  }
  SameNameHosts found;
  for (bool last = false; !last && found.hosts.hosts_size() < max;) {
    found.complete = start.cursor.sent < kMaxCandidates;
    if (!found.complete) break;
    ASSIGN_OR_CO_RETURN(const upstream::PageOutcome page,
                        co_await upstream::FetchPage(deps_.Read(context), start.plan, start.cursor,
                                                     found.hosts, "hosts"));
    context.report.Add(page.report);
    start.cursor = page.next;
    last = page.last;
    if (!HasStar(hostname)) DropOtherNames(hostname, found.hosts);
  }
  if (!found.complete && found.hosts.hosts().empty()) co_return Undecided(hostname);
  const std::optional<int64_t> total = upstream::TotalSize(start.cursor);
  if (total.has_value()) found.hosts.set_total_size(*total);
  co_return found;
}

Task<absl::StatusOr<std::vector<std::string>>> HostNames::Ids(RpcContext& context,
                                                              std::string hostname) const {
  json::DecodeOptions ids;
  google::protobuf::FieldMask mask;
  mask.add_paths("device_id");
  ASSIGN_OR_CO_RETURN(ids.selection, json::FieldSelection::FromMask(mask, v1::Host::descriptor()));
  ASSIGN_OR_CO_RETURN(const SameNameHosts found,
                      co_await Find(context, hostname, kMaxHosts + 1, ids));
  const v1::ListHostsResponse& hosts = found.hosts;
  // A page may hold fewer than match: a malformed record is skipped.
  if (std::max<int64_t>(hosts.hosts_size(), hosts.total_size()) > kMaxHosts) {
    co_return InvalidField("filter.hostname",
                           StrCat("stands for more than ", kMaxHosts,
                                  " hosts; narrow it, or give their `device_ids`"));
  }
  if (!found.complete) co_return Undecided(hostname);
  std::vector<std::string> device_ids;
  device_ids.reserve(static_cast<size_t>(hosts.hosts_size()));
  for (const v1::Host& host : hosts.hosts()) device_ids.push_back(host.device_id());
  co_return device_ids;
}

absl::Status HostNames::NotFound(std::string_view hostname) {
  return Error(absl::StatusCode::kNotFound, "NOT_FOUND",
               StrCat("Falcon knows no host named ", EscapeUnsafe(hostname, 255)));
}

}  // namespace falcon::rpc
