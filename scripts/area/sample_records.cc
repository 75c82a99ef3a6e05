// Sample records: their data, fields and rows, a search for ids by offset, and look-ups.
#include "simulator/api/paging.h"
#include "simulator/areas/area.h"
#include "simulator/base/rng.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;

constexpr SizeFlag kSizes[] = {{"sample-records", "Number of sample records", 1000}};

constexpr auto kFields =
    fql::SortedFields(fql::Texts("description", "id", "status"), fql::Times("created_timestamp"));
constexpr fql::Schema kSchema = {.fields = kFields, .opens = {}};

constexpr uint64_t kSampleRecordKind = 200;  // no other area's
constexpr Nanos kSpan = 400 * kDay;

enum Question : uint64_t { kId = 1, kAge, kStatus };

// One sample record, computed on demand: a view of `world`, which outlives it.
class SampleRecord {
 public:
  SampleRecord(const World& world, uint32_t index)
      : world_(world), index_(index), rng_(world.seed(), kSampleRecordKind, index) {}

  std::string Id() const { return rng_.Hex(kId, 24) + Hex8(Scramble(index_)); }
  Nanos Created() const {
    return world_.anchor() - kHour - static_cast<Nanos>(rng_.Of(kAge) % kSpan);
  }
  std::string Status() const { return rng_.Chance(kStatus, 30) ? "disabled" : "enabled"; }

  Json Record() const {
    return {{"id", Id()},
            {"created_timestamp", FormatTime(Created())},
            {"status", Status()},
            {"description", "Number " + std::to_string(index_)}};
  }

 private:
  const World& world_;
  uint32_t index_;
  Rng rng_;
};

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<SampleRecord>>({
    {"created_timestamp", [](const SampleRecord& r) { return Value(Instant{r.Created()}); }},
    {"id", [](const SampleRecord& r) { return Value(r.Id()); }},
    {"status", [](const SampleRecord& r) { return Value(r.Status()); }},
});

class SampleRecordCollection : public Collection {
 public:
  SampleRecordCollection(const World& world, uint32_t count) : world_(world), count_(count) {}

  std::string_view name() const override { return kSizes[0].name; }
  const fql::Schema& schema() const override { return kSchema; }
  uint32_t last_row() const override { return count_; }
  std::string Id(uint32_t row) const override { return SampleRecord(world_, row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    uint32_t scrambled = 0;
    if (id.size() < 8 || !ParseHex8(id.substr(id.size() - 8), &scrambled)) return std::nullopt;
    const uint32_t row = Unscramble(scrambled);
    return row < count_ && Id(row) == id ? std::optional<uint32_t>(row) : std::nullopt;
  }
  Json Record(uint32_t row) const override {
    Json record = SampleRecord(world_, row).Record();
    if (world_.Corrupt(row)) record["status"] = {{"unexpected", "object"}};
    return record;
  }
  Value Get(uint32_t row, const Field& field) const override {
    const SampleRecord one(world_, row);
    return ValueBy(kShortCuts, one, field, [&] { return one.Record(); });
  }

 private:
  const World& world_;
  uint32_t count_;
};

constexpr std::string_view kService = "sample-records-api";
constexpr std::string_view kScope = "Sample records:read";
constexpr size_t kMaxIds = 100;
constexpr PageRules kRules = {.service = kService,
                              .default_sort = "created_timestamp|desc",
                              .max_limit = 100,
                              .max_window = 10'000,
                              .free_text = false};

class SampleRecordsArea : public Area {
 public:
  explicit SampleRecordsArea(Store& store)
      : store_(store), records_(store.world, store.Size(kSizes[0].name)) {}

  std::vector<const Collection*> collections() const override { return {&records_}; }
  void AddRoutes(Routes* routes) override {
    routes->Read("GET /sample-records/queries/sample-records/v1", kScope,
                 [this](const Call& call) { return IdsByOffset(store_, call, records_, kRules); });
    routes->Read(
        "GET /sample-records/entities/sample-records/v1", kScope, [this](const Call& call) {
          return RecordsByIds(store_, call, records_, IdsOfQuery(call), {kService, kMaxIds});
        });
  }

 private:
  Store& store_;
  SampleRecordCollection records_;
};

}  // namespace

extern const AreaType kSampleRecords;
const AreaType kSampleRecords = {kSizes, MakeArea<SampleRecordsArea>};

}  // namespace falcon::simulator
