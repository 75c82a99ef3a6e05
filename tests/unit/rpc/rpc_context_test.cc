// RpcContext: what is told of a call, its method and its client.
#include "rpc/server/rpc_context.h"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discovered_accounts.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "rpc/server/call_log.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/server/rpc_method.h"
#include "rpc/services/collection.h"
#include "tests/unit/rpc/served_fixture.h"
#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::rpc {
namespace {

using testing::IsOk;
using testing::Response;

constexpr CollectionSpec kHosts = {
    .id_field = "device_id",
    .list_operation = &upstream::operation::kCombinedDevices,
    .resume_field = "first_seen",
};

// One host a page.
std::string Page(int number, std::string_view next) {
  return StrCat(R"({"meta":{"pagination":{"total":2,"next":")", next, R"("}},"errors":[],)",
                R"("resources":[{"device_id":"h)", number, R"(","first_seen":"2026-01-0)", number,
                R"(T00:00:00Z"}]})");
}

class Messages final : public MessageStream {
 public:
  const google::protobuf::Message& prototype() const override {
    return v1::ExportHostsResponse::default_instance();
  }
  Task<absl::Status> Write(const google::protobuf::Message& message) override {
    all.push_back(static_cast<const v1::ExportHostsResponse&>(message));
    co_return absl::OkStatus();
  }
  std::vector<v1::ExportHostsResponse> all;
};

class RpcContextTest : public upstream::UpstreamTest {
 protected:
  RpcContext NewCall() const {
    RpcContext call(In(seconds(60)), upstream::Priority::kExport);
    call.options.max_staleness = seconds(60);
    return call;
  }
  absl::Status Export(RpcContext& call, Messages& messages) {
    v1::ExportHostsRequest request;
    request.set_batch_size(1);
    return testing::Await(loop, hosts.ExportAll(call, request, messages));
  }

  const upstream::PageTokens tokens{Secret(std::string(32, 'k')), "tenant"};
  testing::UpstreamChain keeping = Chain(transport, {.cache_bytes = size_t{1} << 20});
  const ServiceDeps deps{keeping.cached, tokens, clock, timer};
  SilentObserver observer;
  const RpcEnvironment environment{loop, clock, observer, CallLimits()};
  const Collection hosts{environment, deps, v1::Host::descriptor(), kHosts};
};

TEST_F(RpcContextTest, ReportsAgePerMessageOfAnExport) {
  transport.Answer("devices", Response(200, Page(1, "n")));
  transport.Answer("devices", Response(403, R"({"errors":[{"code":403,"message":"no"}]})"));
  transport.Answer("devices", Response(200, Page(2, "")));
  RpcContext broken = NewCall();
  Messages begun;
  EXPECT_FALSE(Export(broken, begun).ok());
  ASSERT_EQ(begun.all.size(), 1U);
  clock.Advance(seconds(10));
  RpcContext call = NewCall();
  Messages messages;
  ASSERT_THAT(Export(call, messages), IsOk());
  ASSERT_EQ(messages.all.size(), 2U);
  EXPECT_EQ(messages.all[0].read_info().age().seconds(), 10);
  EXPECT_EQ(messages.all[0].read_info().upstream_calls(), 0);
  EXPECT_FALSE(messages.all[1].read_info().has_age());
  EXPECT_EQ(messages.all[1].read_info().upstream_calls(), 1);
  EXPECT_EQ(call.age(), seconds(10)) << "of all messages, for the trailer";
  EXPECT_EQ(call.upstream_calls(), 1);
}

TEST_F(RpcContextTest, KeepsOldestAgeOfAllMessages) {
  RpcContext call = NewCall();
  for (const int age : {3, 9, 5}) {
    call.stats.age = seconds(age);
    call.BeginNextMessage();
  }
  EXPECT_EQ(call.stats.age, seconds(0));
  EXPECT_EQ(call.age(), seconds(9));
  call.stats.age = seconds(11);
  EXPECT_EQ(call.age(), seconds(11));
}

TEST_F(RpcContextTest, LogsCostOfAllMessages) {
  std::ostringstream out;
  telemetry::Log log(telemetry::Level::kDebug, clock, out);
  telemetry::Metrics metrics;
  CallLog calls(clock, log, metrics);
  RpcContext call = NewCall();
  for (int message = 0; message < 3; ++message) {
    call.stats.upstream_calls = 2;
    call.BeginNextMessage();
  }
  calls.Started("/falcon_gateway.v1.HostService/ExportHosts");
  calls.Finished("/falcon_gateway.v1.HostService/ExportHosts", absl::OkStatus(), seconds(1), call);
  EXPECT_THAT(out.str(), ::testing::HasSubstr(R"("upstream_calls":6)"));
}

TEST(DescribeTest, CountsAndNamesSkippedValues) {
  RpcContext call(Deadline(SteadyTime::max()), upstream::Priority::kInteractive);
  call.report.AddValue("device.status")->example = R"("odd")";
  call.report.AddValue("device.status");
  call.report.AddRecord("Host")->example = "7";
  call.report.AddValue("commands.\x1b[31m")->example = "1";

  v1::GetHostResponse response;
  Describe(call, response);
  const v1::ReadInfo& info = response.read_info();

  EXPECT_EQ(info.skipped_values(), 4);
  ASSERT_EQ(info.skipped_fields_size(), 3);
  EXPECT_EQ(info.skipped_fields(0).field(), "Host");
  EXPECT_EQ(info.skipped_fields(0).example(), "7");
  EXPECT_EQ(info.skipped_fields(1).field(), "commands.\\u{001B}[31m");
  EXPECT_EQ(info.skipped_fields(2).field(), "device.status");
  EXPECT_EQ(info.skipped_fields(2).count(), 2);
  EXPECT_EQ(info.skipped_fields(2).example(), R"("odd")");
}

TEST(DescribeTest, ListsNotesOnceEscapedAndBounded) {
  RpcContext call(Deadline(SteadyTime::max()), upstream::Priority::kInteractive);
  upstream::CallStats shared;
  shared.AddNote({"CASE_SENSITIVE", "about \x1b[31m", "filter.hostname", "h1"});
  call.stats.Merge(shared, true);
  call.stats.Merge(shared, false);
  for (int i = 0; i < 200; ++i) call.stats.AddNote({"TOTAL_IS_WRONG", StrCat(i), {}, {}});

  v1::GetHostResponse response;
  Describe(call, response);
  const v1::ReadInfo& info = response.read_info();

  ASSERT_EQ(info.notes_size(), 100);
  EXPECT_EQ(info.notes(0).message(), "about \\u{001B}[31m");
  EXPECT_EQ(info.notes(0).field(), "filter.hostname");
  EXPECT_EQ(info.notes(0).id(), "h1");
  EXPECT_EQ(info.notes(1).reason(), "TOTAL_IS_WRONG");
}

TEST(RpcMethod, IsTheMethodOfTheRequest) {
  EXPECT_EQ(MethodOf<v1::GetHostRequest>().name, "/falcon_gateway.v1.HostService/GetHost");
}

TEST(RpcMethod, IsFoundInAnotherFileThanItsRequest) {
  EXPECT_EQ(MethodOf<v1::ListDiscoveredAccountsRequest>().name,
            "/falcon_gateway.v1.DiscoverService/ListDiscoveredAccounts");
}

TEST(RpcMethod, HasTheStalenessOfItsOption) {
  EXPECT_EQ(MethodOf<v1::GetHostRequest>().default_staleness, seconds(30));
  EXPECT_EQ(MethodOf<v1::ExportHostsRequest>().default_staleness, std::nullopt);
}

TEST(ClientIdentityTest, JoinsMetadataNameWithAddress) {
  EXPECT_EQ(UnverifiedIdentity("soar", "ipv4:192.0.2.1:54321"), "metadata:soar@ipv4:192.0.2.1");
  EXPECT_NE(UnverifiedIdentity("soar", "ipv4:192.0.2.1:54321"),
            UnverifiedIdentity("soar", "ipv4:192.0.2.2:54321"));
  EXPECT_EQ(UnverifiedIdentity("soar", "ipv4:192.0.2.1:1"),
            UnverifiedIdentity("soar", "ipv4:192.0.2.1:2"));
}

TEST(ClientIdentityTest, IsTheAddressWithoutName) {
  EXPECT_EQ(UnverifiedIdentity("", "ipv6:[2001:db8::1]:54321"), "peer:ipv6:[2001:db8::1]");
  EXPECT_EQ(UnverifiedIdentity("", "unix:"), "peer:unix:");
}

TEST(ClientIdentityTest, TruncatesLongNames) {
  EXPECT_EQ(UnverifiedIdentity(std::string(1000, 'x'), "unix:"),
            "metadata:" + std::string(128, 'x') + "@unix:");
}

}  // namespace
}  // namespace falcon::rpc
