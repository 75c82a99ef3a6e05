// Reads exports to their end.
#include "tests/e2e/calls.h"

#include <algorithm>
#include <thread>

#include "google/protobuf/util/time_util.h"

namespace falcon::e2e {

Exported Export(World& world, const v1::ExportDetectionsRequest& request,
                const AfterEach& after_each) {
  Exported all;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(10));
  const auto reader = world.detections().ExportDetections(&context, request);
  v1::ExportDetectionsResponse batch;
  google::protobuf::Timestamp newest;
  while (reader->Read(&batch)) {
    ++all.messages;
    all.largest = std::max(all.largest, batch.detections_size());
    for (const v1::Detection& detection : batch.detections()) {
      all.ids.push_back(detection.composite_id());
      if (detection.created_timestamp() < newest && all.ascending) {
        all.ascending = false;
        ADD_FAILURE() << "message " << all.messages << ": " << detection.created_timestamp()
                      << " after " << newest;
      }
      newest = detection.created_timestamp();
    }
    all.resume_token = batch.resume_token();
    all.exported = batch.exported();
    all.total = batch.total_size();
    if (after_each && !after_each(all)) context.TryCancel();
  }
  all.status = reader->Finish();
  return all;
}

void WaitUntil(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  while (!done()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "what was waited for never came";
    std::this_thread::yield();
  }
}

Json Rule(const std::string& kind, const Json& more) {
  Json rule = {{"kind", kind}, {"path", "/alerts"}};
  rule.update(more);
  return rule;
}

}  // namespace falcon::e2e
