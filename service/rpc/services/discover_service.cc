// DiscoverService: hosts, applications, accounts and logins that Falcon Discover has seen.
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discover.grpc.pb.h"
#include "rpc/services/collection.h"
#include "rpc/services/collections.h"

namespace falcon::rpc {
namespace {

std::string_view ValidateAssetId(std::string_view id) {
  if (IsHex(id, 32)) {
    return "must be <cid>_<hash>; for a device id ask ListDiscoveredHosts with `filter.device_id`";
  }
  return ValidateAnyId(id);
}

constexpr CollectionSpec kHosts = {
    .list_operation = &upstream::operation::kCombinedDiscoveredHosts,
    .lookup_operation = &upstream::operation::kGetDiscoveredHosts,
    .default_order = "first_seen_timestamp desc",
    .resume_field = "first_seen_timestamp",
    .match_all_filter = "id:!'none'",
    .validate_id = ValidateAssetId,
};
constexpr CollectionSpec kApplications = {
    .list_operation = &upstream::operation::kCombinedApplications,
    .lookup_operation = &upstream::operation::kGetApplications,
    .default_order = "first_seen_timestamp desc",
    .resume_field = "first_seen_timestamp",
    .match_all_filter = "id:!'none'",
};
// No immutable field is on every account.
constexpr CollectionSpec kAccounts = {
    .list_operation = &upstream::operation::kQueryAccounts,
    .lookup_operation = &upstream::operation::kGetAccounts,
    .default_order = "username",
};
// Accounts that logged on have an immutable time of the first logon.
constexpr CollectionSpec kKnownAccounts = {
    .list_operation = &upstream::operation::kQueryAccounts,
    .lookup_operation = &upstream::operation::kGetAccounts,
    .default_order = "first_seen_timestamp desc",
    .resume_field = "first_seen_timestamp",
};
constexpr CollectionSpec kLogins = {
    .list_operation = &upstream::operation::kQueryLogins,
    .lookup_operation = &upstream::operation::kGetLogins,
    .default_order = "login_timestamp desc",
    .resume_field = "login_timestamp",
};

constexpr std::string_view kNeverLoggedOn = "first_seen_timestamp:null";
constexpr std::string_view kBeforeAll = "1970-01-01T00:00:00Z";

std::string NeverLoggedOn(const std::string& filter) {
  return filter.empty() ? std::string(kNeverLoggedOn) : StrCat("(", filter, ")+", kNeverLoggedOn);
}

// Where the second part starts, after all that was sent.
upstream::Cursor After(const upstream::Cursor& known) {
  upstream::Cursor cursor;
  cursor.filter = NeverLoggedOn(known.filter);
  cursor.upstream = "0";
  cursor.sent = known.sent;
  cursor.dropped = known.dropped;
  cursor.total = known.total;
  return cursor;
}

// Tokens of the second part are bound to the request in another way than those of the first, which
// tells them apart whatever the request filters by.
std::string NeverLoggedOnBinding(const v1::ExportDiscoveredAccountsRequest& request) {
  std::string binding = upstream::PageTokens::Binding(request);
  binding.front() = static_cast<char>(~binding.front());
  return binding;
}

class DiscoverService final : public v1::DiscoverService::CallbackService {
 public:
  DiscoverService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : environment_(environment),
        deps_(deps),
        hosts_(environment, deps, v1::DiscoveredHost::descriptor(), kHosts),
        applications_(environment, deps, v1::DiscoveredApplication::descriptor(), kApplications),
        accounts_(environment, deps, v1::DiscoveredAccount::descriptor(), kAccounts),
        known_accounts_(environment, deps, v1::DiscoveredAccount::descriptor(), kKnownAccounts),
        logins_(environment, deps, v1::DiscoveredLogin::descriptor(), kLogins) {}

  Unary* ListDiscoveredHosts(Context* context, const v1::ListDiscoveredHostsRequest* request,
                             v1::ListDiscoveredHostsResponse* response) override {
    return hosts_.List(context, request, response);
  }
  Unary* GetDiscoveredHost(Context* context, const v1::GetDiscoveredHostRequest* request,
                           v1::GetDiscoveredHostResponse* response) override {
    return hosts_.Get(context, request, response);
  }
  Unary* BatchGetDiscoveredHosts(Context* context,
                                 const v1::BatchGetDiscoveredHostsRequest* request,
                                 v1::BatchGetDiscoveredHostsResponse* response) override {
    return hosts_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportDiscoveredHostsResponse>* ExportDiscoveredHosts(
      Context* context, const v1::ExportDiscoveredHostsRequest* request) override {
    return hosts_.Export<v1::ExportDiscoveredHostsResponse>(context, request);
  }
  Unary* AggregateDiscoveredHosts(Context* context,
                                  const v1::AggregateDiscoveredHostsRequest* request,
                                  v1::AggregateDiscoveredHostsResponse* response) override {
    return hosts_
        .AggregateByExport<v1::ExportDiscoveredHostsRequest, v1::ExportDiscoveredHostsResponse>(
            context, request, response);
  }
  Unary* ListDiscoveredApplications(Context* context,
                                    const v1::ListDiscoveredApplicationsRequest* request,
                                    v1::ListDiscoveredApplicationsResponse* response) override {
    return applications_.List(context, request, response);
  }
  Unary* GetDiscoveredApplication(Context* context,
                                  const v1::GetDiscoveredApplicationRequest* request,
                                  v1::GetDiscoveredApplicationResponse* response) override {
    return applications_.Get(context, request, response);
  }
  Unary* BatchGetDiscoveredApplications(
      Context* context, const v1::BatchGetDiscoveredApplicationsRequest* request,
      v1::BatchGetDiscoveredApplicationsResponse* response) override {
    return applications_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportDiscoveredApplicationsResponse>* ExportDiscoveredApplications(
      Context* context, const v1::ExportDiscoveredApplicationsRequest* request) override {
    return applications_.Export<v1::ExportDiscoveredApplicationsResponse>(context, request);
  }
  Unary* AggregateDiscoveredApplications(
      Context* context, const v1::AggregateDiscoveredApplicationsRequest* request,
      v1::AggregateDiscoveredApplicationsResponse* response) override {
    return applications_.AggregateByExport<v1::ExportDiscoveredApplicationsRequest,
                                           v1::ExportDiscoveredApplicationsResponse>(
        context, request, response);
  }
  Unary* ListDiscoveredAccounts(Context* context, const v1::ListDiscoveredAccountsRequest* request,
                                v1::ListDiscoveredAccountsResponse* response) override {
    return accounts_.List(context, request, response);
  }
  Unary* GetDiscoveredAccount(Context* context, const v1::GetDiscoveredAccountRequest* request,
                              v1::GetDiscoveredAccountResponse* response) override {
    return accounts_.Get(context, request, response);
  }
  Unary* BatchGetDiscoveredAccounts(Context* context,
                                    const v1::BatchGetDiscoveredAccountsRequest* request,
                                    v1::BatchGetDiscoveredAccountsResponse* response) override {
    return accounts_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportDiscoveredAccountsResponse>* ExportDiscoveredAccounts(
      Context* context, const v1::ExportDiscoveredAccountsRequest* request) override {
    return StartServerStream<v1::ExportDiscoveredAccountsResponse>(
        environment_, context, request, std::bind_front(&DiscoverService::ExportAccounts, this));
  }
  Unary* AggregateDiscoveredAccounts(Context* context,
                                     const v1::AggregateDiscoveredAccountsRequest* request,
                                     v1::AggregateDiscoveredAccountsResponse* response) override {
    return accounts_.AggregateByExport<v1::ExportDiscoveredAccountsRequest,
                                       v1::ExportDiscoveredAccountsResponse>(
        context, request, response, std::bind_front(&DiscoverService::ExportAccounts, this));
  }
  Unary* ListDiscoveredLogins(Context* context, const v1::ListDiscoveredLoginsRequest* request,
                              v1::ListDiscoveredLoginsResponse* response) override {
    return logins_.List(context, request, response);
  }
  Unary* GetDiscoveredLogin(Context* context, const v1::GetDiscoveredLoginRequest* request,
                            v1::GetDiscoveredLoginResponse* response) override {
    return logins_.Get(context, request, response);
  }
  Unary* BatchGetDiscoveredLogins(Context* context,
                                  const v1::BatchGetDiscoveredLoginsRequest* request,
                                  v1::BatchGetDiscoveredLoginsResponse* response) override {
    return logins_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportDiscoveredLoginsResponse>* ExportDiscoveredLogins(
      Context* context, const v1::ExportDiscoveredLoginsRequest* request) override {
    return logins_.Export<v1::ExportDiscoveredLoginsResponse>(context, request);
  }
  Unary* AggregateDiscoveredLogins(Context* context,
                                   const v1::AggregateDiscoveredLoginsRequest* request,
                                   v1::AggregateDiscoveredLoginsResponse* response) override {
    return logins_
        .AggregateByExport<v1::ExportDiscoveredLoginsRequest, v1::ExportDiscoveredLoginsResponse>(
            context, request, response);
  }

 private:
  // Whether accounts that match `cursor` never logged on: an export has them in a second part, ordered
  // otherwise, since they have no time of a first logon.
  Task<absl::StatusOr<bool>> ExcludeNeverLoggedOn(RpcContext& context,
                                                  upstream::Cursor& cursor) const {
    ASSIGN_OR_CO_RETURN(const int64_t never,
                        co_await TotalOf(deps_, context, upstream::operation::kQueryAccounts,
                                         NeverLoggedOn(cursor.filter)));
    const int window = upstream::operation::kQueryAccounts.max_window;
    if (never > window) {
      co_return Error(
          absl::StatusCode::kOutOfRange, "OFFSET_WINDOW",
          StrCat("Falcon lists no more than ", window, " accounts that never logged on, and ",
                 never, " match; narrow the filter, for example by last_failed_login"));
    }
    if (never == 0) co_return false;
    ASSIGN_OR_CO_RETURN(
        cursor.total,
        co_await TotalOf(deps_, context, upstream::operation::kQueryAccounts, cursor.filter));
    // A range excludes accounts without that time.
    cursor.anchor = kBeforeAll;
    co_return true;
  }

  Task<absl::Status> ExportAccounts(RpcContext& context,
                                    v1::ExportDiscoveredAccountsRequest request,
                                    MessageStream& stream) {
    const std::string binding = NeverLoggedOnBinding(request);
    const absl::StatusOr<upstream::Cursor> in_second_part =
        deps_.tokens.Open(request.resume_token(), binding, "resume_token");
    if (in_second_part.ok()) request.clear_resume_token();
    ASSIGN_OR_CO_RETURN(PageRequest known, known_accounts_.PrepareExport(request));
    ASSIGN_OR_CO_RETURN(PageRequest never, accounts_.PrepareExport(request));
    never.binding = binding;
    if (in_second_part.ok()) {
      never.cursor = *in_second_part;
      co_return co_await accounts_.ExportPages(context, never, stream);
    }
    DescribeFilter(known.filter_notes, known.interval, known.cursor.filter, context);
    bool more = true;
    if (request.resume_token().empty()) {
      ASSIGN_OR_CO_RETURN(more, co_await ExcludeNeverLoggedOn(context, known.cursor));
    }
    CO_RETURN_IF_ERROR(co_await known_accounts_.ExportPages(context, known, stream));
    if (!more) co_return absl::OkStatus();
    never.cursor = After(known.cursor);
    co_return co_await accounts_.ExportPages(context, never, stream);
  }

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection hosts_;
  const Collection applications_;
  const Collection accounts_;
  const Collection known_accounts_;
  const Collection logins_;
};

}  // namespace

Collection collections::DiscoveredHosts(const RpcEnvironment& environment,
                                        const ServiceDeps& deps) {
  return {environment, deps, v1::DiscoveredHost::descriptor(), kHosts};
}

Collection collections::DiscoveredApplications(const RpcEnvironment& environment,
                                               const ServiceDeps& deps) {
  return {environment, deps, v1::DiscoveredApplication::descriptor(), kApplications};
}

std::unique_ptr<grpc::Service> NewDiscoverService(const RpcEnvironment& environment,
                                                  const ServiceDeps& deps) {
  return std::make_unique<DiscoverService>(environment, deps);
}

}  // namespace falcon::rpc
