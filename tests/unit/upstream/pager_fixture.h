// Pages over detections or hosts, as services read them.
#ifndef FALCON_TESTS_UNIT_UPSTREAM_PAGER_FIXTURE_H_
#define FALCON_TESTS_UNIT_UPSTREAM_PAGER_FIXTURE_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "tests/unit/upstream/upstream_fixture.h"
#include "upstream/paging/pager.h"

namespace falcon::upstream {

class PagerTest : public UpstreamTest {
 protected:
  PagerTest() { timer.AdvanceByItself(); }

  PagePlan Detections(int page_size, bool descending = false) const {
    const auto* record = v1::Detection::descriptor();
    PagePlan plan{};
    plan.operation = &operation::kPostCombinedAlerts;
    plan.decoder = &detections_;
    plan.id_field = record->FindFieldByName("composite_id");
    plan.seek_field = record->FindFieldByName("created_timestamp");
    plan.order = {"created_timestamp", descending};
    plan.page_size = page_size;
    return plan;
  }
  PagePlan Hosts(int page_size, bool descending = false) const {
    const auto* record = v1::Host::descriptor();
    PagePlan plan{};
    plan.operation = &operation::kCombinedDevices;
    plan.decoder = &hosts_;
    plan.id_field = record->FindFieldByName("device_id");
    plan.seek_field = record->FindFieldByName("first_seen");
    plan.order = {"first_seen", descending};
    plan.page_size = page_size;
    return plan;
  }

  // By ids first: QueryDevicesByFilter, or one like it with another window.
  PagePlan HostsById(const Operation& ids, int page_size, bool descending = false) const {
    PagePlan plan = Hosts(page_size, descending);
    plan.operation = &ids;
    plan.entities = &operation::kPostDeviceDetails;
    return plan;
  }

  absl::StatusOr<PageOutcome> Fetch(UpstreamClient& through, const PagePlan& plan,
                                    const Cursor& cursor, google::protobuf::Message& answer) {
    const bool hosts = plan.id_field->name() == "device_id";
    return Await(loop, FetchPage({through, reading, reading, clock}, plan, cursor, answer,
                                 hosts ? "hosts" : "detections"));
  }
  absl::StatusOr<PageOutcome> Fetch(const PagePlan& plan, const Cursor& cursor = {}) {
    page.Clear();
    return Fetch(client, plan, cursor, page);
  }

  TestCall reading{In(std::chrono::hours(24))};
  v1::ListDetectionsResponse page;

 private:
  const json::Decoder detections_{v1::Detection::descriptor()};
  const json::Decoder hosts_{v1::Host::descriptor()};
};

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_PAGER_FIXTURE_H_
