// Prints the critical detections of the last week, and counts the vulnerabilities.
#include <iostream>

#include "falcon_gateway/client.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "falcon_gateway/v1/vulnerabilities.grpc.pb.h"

namespace v1 = falcon_gateway::v1;

int main() {
  const auto client = falcon_gateway::Client::Connect({}, "example");
  if (!client.ok()) {
    std::cerr << client.status() << '\n';
    return 2;
  }

  v1::ListDetectionsRequest request;
  request.mutable_filter()->set_days(7);
  request.mutable_filter()->add_severities(v1::SEVERITY_CRITICAL);
  auto pages = client->List(&v1::DetectionService::Stub::ListDetections, request);
  while (const v1::ListDetectionsResponse* page = pages.Next()) {
    for (const v1::Detection& detection : page->detections()) {
      std::cout << detection.composite_id() << '\n';
    }
  }
  if (pages.failure() != nullptr) {
    std::cerr << falcon_gateway::CodeName(pages.failure()->code) << '\n';
    return 1;
  }

  auto batches = client->Export(&v1::VulnerabilityService::Stub::ExportVulnerabilities, {});
  size_t count = 0;
  while (const auto* batch = batches.Next()) {
    count += static_cast<size_t>(batch->vulnerabilities_size());
  }
  std::cout << count << " vulnerabilities\n";
  return batches.failure() == nullptr ? 0 : 1;
}
