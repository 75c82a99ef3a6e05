// Plays a row of the fault matrix.
#include "tests/e2e/fault_row.h"

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/export.h"

namespace falcon::e2e {
namespace {

constexpr char kUnknownDetection[] =
    "00000000000000000000000000000000:ind:11111111111111111111111111111111:1-2-3";
constexpr char kUnknownHost[] = "0123456789abcdef0123456789abcdef";
// Every token of the simulator begins so.
constexpr char kTokenStart[] = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";

template <class Request>
Seen Look(World& world, const Request& request, milliseconds deadline) {
  const auto answer = Ask(world, request, deadline);
  return {answer.status, answer->read_info(), 0, answer.trailers};
}

std::vector<std::string> SomeIds(World& world, int count) {
  v1::ListDetectionsRequest request;
  request.set_page_size(count);
  std::vector<std::string> ids;
  const auto page = Ask(world, request);
  for (const auto& one : page->detections()) ids.push_back(one.composite_id());
  return ids;
}

// The second page, after every cursor has died.
template <class Request>
Seen SecondPage(World& world, Request request, milliseconds deadline) {
  const auto first = Ask(world, request);
  EXPECT_TRUE(first.status.ok()) << first.status.error_message();
  world.Control("POST", "/__simulator/expire_cursors");
  world.ResetLedger();
  request.set_page_token(first->next_page_token());
  return Look(world, request, deadline);
}

// Before anything is wrong: a token is held, and the row's own ids are known.
void Warm(World& world) {
  ASSERT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
}

}  // namespace

Seen ListDetections(World& world, milliseconds deadline) {
  const auto answer = Ask(world, Make<v1::ListDetectionsRequest>("page_size: 5"), deadline);
  return {answer.status, answer->read_info(), answer->detections_size(), answer.trailers};
}

Seen ListHosts(World& world, milliseconds deadline) {
  const auto answer = Ask(world, Make<v1::ListHostsRequest>("page_size: 5"), deadline);
  return {answer.status, answer->read_info(), answer->hosts_size(), answer.trailers};
}

Seen GetDetection(World& world, milliseconds deadline) {
  v1::GetDetectionRequest request;
  request.set_composite_id(SomeIds(world, 1).at(0));
  world.ResetLedger();
  return Look(world, request, deadline);
}

Seen GetUnknownDetection(World& world, milliseconds deadline) {
  v1::GetDetectionRequest request;
  request.set_composite_id(kUnknownDetection);
  return Look(world, request, deadline);
}

Seen GetUnknownHost(World& world, milliseconds deadline) {
  v1::GetHostRequest request;
  request.set_device_id(kUnknownHost);
  return Look(world, request, deadline);
}

Seen BatchGetDetections(World& world, milliseconds deadline) {
  v1::BatchGetDetectionsRequest request;
  for (const std::string& id : SomeIds(world, 3)) request.add_composite_ids(id);
  world.ResetLedger();
  const auto answer = Ask(world, request, deadline);
  EXPECT_EQ(answer->detections_size() + answer->missing_size(), 3);
  return {answer.status, answer->read_info(), answer->detections_size(), answer.trailers};
}

Seen SecondPageOfDetections(World& world, milliseconds deadline) {
  return SecondPage(world, Make<v1::ListDetectionsRequest>("page_size: 5"), deadline);
}

Seen SecondPageOfHosts(World& world, milliseconds deadline) {
  return SecondPage(world, Make<v1::ListHostsRequest>("page_size: 5 order_by: 'last_seen desc'"),
                    deadline);
}

Seen SecondPageOfHostsBySeek(World& world, milliseconds deadline) {
  return SecondPage(world, Make<v1::ListHostsRequest>("page_size: 5 order_by: 'first_seen'"),
                    deadline);
}

Seen ExportAll(World& world, milliseconds /*deadline*/) {
  const Exported all = Export(world, Make<v1::ExportDetectionsRequest>("batch_size: 50"));
  return {all.status, {}, static_cast<int>(all.ids.size()), {}};
}

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

std::string NameOf(const testing::TestParamInfo<Row>& row) { return row.param.name; }

void ExpectNoSecret(const std::string& text) {
  EXPECT_EQ(text.find(kClientSecret), std::string::npos) << text;
  EXPECT_EQ(text.find(kTokenStart), std::string::npos) << text;
}

void Play(World& world, const Row& row) {
  world.ClearFaults();
  if (row.warm) Warm(world);
  world.ResetLedger();
  for (const Json& fault : row.faults) world.Fault(fault);
  const Seen seen = row.act(world, row.deadline);
  EXPECT_EQ(seen.status.error_code(), row.code) << seen.status.error_message();
  const Details details(seen.status);
  const bool judged = row.reason != kAnyReason;
  if (judged) EXPECT_EQ(details.info.reason(), row.reason) << seen.status.error_message();
  if (row.calls != kAny) EXPECT_EQ(world.Calls(), row.calls) << world.Ledger().at("counts");
  if (row.logins != kAny) EXPECT_EQ(world.Logins(), row.logins);
  if (judged && !seen.status.ok()) EXPECT_EQ(details.info.domain(), "falcon-gateway");
  ExpectNoSecret(seen.status.error_message() + seen.status.error_details());
  if (row.check) row.check(world, seen);
  world.ClearFaults();
  if (!row.recovers) return;
  // At once, or after the pause that the gateway itself keeps (a log-in that failed, a cooldown).
  grpc::Status last;
  WaitUntil([&] { return (last = row.act(world, kGenerous).status).ok(); });
  EXPECT_TRUE(last.ok()) << last.error_message();
}

}  // namespace falcon::e2e
