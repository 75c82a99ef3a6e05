// Memory has an owner: whatever clients open, freeze or give up, the gateway sheds and stays below
// its limit.
#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "tests/e2e/calls.h"
#include "tests/e2e/cgroup.h"
#include "tests/e2e/raw_client.h"

namespace falcon::e2e {
namespace {

using ::testing::IsSubsetOf;

#ifdef FALCON_SANITIZED
// Shadow memory, and what waits in quarantine.
constexpr int kOverhead = 4;
#else
constexpr int kOverhead = 1;
#endif
constexpr int kLimitMib = 512;

WorldOptions Limited(int mib, const std::vector<std::string>& simulator) {
  WorldOptions options;
  options.simulator = simulator;
  options.gateway = {"--memory-limit-mib=" + std::to_string(mib * kOverhead)};
  options.environment = {{"ASAN_OPTIONS", "quarantine_size_mb=16"}};
  return options;
}

class BulkheadsMemory : public testing::Test {
 protected:
  BulkheadsMemory() : world_(Limited(kLimitMib, {"--alerts", "2000", "--hosts", "100"})) {}
  ~BulkheadsMemory() override {
    EXPECT_TRUE(Ask(world_, v1::GetStatusRequest()).status.ok());
    EXPECT_TRUE(Ask(world_, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
    EXPECT_LT(MemoryMib(world_.gateway_program().pid(), "VmHWM"), kLimitMib * kOverhead);
  }

  World world_;
};

// HEADERS, DATA and RST_STREAM again and again (CVE-2023-44487).
TEST_F(BulkheadsMemory, AConnectionOfRapidResetsIsClosed) {
  const std::string path = "/falcon_gateway.v1.HostService/ListHosts";
  const RawHttp2 client(world_.address());
  ASSERT_TRUE(client.Begin());
  bool open = true;
  for (uint32_t stream = 1; open && stream < 2'000'000;) {
    std::string batch;
    for (int i = 0; i < 100; ++i, stream += 2) {
      batch +=
          RawHttp2::Call(stream, path) + RawHttp2::Message(stream, "") + RawHttp2::Reset(stream);
    }
    open = client.Send(batch) && client.TakeWhatCame();
  }
  EXPECT_FALSE(open) << "the connection was served to its end";
}

// Bodies that never become whole: a client that sends them is closed once memory runs short.
TEST_F(BulkheadsMemory, RequestsThatNeverEndDoNotTakeAllMemory) {
  std::vector<std::unique_ptr<RawHttp2>> clients;
  const std::string bytes(16 << 10, 'x');
  bool open = true;
  for (int i = 0; open && i < 8; ++i) {
    clients.push_back(std::make_unique<RawHttp2>(world_.address()));
    open = clients.back()->Begin();
    for (uint32_t stream = 1; open && stream < 1000; stream += 2) {
      // A message of a mebibyte of which the window's part is sent.
      std::string frames = RawHttp2::Call(stream, "/falcon_gateway.v1.HostService/ListHosts");
      frames += RawHttp2::Frame(0, 0, stream, std::string("\0\0\x10\0\0", 5) + bytes);
      open = clients.back()->Send(frames) && clients.back()->TakeWhatCame();
    }
  }
}

TEST_F(BulkheadsMemory, AThousandHalfOpenStreamsAreBorne) {
  std::vector<std::unique_ptr<RawHttp2>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<RawHttp2>(world_.address()));
    ASSERT_TRUE(clients.back()->Begin());
    for (uint32_t stream = 1; stream < 200; stream += 2) {
      ASSERT_TRUE(
          clients.back()->Send(RawHttp2::Call(stream, "/falcon_gateway.v1.HostService/ListHosts")));
    }
  }
  EXPECT_TRUE(Ask(world_, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
}

TEST_F(BulkheadsMemory, OfAHundredUnreadExportsThoseBeyondTheBoundAreRefused) {
  struct Unread {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::ExportDetectionsResponse>> reader;
  };
  v1::DetectionService::Stub stub(world_.channel());
  const auto request = Make<v1::ExportDetectionsRequest>("view: RECORD_VIEW_FULL batch_size: 100");
  std::vector<std::unique_ptr<Unread>> exports;
  for (int i = 0; i < 100; ++i) {
    exports.push_back(std::make_unique<Unread>());
    exports.back()->reader = stub.ExportDetections(&exports.back()->context, request);
  }
  // The last ones know at once; the first ones have a message waiting.
  int refused = 0;
  for (const auto& one : exports) {
    v1::ExportDetectionsResponse first;
    if (one->reader->Read(&first)) continue;
    const grpc::Status status = one->reader->Finish();
    EXPECT_THAT(Details(status).info.reason(), testing::AnyOf("EXPORT_LIMIT", "BYTE_LIMIT"));
    EXPECT_TRUE(Details(status).has_retry);
    ++refused;
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 100);
  for (const auto& one : exports) one->context.TryCancel();
}

// The client opens no window for their answers.
TEST_F(BulkheadsMemory, FullListsWhoseClientFrozeAreShed) {
  const std::string request =
      Make<v1::ListDetectionsRequest>("page_size: 1000 view: RECORD_VIEW_FULL").SerializeAsString();
  const RawHttp2 frozen(world_.address());
  ASSERT_TRUE(frozen.Begin());
  world_.ResetLedger();
  for (uint32_t stream = 1; stream < 900; stream += 2) {
    ASSERT_TRUE(
        frozen.Send(RawHttp2::Call(stream, "/falcon_gateway.v1.DetectionService/ListDetections") +
                    RawHttp2::Message(stream, request)));
  }
  WaitUntil([&] { return world_.Calls() > 0; });
  // Another caller is refused for the bytes of those, or served: the gateway lives.
  std::set<std::string> reasons;
  for (int i = 0; i < 20; ++i) {
    reasons.insert(
        Ask(world_, Make<v1::ListDetectionsRequest>("page_size: 1000 view: RECORD_VIEW_FULL"))
            .reason());
  }
  EXPECT_THAT(reasons, IsSubsetOf({"", "BYTE_LIMIT", "MEMORY_PRESSURE"}));
}

TEST(BulkheadsCgroup, ExportsBesideFullListsInA160MibCgroupAreShedAndTheGatewayLives) {
  constexpr int kMib = 160 * kOverhead;
  Cgroup group(int64_t{kMib} << 20);
  if (!group.made()) GTEST_SKIP() << "no control group with a memory limit can be made here";
  WorldOptions options;
  options.simulator = {"--alerts", std::to_string(2000 / kOverhead)};
  options.environment = {{"ASAN_OPTIONS", "quarantine_size_mb=16"}};
  options.gateway = {"--cache-mib=64"};
  options.start_gateway = false;
  World world(options);
  // Told by a flag, since it is put into the group after its start.
  world.StartGateway({"--memory-limit-mib=" + std::to_string(kMib)});
  ASSERT_TRUE(group.Add(world.gateway_program().pid()));
  std::vector<std::thread> callers;
  std::atomic<int> unexpected = 0;
  std::atomic<bool> stop = false;
  const auto judge = [&](const grpc::Status& status) {
    const bool known = status.ok() || status.error_code() == StatusCode::RESOURCE_EXHAUSTED ||
                       status.error_code() == StatusCode::CANCELLED;
    if (!known) ++unexpected;
  };
  for (int i = 0; i < 24 / kOverhead; ++i) {
    callers.emplace_back([&] {
      v1::DetectionService::Stub stub(world.channel());
      while (!stop) {
        grpc::ClientContext context;
        const auto reader = stub.ExportDetections(
            &context, Make<v1::ExportDetectionsRequest>("view: RECORD_VIEW_FULL"));
        for (v1::ExportDetectionsResponse batch; !stop && reader->Read(&batch);) {
        }
        if (stop) context.TryCancel();
        judge(reader->Finish());
      }
    });
  }
  for (int i = 0; i < 30 / kOverhead; ++i) {
    judge(Ask(world, Make<v1::ListDetectionsRequest>("page_size: 1000 view: RECORD_VIEW_FULL "
                                                     "read_options { max_staleness {} }"))
              .status);
  }
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(unexpected, 0);
  EXPECT_TRUE(Ask(world, v1::GetStatusRequest()).status.ok());
}

}  // namespace
}  // namespace falcon::e2e
