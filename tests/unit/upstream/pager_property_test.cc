// Whatever happens to cursors and records meanwhile: what was there throughout comes exactly once.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/unit/upstream/fake_collection.h"
#include "tests/unit/upstream/pager_fixture.h"

namespace falcon::upstream {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStart = 1'780'000'000 * kSecond;

// One random world and one walk through it.
struct World {
  explicit World(uint32_t seed) : random(seed) {}
  int Draw(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random); }
  bool Chance(int percent) { return Draw(1, 100) <= percent; }

  std::mt19937 random;
  int instants = 1;        // different sort keys
  int64_t step = kSecond;  // between them
  int next_id = 0;
  std::set<std::string> touched;  // added or removed during the walk

  void AddRecord(FakeCollection& collection) {
    const int64_t spread = Chance(50) ? Draw(0, 999'999) : 0;  // inside a millisecond
    collection.records[StrCat("id-", next_id++)] = kStart + Draw(0, instants - 1) * step + spread;
  }
  // A tie that grows for ever has no end to read.
  void Mutate(FakeCollection& collection) {
    if (next_id < 600 && Chance(50)) {
      touched.insert(StrCat("id-", next_id));
      AddRecord(collection);
    } else if (!collection.records.empty()) {
      auto victim = collection.records.begin();
      std::advance(victim, Draw(0, static_cast<int>(collection.records.size()) - 1));
      touched.insert(victim->first);
      collection.records.erase(victim);
    }
  }
};

class PagerPropertyTest : public PagerTest {
 protected:
  // All ids in the order that they came in.
  std::vector<std::string> Walk(World& world, FakeCollection& collection, const PagePlan& first) {
    UpstreamChain through = Chain(collection);
    const PageTokens tokens(Secret("a key of thirty-two bytes or more"), "tenant");
    const bool hosts = first.operation == &operation::kCombinedDevices;
    std::vector<std::string> ids;
    PageOutcome at;
    at.next.filter = world.Chance(50) ? "status:'new',status:'closed'" : "";
    for (int pages = 0; !at.last; ++pages) {
      if (pages > 5000) {
        ADD_FAILURE() << "the walk does not end";
        break;
      }
      PagePlan plan = first;
      if (world.Chance(20)) plan.page_size = world.Draw(1, 40);
      v1::ListDetectionsResponse detections;
      v1::ListHostsResponse answer;
      auto outcome = hosts ? Fetch(through.cached, plan, at.next, answer)
                           : Fetch(through.cached, plan, at.next, detections);
      if (!outcome.ok()) {
        ADD_FAILURE() << outcome.status() << " at page " << pages << ", anchor " << at.next.anchor
                      << ", seek " << at.next.seek_value << ", cursor " << at.next.upstream
                      << ", sent " << at.next.sent << ", seen " << at.next.seen.size();
        break;
      }
      at = *std::move(outcome);
      EXPECT_TRUE(at.last || detections.detections_size() + answer.hosts_size() > 0);
      for (const auto& record : detections.detections()) ids.push_back(record.composite_id());
      for (const auto& record : answer.hosts()) ids.push_back(record.device_id());
      EXPECT_EQ(at.next.sent, static_cast<int64_t>(ids.size()));
      // What a client does between pages: keeps a token, waits, loses the cursor.
      if (world.Chance(50)) at.next = *tokens.Open(tokens.Seal(at.next, "b"), "b", "page_token");
      if (world.Chance(10)) clock.Advance(seconds(world.Draw(1, 200)));
      if (world.Chance(10)) collection.all_cursors_dead = true;
    }
    return ids;
  }
};

TEST_F(PagerPropertyTest, WhatIsThereThroughoutComesExactlyOnce) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(StrCat("seed ", seed));
    World world(seed);
    const bool hosts = world.Chance(50);
    const bool descending = world.Chance(50);
    const int64_t resolution = world.Chance(50) ? 1 : 1'000'000;
    FakeCollection collection(hosts ? operation::kCombinedDevices : operation::kPostCombinedAlerts,
                              clock, resolution);
    world.instants = world.Chance(30) ? 1 : world.Draw(1, 60);
    world.step = world.Chance(50) ? kSecond : 1'000'000;
    const int records = world.Draw(0, 250);
    for (int i = 0; i < records; ++i) world.AddRecord(collection);
    const std::map<std::string, int64_t> before = collection.records;
    const bool mutating = world.Chance(60);
    if (mutating) {
      collection.before_call = [&] {
        for (int i = world.Draw(0, 3); i > 0; --i) world.Mutate(collection);
      };
    }
    const int page_size = world.Draw(1, 40);
    const std::vector<std::string> ids =
        Walk(world, collection,
             hosts ? Hosts(page_size, descending) : Detections(page_size, descending));
    const std::set<std::string> unique(ids.begin(), ids.end());
    EXPECT_EQ(unique.size(), ids.size()) << "a record came twice";
    for (const auto& [id, instant] : before) {
      EXPECT_TRUE(world.touched.contains(id) || unique.contains(id)) << id << " is lost";
    }
    if (HasFailure()) break;
  }
}

TEST_F(PagerPropertyTest, ATieOfManyPagesIsReadToItsEndWhereverTheCursorDies) {
  for (int dies_at = 1; dies_at < 10; ++dies_at) {
    FakeCollection collection(operation::kPostCombinedAlerts, clock, 1);
    for (int i = 0; i < 100; ++i) collection.records[StrCat("id-", i)] = kStart;
    UpstreamChain through = Chain(collection);
    std::set<std::string> ids;
    PageOutcome at;
    for (int pages = 1; !at.last; ++pages) {
      v1::ListDetectionsResponse answer;
      at = *Fetch(through.cached, Detections(10), at.next, answer);
      for (const auto& record : answer.detections()) {
        EXPECT_TRUE(ids.insert(record.composite_id()).second);
      }
      if (pages == dies_at) collection.all_cursors_dead = true;
    }
    EXPECT_EQ(ids.size(), 100u);
    EXPECT_LE(collection.calls, 21);
  }
}

TEST_F(PagerPropertyTest, WithoutFaultsAnExportCostsOneCallAPage) {
  FakeCollection collection(operation::kPostCombinedAlerts, clock, 1);
  for (int i = 0; i < 100; ++i) collection.records[StrCat("id-", i)] = kStart + i * kSecond;
  UpstreamChain through = Chain(collection);
  PageOutcome at;
  int records = 0;
  while (!at.last) {
    v1::ListDetectionsResponse answer;
    at = *Fetch(through.cached, Detections(10), at.next, answer);
    records += answer.detections_size();
  }
  EXPECT_EQ(records, 100);
  EXPECT_EQ(collection.calls, 10);
}

TEST_F(PagerPropertyTest, PagesOverTheCeilingAreReadInSmallerOnes) {
  FakeCollection collection(operation::kPostCombinedAlerts, clock, 1);
  for (int i = 0; i < 100; ++i) collection.records[StrCat("id-", i)] = kStart + i * kSecond;
  collection.max_page_with_body = 6;
  UpstreamChain through = Chain(collection);
  PageOutcome at;
  int records = 0;
  while (!at.last) {
    v1::ListDetectionsResponse answer;
    at = *Fetch(through.cached, Detections(40), at.next, answer);
    records += answer.detections_size();
  }
  EXPECT_EQ(records, 100);
  EXPECT_EQ(collection.limits[3], 5);
}

}  // namespace
}  // namespace falcon::upstream
