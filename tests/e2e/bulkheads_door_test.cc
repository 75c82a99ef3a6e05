// The door: more connections than there may be, clients that say nothing, sockets of others, and the
// end by signals.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include "tests/e2e/calls.h"
#include "tests/e2e/raw_client.h"

namespace falcon::e2e {
namespace {

using ::testing::HasSubstr;

bool Serves(World& world) { return Ask(world, v1::GetStatusRequest()).status.ok(); }

TEST(BulkheadsDoor, MoreConnectionsThanFileDescriptorsLeaveTheListenerAlive) {
  World world({.gateway = {"--max-connections-per-address=1000"}});
  const rlimit few = {.rlim_cur = 96, .rlim_max = 96};
  ASSERT_EQ(prlimit(world.gateway_program().pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  {
    std::vector<std::unique_ptr<RawHttp2>> clients;
    for (int i = 0; i < 200; ++i) {
      clients.push_back(std::make_unique<RawHttp2>(world.address()));
      clients.back()->Send("PRI");
    }
    WaitUntil([&] {
      return world.gateway_program().Log().find("accepting_paused") != std::string::npos;
    });
  }
  EXPECT_TRUE(Serves(world));
}

TEST(BulkheadsDoor, ConnectionsAboveTheLimitAreClosedAndThoseWithinServed) {
  World world({.gateway = {"--max-connections=4", "--max-connections-per-address=3"}});
  ASSERT_TRUE(Serves(world));
  const RawHttp2 second(world.address());
  const RawHttp2 third(world.address());
  const RawHttp2 fourth(world.address());
  EXPECT_EQ(fourth.Read(), "");
  EXPECT_TRUE(second.Begin());
  EXPECT_NE(second.Read(), "");
  EXPECT_TRUE(Serves(world));
}

TEST(BulkheadsDoor, TlsClientsAreServedAndPlainOnesAreNot) {
  World world({.start_gateway = false});
  // The simulator's own certificate serves for this as well.
  world.StartGateway(
      {"--tls-cert=" + world.folder() + "/cert.pem", "--tls-key=" + world.folder() + "/key.pem"});
  std::ifstream authority(world.folder() + "/ca.pem");
  grpc::SslCredentialsOptions trust;
  trust.pem_root_certs = {std::istreambuf_iterator<char>(authority), {}};
  v1::GatewayService::Stub stub(grpc::CreateChannel(world.address(), grpc::SslCredentials(trust)));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kGenerous);
  v1::GetStatusResponse answer;
  const grpc::Status status = stub.GetStatus(&context, {}, &answer);
  EXPECT_THAT(status, IsOk());
  const RawHttp2 plain(world.address());
  plain.Begin();
  while (!plain.Read().empty()) {
  }
}

TEST(BulkheadsDoor, AUnixSocketThatALivingGatewayServesIsNotStolen) {
  World world({.start_gateway = false});
  const std::string path = world.folder() + "/gateway.sock";
  const std::vector<std::string> arguments = {"--listen=unix:" + path,
                                              "--ca-file=" + world.folder() + "/ca.pem",
                                              "--drain-delay-seconds=0"};
  Program first(GatewayProgram(), arguments, world.GatewayEnvironment(), world.folder() + "/1.log");
  ASSERT_THAT(first.ReadLine(), HasSubstr(path));
  const Outcome second = RunToEnd(GatewayProgram(), arguments, world.GatewayEnvironment());
  EXPECT_EQ(second.status, 2);
  EXPECT_THAT(second.err, HasSubstr("another process serves it"));
  EXPECT_TRUE(std::filesystem::exists(path));
  // A killed one leaves its path behind, which the next takes over.
  first.Signal(SIGKILL);
  first.Wait();
  Program third(GatewayProgram(), arguments, world.GatewayEnvironment(), world.folder() + "/3.log");
  EXPECT_THAT(third.ReadLine(), HasSubstr(path));
}

TEST(BulkheadsDoor, SigtermSaysNotServingFirstAndTakesCallsUntilTheListenerCloses) {
  World world({.gateway = {"--drain-seconds=4", "--drain-delay-seconds=2"}});
  ASSERT_EQ(Health(world), "SERVING");
  world.gateway_program().Signal(SIGTERM);
  WaitUntil([&] { return Health(world) == "NOT_SERVING"; });
  EXPECT_TRUE(Serves(world));
  EXPECT_TRUE(RawHttp2(world.address()).connected());
  EXPECT_EQ(world.gateway_program().Wait(), 0);
}

TEST(BulkheadsDoor, SigintSkipsTheDelay) {
  World world({.gateway = {"--drain-seconds=3600", "--drain-delay-seconds=3600"}});
  ASSERT_TRUE(Serves(world));
  world.gateway_program().Signal(SIGINT);
  EXPECT_EQ(world.gateway_program().Wait(), 0);
}

TEST(BulkheadsDoor, SighupHarmsNothing) {
  World world;
  world.gateway_program().Signal(SIGHUP);
  EXPECT_TRUE(Serves(world));
}

TEST(BulkheadsDoor, AsProcessOneOfAContainerItEndsOnSigterm) {
  World world({.start_gateway = false});
  auto environment = world.GatewayEnvironment();
  environment["ASAN_OPTIONS"] = "detect_leaks=0";  // the check traces, which process 1 may not
  Program container("/usr/bin/unshare",
                    {"--pid", "--fork", "--kill-child", GatewayProgram(), "--listen=127.0.0.1:0",
                     "--ca-file=" + world.folder() + "/ca.pem", "--drain-delay-seconds=0"},
                    environment, world.folder() + "/container.log");
  if (container.ReadLine().empty()) GTEST_SKIP() << "no PID namespace can be made here";
  const std::string parent = std::to_string(container.pid());
  pid_t process_one = 0;
  std::ifstream("/proc/" + parent + "/task/" + parent + "/children") >> process_one;
  ASSERT_GT(process_one, 0);
  ASSERT_EQ(kill(process_one, SIGTERM), 0);
  EXPECT_EQ(container.Wait(), 0);
}

TEST(BulkheadsDoor, AnExportEndsOnSigtermWithItsTokenAndUnavailable) {
  World world({.simulator = {"--hosts", "3000"}});
  auto request = Make<v1::ExportHostsRequest>("batch_size: 100");
  const Exported cut = Export(world, request, [&](const Exported& so_far) {
    if (so_far.messages > 1) return true;
    world.Fault(Rule("latency", {{"ms", 600'000}, {"times", 0}, {"path", "/devices"}}));
    world.gateway_program().Signal(SIGTERM);
    return true;
  });
  EXPECT_THAT(cut, StatusIs(StatusCode::UNAVAILABLE));
  EXPECT_THAT(cut, HasReason("DRAINING"));
  EXPECT_EQ(world.gateway_program().Wait(), 0);
  world.ClearFaults();
  world.StartGateway();
  request.set_resume_token(cut.resume_token);
  EXPECT_EQ(Export(world, request).count() + cut.count(), 3000);
}

TEST(BulkheadsDoor, WhateverIsStuckTheProgramEndsWithinItsGrace) {
  World world({.gateway = {"--drain-seconds=1"}});
  // A stream whose request never ends, and a call whose answer never comes.
  const RawHttp2 half_open(world.address());
  ASSERT_TRUE(half_open.Begin());
  ASSERT_TRUE(half_open.Send(RawHttp2::Call(1, "/falcon_gateway.v1.HostService/ListHosts")));
  world.Fault(Rule("latency", {{"ms", 600'000}, {"times", 0}}));
  world.ResetLedger();
  std::thread caller([&] { Ask(world, Make<v1::ListDetectionsRequest>("page_size: 1")); });
  WaitUntil([&] { return world.Calls() == 1; });
  world.gateway_program().Signal(SIGTERM);
  world.gateway_program().Wait();
  caller.join();
}

}  // namespace
}  // namespace falcon::e2e
