// The installed C++ package against a TLS gateway and the simulator, which TEST_* and
// FALCON_GATEWAY_* name.
#include "falcon_gateway/client.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <set>
#include <vector>

#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "falcon_gateway/v1/discover.grpc.pb.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "falcon_gateway/v1/iocs.grpc.pb.h"
#include "falcon_gateway/v1/rtr_sessions.grpc.pb.h"
#include "falcon_gateway/v1/vulnerabilities.grpc.pb.h"

namespace falcon_gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t kDetections = 2000;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  EXPECT_NE(value, nullptr) << name;
  return value == nullptr ? "" : value;
}

// What the harness answers to curl with these arguments.
std::string Control(const std::string& path, const std::string& arguments = "-X POST") {
  const std::string command =
      "curl -sSf " + arguments + " \"" + Variable("TEST_CONTROL") + "/" + path + "\"";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    out.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(pipe), 0) << command;
  return out;
}

void Fault(const std::string& json) { Control("simulator/faults", "-X POST -d '" + json + "'"); }

Client Connected(Connection connection = {}, std::string caller = {}) {
  auto client = Client::Connect(std::move(connection), std::move(caller));
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

v1::GetHostRequest HostNamed(const std::string& name) {
  v1::GetHostRequest request;
  request.set_hostname(name);
  return request;
}

class ClientTest : public testing::Test {
 protected:
  void TearDown() override { Control("simulator/faults", "-X DELETE"); }

  // Adds the ids of the batches that are left.
  static void ReadRest(
      Export<v1::ExportDetectionsResponse>& batches, std::vector<std::string>& ids,
      const std::function<void()>& after_each = [] {}) {
    while (const v1::ExportDetectionsResponse* batch = batches.Next()) {
      for (const v1::Detection& one : batch->detections()) ids.push_back(one.composite_id());
      after_each();
    }
    ASSERT_EQ(batches.failure(), nullptr) << batches.failure()->message;
  }
  static void ExpectEachOnce(const std::vector<std::string>& ids) {
    EXPECT_EQ(ids.size(), kDetections);
    EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), kDetections);
  }
  static v1::ExportDetectionsRequest InBatches() {
    v1::ExportDetectionsRequest request;
    request.set_batch_size(100);
    return request;
  }

  const Client client_ = Connected();
};

TEST_F(ClientTest, PagerReturnsTheRecordsOfAllPages) {
  v1::ListDetectionsRequest request;
  request.set_page_size(900);
  std::set<std::string> ids;
  auto pages = client_.List(&v1::DetectionService::Stub::ListDetections, request);
  while (const v1::ListDetectionsResponse* page = pages.Next()) {
    for (const v1::Detection& one : page->detections()) ids.insert(one.composite_id());
  }
  EXPECT_EQ(pages.failure(), nullptr);
  EXPECT_EQ(ids.size(), kDetections);
}

TEST_F(ClientTest, ThousandLookupsInFlightReturnTheirHosts) {
  v1::ListHostsRequest all;
  all.set_page_size(1000);
  auto pages = client_.List(&v1::HostService::Stub::ListHosts, all);
  std::vector<std::string> ids;
  for (const v1::Host& host : pages.Next()->hosts()) ids.push_back(host.device_id());
  ASSERT_EQ(ids.size(), 1000u);
  std::vector<std::future<size_t>> threads;
  for (size_t first = 0; first < ids.size(); first += 50) {
    threads.push_back(std::async(std::launch::async, [&, first] {
      size_t right = 0;
      for (size_t i = first; i < first + 50; ++i) {
        v1::GetHostRequest request;
        request.set_device_id(ids[i]);
        const auto answer = client_.Call(&v1::HostService::Stub::GetHost, request);
        right += answer.ok() && answer->host().device_id() == ids[i] ? 1 : 0;
      }
      return right;
    }));
  }
  size_t right = 0;
  for (auto& thread : threads) right += thread.get();
  EXPECT_EQ(right, ids.size());
}

TEST_F(ClientTest, BatchBeyondTheBoundIsSplitAndKeepsItsOrder) {
  v1::ListDiscoveredHostsRequest all;
  all.set_page_size(1000);
  std::set<std::string> hosts;
  auto pages = client_.List(&v1::DiscoverService::Stub::ListDiscoveredHosts, all);
  while (const auto* page = pages.Next()) {
    for (const v1::DiscoveredHost& host : page->hosts()) hosts.insert(host.id());
  }
  ASSERT_GT(hosts.size(), 1000u);
  const std::string unknown = hosts.begin()->substr(0, 33) + std::string(32, '0');
  v1::BatchGetDiscoveredHostsRequest request;
  for (const std::string& id : hosts) request.add_ids(id);
  request.add_ids(unknown);
  request.add_ids(*hosts.begin());
  const auto answer = client_.Batch(&v1::DiscoverService::Stub::BatchGetDiscoveredHosts, request);
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  std::vector<std::string> found;
  for (const v1::DiscoveredHost& host : answer->hosts()) found.push_back(host.id());
  EXPECT_EQ(found, std::vector(hosts.begin(), hosts.end()));
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), unknown);
  EXPECT_GT(answer->read_info().upstream_calls(), 1);
}

TEST_F(ClientTest, ExportReturnsEachRecordOnceAcrossRestartsOfTheGateway) {
  Fault(R"({"kind": "latency", "path": "/alerts", "ms": 50, "times": 0})");
  auto batches = client_.Export(&v1::DetectionService::Stub::ExportDetections, InBatches());
  std::vector<std::string> ids;
  int batch = 0;
  ReadRest(batches, ids, [&] {
    ++batch;
    if (batch == 3 || batch == 12) Control("restart");
  });
  ExpectEachOnce(ids);
}

TEST_F(ClientTest, TokenOfAnExportResumesBehindWhatWasRead) {
  auto batches = client_.Export(&v1::DetectionService::Stub::ExportDetections, InBatches());
  std::vector<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    const v1::ExportDetectionsResponse* batch = batches.Next();
    ASSERT_NE(batch, nullptr);
    if (i == 2) break;  // the third is not done with
    for (const v1::Detection& one : batch->detections()) seen.push_back(one.composite_id());
  }
  v1::ExportDetectionsRequest rest = InBatches();
  rest.set_resume_token(batches.resume_token());
  auto resumed = client_.Export(&v1::DetectionService::Stub::ExportDetections, rest);
  ReadRest(resumed, seen);
  ExpectEachOnce(seen);
}

TEST_F(ClientTest, ExportFailsOnceRetryForHasPassed) {
  const Client nobody = Connected({.address = "127.0.0.1:1"});
  auto batches =
      nobody.Export(&v1::HostService::Stub::ExportHosts, {}, {.retry_for = milliseconds(0)});
  EXPECT_EQ(batches.Next(), nullptr);
  ASSERT_NE(batches.failure(), nullptr);
  EXPECT_EQ(batches.failure()->code, grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ClientTest, InvalidRequestNamesItsFieldsAndTheCorrectedFilter) {
  v1::ListDetectionsRequest request;
  request.mutable_filter()->set_days(900);
  request.mutable_filter()->set_fql("severty:>60");
  const auto answer = client_.Call(&v1::DetectionService::Stub::ListDetections, request);
  ASSERT_FALSE(answer.ok());
  const Failure& failure = answer.failure();
  EXPECT_EQ(CodeName(failure.code), "INVALID_ARGUMENT");
  EXPECT_EQ(failure.reason, "INVALID_FIELD");
  ASSERT_EQ(failure.violations.size(), 2u);
  EXPECT_EQ(failure.violations[0].field, "filter.days");
  EXPECT_EQ(failure.violations[1].field, "filter.fql");
  EXPECT_EQ(failure.CorrectedFilter(), "severity:>60");
}

TEST_F(ClientTest, UnknownRecordIsNotFound) {
  const auto answer = client_.Call(&v1::HostService::Stub::GetHost, HostNamed("no-such-host"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().reason, "NOT_FOUND");
  EXPECT_FALSE(answer.failure().MayPass());
}

TEST_F(ClientTest, MissingScopeIsTold) {
  Fault(R"({"kind": "forbidden", "path": "/devices", "times": 0})");
  const auto answer = client_.Call(&v1::HostService::Stub::ListHosts, {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().reason, "SCOPE_MISSING");
  EXPECT_EQ(answer.failure().RequiredScopes(), std::vector<std::string>{"Hosts:read"});
}

TEST_F(ClientTest, CallIsMadeAgainWhileTheGatewaySaysThatItMaySucceed) {
  // One more than the gateway retries.
  Fault(R"({"kind": "status", "path": "/devices", "code": 503, "times": 4})");
  const auto answer = client_.Call(&v1::HostService::Stub::GetHost, HostNamed("SRV-PROD-001"));
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_FALSE(answer->host().device_id().empty());
}

TEST_F(ClientTest, NegativePushbackForbidsRetries) {
  const Client refused(
      grpc::CreateChannel(Variable("TEST_REFUSING_ADDRESS"), grpc::InsecureChannelCredentials()),
      "soar");
  const auto answer = refused.Call(&v1::GatewayService::Stub::GetStatus, {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().code, grpc::StatusCode::UNAVAILABLE);
  const std::string calls = Control("refused", "");
  EXPECT_EQ(calls.find("soar"), calls.rfind("soar")) << calls;
  EXPECT_NE(calls.find("soar"), std::string::npos) << calls;
}

TEST_F(ClientTest, DelayBeyondTheTimeoutIsReportedWithRetryInfo) {
  // A gateway of its own: the budget is closed for all of its callers.
  const Client fresh = Connected({.address = Control("gateway")});
  Fault(R"({"kind": "rate_limited", "path": "/devices", "in_seconds": 40})");
  const auto answer = fresh.Call(&v1::HostService::Stub::ListHosts, {}, {.timeout = seconds(10)});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().reason, "RATE_LIMITED");
  EXPECT_TRUE(answer.failure().MayPass());
  EXPECT_GT(answer.failure().retry_delay.value_or(seconds(0)), seconds(10));
}

TEST_F(ClientTest, StopCancelsACall) {
  Fault(R"({"kind": "latency", "path": "/devices", "ms": 20000, "times": 0})");
  std::stop_source stop;
  std::future<Result<v1::ListHostsResponse>> answer = std::async(std::launch::async, [&] {
    return client_.Call(&v1::HostService::Stub::ListHosts, {}, {.stop = stop.get_token()});
  });
  stop.request_stop();
  EXPECT_EQ(answer.get().failure().code, grpc::StatusCode::CANCELLED);
}

TEST_F(ClientTest, MutualTlsNeedsAClientCertificate) {
  Connection mutual{.address = Variable("TEST_MUTUAL_ADDRESS")};
  const auto refused =
      Connected(mutual).Call(&v1::GatewayService::Stub::GetStatus, {}, {.timeout = seconds(1)});
  EXPECT_FALSE(refused.ok());
  mutual.cert_file = Variable("TEST_CERT_FILE");
  EXPECT_FALSE(Client::Connect(mutual).ok());
  mutual.key_file = Variable("TEST_KEY_FILE");
  const auto answer = Connected(mutual).Call(&v1::GatewayService::Stub::GetStatus, {});
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_FALSE(answer->version().empty());
}

TEST_F(ClientTest, EachOfTheSevenQuestionsReturnsRecords) {
  v1::ListDetectionsRequest detections;
  detections.mutable_filter()->set_days(7);
  detections.mutable_filter()->add_severities(v1::SEVERITY_CRITICAL);
  detections.mutable_filter()->add_statuses(v1::DETECTION_STATUS_NEW);
  detections.mutable_filter()->set_hostname("SRV-PROD-001");
  const auto answer = client_.Call(&v1::DetectionService::Stub::ListDetections, detections);
  ASSERT_TRUE(answer.ok());
  EXPECT_GT(answer->detections_size(), 0);

  const auto host = client_.Call(&v1::HostService::Stub::GetHost, HostNamed("srv-prod-001"));
  ASSERT_TRUE(host.ok());
  EXPECT_EQ(host->host().local_ip(), "192.168.1.100");

  v1::ListIocsRequest iocs;
  iocs.mutable_filter()->set_days(30);
  iocs.mutable_filter()->add_types(v1::IOC_TYPE_SHA256);
  EXPECT_GT(client_.Call(&v1::IocService::Stub::ListIocs, iocs)->iocs_size(), 0);

  v1::ListVulnerabilitiesRequest vulnerabilities;
  vulnerabilities.mutable_filter()->set_hostname("SRV-PROD-001");
  vulnerabilities.mutable_filter()->add_severities(v1::CVE_SEVERITY_CRITICAL);
  EXPECT_GT(client_.Call(&v1::VulnerabilityService::Stub::ListVulnerabilities, vulnerabilities)
                ->vulnerabilities_size(),
            0);

  v1::ListIncidentsRequest incidents;
  incidents.mutable_filter()->set_days(30);
  incidents.mutable_filter()->add_statuses(v1::INCIDENT_STATUS_NEW);
  EXPECT_GT(client_.Call(&v1::IncidentService::Stub::ListIncidents, incidents)->incidents_size(),
            0);

  v1::ListRtrSessionsRequest sessions;
  sessions.mutable_filter()->add_statuses(v1::RTR_SESSION_STATUS_ACTIVE);
  EXPECT_GT(
      client_.Call(&v1::RtrSessionService::Stub::ListRtrSessions, sessions)->rtr_sessions_size(),
      0);

  v1::ListDiscoveredHostsRequest assets;
  assets.mutable_filter()->add_statuses(v1::ENTITY_TYPE_UNMANAGED);
  EXPECT_GT(client_.Call(&v1::DiscoverService::Stub::ListDiscoveredHosts, assets)->hosts_size(), 0);
}

}  // namespace
}  // namespace falcon_gateway
