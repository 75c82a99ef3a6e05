// Look-ups by id over hosts that answer when told to.
#ifndef FALCON_TESTS_UNIT_UPSTREAM_LOOKUP_BATCHER_FIXTURE_H_
#define FALCON_TESTS_UNIT_UPSTREAM_LOOKUP_BATCHER_FIXTURE_H_

#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {

// What a look-up brings to each that travels in it.
using Travelled = Records;

// Falcon's host details: knows every id but those that begin with "no", and answers when told to.
class Hosts final : public http::HttpTransport {
 public:
  explicit Hosts(runtime::Loop& loop) : loop_(loop) {}

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override {
    const auto ids = nlohmann::json::parse(request.body)["ids"].get<std::vector<std::string>>();
    calls.push_back(ids);
    const auto gate = std::make_shared<runtime::OneShotEvent>(loop_.executor());
    gates.push_back(gate);
    if (!open) co_await gate->Wait();
    if (status != 200) co_return Response(status, "{}");
    nlohmann::json answer = {
        {"meta", {{"trace_id", "t"}}}, {"errors", nlohmann::json::array()}, {"resources", {}}};
    answer["resources"] = nlohmann::json::array();
    for (const std::string& id : ids) {
      if (id.starts_with("no")) {
        answer["errors"].push_back({{"code", 404}, {"message", "not found"}, {"id", id}});
      } else {
        answer["resources"].push_back({{"device_id", id}});
      }
    }
    co_return Response(200, answer.dump());
  }

  std::vector<std::vector<std::string>> calls;  // loop thread only, all of it
  std::deque<std::shared_ptr<runtime::OneShotEvent>> gates;
  bool open = false;
  int status = 200;

 private:
  runtime::Loop& loop_;
};

class LookupBatcherTest : public UpstreamTest {
 protected:
  Running<Travelled> Find(TestCall& reading, std::vector<std::string> ids,
                          const Operation& what = operation::kPostDeviceDetails) {
    LookupRequest request{.key = {&what, "device_id", {}}, .ids = std::move(ids)};
    return {loop, upstream::Find(over_hosts.batcher, std::move(request), reading)};
  }
  // The same, when its call is on the way as number `calls`.
  Running<Travelled> FindAsCall(size_t calls, TestCall& reading, std::vector<std::string> ids,
                                const Operation& what = operation::kPostDeviceDetails) {
    Running<Travelled> found = Find(reading, std::move(ids), what);
    UntilCalls(calls);
    return found;
  }
  // Lets the call have its answer, which is one for all of these.
  void OpenFor(size_t call, std::vector<Running<Travelled>> finds) {
    Open(call);
    for (Running<Travelled>& find : finds) EXPECT_THAT(*find.Get(), IsOk());
  }
  void UntilCalls(size_t count) {
    Until([&] { return hosts.calls.size() >= count; });
  }
  void Open(size_t call) {
    OnLoop(loop, [&] { hosts.gates.at(call)->Set(); });
  }
  void Settle() {
    OnLoop(loop, [] {});
  }

  Hosts hosts{loop};
  UpstreamChain over_hosts = Chain(hosts);
  TestCall first{In(seconds(30))};
  TestCall second{In(seconds(30))};
  TestCall third{In(seconds(30))};
};

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_LOOKUP_BATCHER_FIXTURE_H_
