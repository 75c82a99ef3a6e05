// Indicators of Falcon Intelligence: their data, fields and rows, searches whose pages lead on by a
// header, and look-ups.
#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "simulator/api/paging.h"
#include "simulator/areas/area.h"
#include "simulator/base/rng.h"
#include "simulator/data/ioc.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Value;
using enum fql::FieldType;

constexpr SizeFlag kSizes[] = {
    {"intel-indicators", "Number of intel indicators; the first are the IOCs", 60'000}};

constexpr uint64_t kIntelKind = 41;
constexpr Nanos kSpan = 1080 * kDay;

enum Question : uint64_t {
  kType = 1,
  kConfidence,
  kFamily,
  kActor,
  kThreat,
  kChain,
  kTarget,
  kReport,
  kCve,
  kAge,
  kChange,
  kDeleted,
  kLabel,
  kRelated,
  kValue = 100,
  kMarker = 200,
};

// What IOC management calls sha256, md5, domain, ipv4, ipv6.
constexpr std::array<std::string_view, 5> kMirrored = {"hash_sha256", "hash_md5", "domain",
                                                       "ip_address", "ip_address"};
constexpr std::array<std::string_view, 5> kIocWords = {"sha256", "md5", "domain", "ipv4", "ipv6"};
constexpr std::array<std::string_view, 4> kConfidences = {"high", "medium", "low", "unverified"};
constexpr std::array<std::string_view, 5> kFamilies = {"Xworm", "njRATLime", "CobaltStrike",
                                                       "AgentTesla", "Emotet"};
constexpr std::array<std::string_view, 4> kActors = {"WIZARDSPIDER", "FANCYBEAR", "CARBONSPIDER",
                                                     "LABYRINTHCHOLLIMA"};
constexpr std::array<std::string_view, 5> kThreats = {"ddos", "mineware", "banking", "ransomware",
                                                      "commodity"};
constexpr std::array<std::string_view, 7> kChains = {
    "reconnaissance",    "weaponization", "delivery", "exploitation", "installation", "c2",
    "actionOnObjectives"};
constexpr std::array<std::string_view, 4> kTargets = {"Financial", "Healthcare", "Government",
                                                      "Technology"};

std::string Number(const Rng& rng, uint64_t question, uint32_t from, uint32_t count) {
  return std::to_string(from + rng.Below(question, count));
}

template <size_t N>
std::vector<std::string> Some(const Rng& rng, uint64_t question,
                              const std::array<std::string_view, N>& words, uint32_t percent) {
  if (!rng.Chance(question, percent)) return {};
  return {std::string(rng.Pick(question + 1000, words))};
}

// How many of each kind the tenant has: the first indicators of intelligence are those that the
// customer keeps as IOCs too.
struct IntelSizes {
  uint32_t iocs = 0;
  uint32_t indicators = 0;
};

// One indicator, computed on demand: a view of `world`, which outlives it.
class IntelIndicator {
 public:
  IntelIndicator(const World& world, IntelSizes sizes, uint32_t index);

  // The indicator of an id: `<type>_<indicator>`.
  static std::optional<uint32_t> IndexOf(const World& world, IntelSizes sizes, std::string_view id);

  std::string Id() const { return std::string(Type()) + "_" + Indicator(); }
  std::string_view Type() const;
  std::string Indicator() const;
  std::string_view Confidence() const;
  std::vector<std::string> Families() const;
  std::vector<std::string> Actors() const;
  std::vector<std::string> ThreatTypes() const;
  std::vector<std::string> KillChains() const;
  int64_t Published() const;  // Unix seconds
  int64_t Updated() const;
  bool Deleted() const;
  std::string Marker() const;  // orders by last change

  // The record of Falcon Intelligence, without its relations; and them.
  Json Record() const;
  Json Relations() const;

 private:
  bool Story() const;
  Json Labels() const;

  const World& world_;
  IntelSizes sizes_;
  uint32_t index_;
  Rng rng_;
};

IntelIndicator::IntelIndicator(const World& world, IntelSizes sizes, uint32_t index)
    : world_(world), sizes_(sizes), index_(index), rng_(world.seed(), kIntelKind, index) {}

std::optional<uint32_t> IntelIndicator::IndexOf(const World& world, IntelSizes sizes,
                                                std::string_view id) {
  const auto is = [&](uint32_t index) {
    return index < sizes.indicators && IntelIndicator(world, sizes, index).Id() == id;
  };
  for (size_t i = 0; i < kMirrored.size(); ++i) {
    if (!id.starts_with(kMirrored[i]) || id.size() <= kMirrored[i].size() + 1) continue;
    const auto row = Ioc::IndexOf(world, kIocWords[i], id.substr(kMirrored[i].size() + 1));
    if (row && is(*row)) return row;
  }
  // Every invented value holds its index in eight hexadecimal digits.
  for (size_t at = 0; at + 8 <= id.size(); ++at) {
    uint32_t scrambled = 0;
    if (ParseHex8(id.substr(at, 8), &scrambled) && is(Unscramble(scrambled)))
      return Unscramble(scrambled);
  }
  return std::nullopt;
}

bool IntelIndicator::Story() const { return index_ < Ioc::kStoryIocs && index_ < sizes_.iocs; }

std::string_view IntelIndicator::Type() const {
  if (index_ < sizes_.iocs) return kMirrored[static_cast<size_t>(Ioc(world_, index_).type())];
  const uint32_t roll = rng_.Below(kType, 100);
  if (roll < 40) return "domain";
  if (roll < 65) return "hash_sha256";
  if (roll < 75) return "hash_md5";
  if (roll < 88) return "url";
  return roll < 95 ? "email_address" : "mutex_name";
}

std::string IntelIndicator::Indicator() const {
  if (index_ < sizes_.iocs) return Ioc(world_, index_).Value();
  const std::string hidden = Hex8(Scramble(index_));
  const std::string_view type = Type();
  if (type == "hash_sha256") return rng_.Hex(kValue, 56) + hidden;
  if (type == "hash_md5") return rng_.Hex(kValue, 24) + hidden;
  if (type == "url") return "http://" + hidden + ".example.com/a?id='1'&x=" + rng_.Hex(kValue, 4);
  if (type == "email_address") return "billing-" + hidden + "@example.org";
  if (type == "mutex_name") return R"(Global\)" + hidden;
  return "c2-" + hidden + ".example.com";
}

std::string_view IntelIndicator::Confidence() const {
  return Story() ? kConfidences[0] : rng_.Pick(kConfidence, kConfidences);
}

std::vector<std::string> IntelIndicator::Families() const {
  if (Story()) return {"CobaltStrike"};
  return Some(rng_, kFamily, kFamilies, 70);
}

std::vector<std::string> IntelIndicator::Actors() const {
  if (Story()) return {"WIZARDSPIDER"};
  return Some(rng_, kActor, kActors, 30);
}

std::vector<std::string> IntelIndicator::ThreatTypes() const {
  if (Story()) return {"ransomware", "commodity"};
  return Some(rng_, kThreat, kThreats, 60);
}

std::vector<std::string> IntelIndicator::KillChains() const {
  if (Story()) return {"c2"};
  return Some(rng_, kChain, kChains, 50);
}

int64_t IntelIndicator::Published() const {
  if (Story()) return (world_.anchor() - 3 * kDay) / kSecond;
  // Feeds publish many in one second.
  const uint32_t run = index_ / 16 * 16;
  const bool tied = Rng(world_.seed(), kIntelKind, run).Chance(kAge + 50, 50);
  const Rng placed(world_.seed(), kIntelKind, tied ? run : index_);
  return (world_.anchor() - kHour - static_cast<Nanos>(placed.Of(kAge) % kSpan)) / kSecond;
}

int64_t IntelIndicator::Updated() const {
  const int64_t longest = std::min<int64_t>(world_.anchor() / kSecond - Published(), 40 * 86'400);
  return Published() + static_cast<int64_t>(rng_.Of(kChange) %
                                            static_cast<uint64_t>(std::max<int64_t>(1, longest)));
}

bool IntelIndicator::Deleted() const { return !Story() && rng_.Chance(kDeleted, 2); }

std::string IntelIndicator::Marker() const {
  return std::to_string(Updated()) + rng_.Hex(kMarker, 24) + Hex8(index_);
}

Json IntelIndicator::Labels() const {
  Json labels = Json::array();
  const auto add = [&](std::string name) {
    labels.push_back(
        {{"name", std::move(name)}, {"created_on", Published()}, {"last_valid_on", Updated()}});
  };
  for (const std::string& family : Families()) add("Malware/" + family);
  for (const std::string& actor : Actors()) add("Actor/" + actor);
  if (rng_.Chance(kLabel, 40)) add("ThreatType/Criminal");
  return labels;
}

Json IntelIndicator::Record() const {
  Json record = {{"id", Id()},
                 {"indicator", Indicator()},
                 {"type", Type()},
                 {"deleted", Deleted()},
                 {"published_date", Published()},
                 {"last_updated", Updated()},
                 {"malicious_confidence", Confidence()},
                 {"malware_families", Families()},
                 {"actors", Actors()},
                 {"threat_types", ThreatTypes()},
                 {"kill_chains", KillChains()},
                 {"targets", Some(rng_, kTarget, kTargets, 30)},
                 {"labels", Labels()},
                 {"relations", Json::array()},
                 {"_marker", Marker()}};
  record["reports"] = Json::array();
  if (Story() || rng_.Chance(kReport, 20))
    record["reports"].push_back("CSA-" + Number(rng_, kReport + 50, 210'001, 999));
  record["vulnerabilities"] = Json::array();
  if (rng_.Chance(kCve, 5))
    record["vulnerabilities"].push_back("CVE-2023-" + Number(rng_, kCve + 50, 1000, 9000));
  record["domain_types"] = Json::array();
  if (Type() == "domain") record["domain_types"].push_back(Story() ? "ActorControlled" : "DGA");
  record["ip_address_types"] = Json::array();
  if (Type() == "ip_address") record["ip_address_types"].push_back("TorProxy");
  return record;
}

Json IntelIndicator::Relations() const {
  Json relations = Json::array();
  const uint32_t count = Story() ? Ioc::kStoryIocs - 1 : 3 + rng_.Below(kRelated, 30);
  const uint32_t around = Story() ? Ioc::kStoryIocs : sizes_.indicators;
  for (uint32_t i = 1; i <= count; ++i) {
    const IntelIndicator other(world_, sizes_, (index_ + i) % around);
    relations.push_back({{"id", other.Id()},
                         {"indicator", other.Indicator()},
                         {"type", other.Type()},
                         {"created_date", Published()},
                         {"last_valid_date", Updated()}});
  }
  return relations;
}

// Everything else is 400.
constexpr auto kFields = fql::SortedFields(
    fql::Texts("_marker", "id", "indicator", "malicious_confidence", "scope", "type"),
    fql::Numbers("labels.created_on", "labels.last_valid_on"), fql::Booleans("deleted"),
    fql::Arrays("actors", "domain_types", "ip_address_types", "kill_chains", "labels.name",
                "malware_families", "reports", "targets", "threat_types", "vulnerabilities"),
    std::to_array<Field>({{"last_updated", kEpoch},
                          {"published_date", kEpoch},
                          {"created_date", kEpoch, "published_date"},
                          {"labels", kArray, "labels.name"},
                          {"reports.slug", kArray, "reports"}}));
constexpr fql::Schema kSchema = {kFields, {}, fql::Stars::kOperator, false, false};

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<IntelIndicator>>({
    {"_marker", [](const IntelIndicator& i) { return Value(i.Marker()); }},
    {"actors", [](const IntelIndicator& i) { return Present(i.Actors()); }},
    {"deleted", [](const IntelIndicator& i) { return Value(i.Deleted()); }},
    {"id", [](const IntelIndicator& i) { return Value(i.Id()); }},
    {"indicator", [](const IntelIndicator& i) { return Value(i.Indicator()); }},
    {"kill_chains", [](const IntelIndicator& i) { return Present(i.KillChains()); }},
    {"last_updated", [](const IntelIndicator& i) { return Value(double(i.Updated())); }},
    {"malicious_confidence",
     [](const IntelIndicator& i) { return Value(std::string(i.Confidence())); }},
    {"malware_families", [](const IntelIndicator& i) { return Present(i.Families()); }},
    {"published_date", [](const IntelIndicator& i) { return Value(double(i.Published())); }},
    {"threat_types", [](const IntelIndicator& i) { return Present(i.ThreatTypes()); }},
    {"type", [](const IntelIndicator& i) { return Value(std::string(i.Type())); }},
});

class IntelIndicatorCollection : public Collection {
 public:
  IntelIndicatorCollection(const World& world, IntelSizes sizes) : world_(world), sizes_(sizes) {}

  std::string_view name() const override { return "intel-indicators"; }
  const fql::Schema& schema() const override { return kSchema; }
  uint32_t last_row() const override { return sizes_.indicators; }
  std::string Id(uint32_t row) const override { return At(row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    return IntelIndicator::IndexOf(world_, sizes_, id);
  }
  Json Record(uint32_t row) const override {
    Json record = At(row).Record();
    if (world_.Corrupt(row)) {
      record["malicious_confidence"] = {{"unexpected", "object"}};
      record["actors"] = {{"unexpected", "object"}};
      record["last_updated"] = "lately";
    }
    return record;
  }
  Value Get(uint32_t row, const Field& field) const override {
    const IntelIndicator indicator = At(row);
    return ValueBy(kShortCuts, indicator, field, [&] { return indicator.Record(); });
  }
  std::string FreeText(uint32_t row) const override;
  bool Shown(uint32_t row) const override { return !At(row).Deleted(); }

  IntelIndicator At(uint32_t row) const { return {world_, sizes_, row}; }

 private:
  const World& world_;
  IntelSizes sizes_;
};

std::string IntelIndicatorCollection::FreeText(uint32_t row) const {
  const IntelIndicator indicator = At(row);
  std::string text = indicator.Id();
  for (const auto& words : {indicator.Families(), indicator.Actors(), indicator.ThreatTypes()}) {
    for (const std::string& word : words) text.append(" ").append(word);
  }
  return text;
}

constexpr std::string_view kService = "msa-api";
constexpr std::string_view kDefaultSort = "published_date|desc";
constexpr std::string_view kNextToken = "next_token";
constexpr int64_t kMaxOffset = 50'000;
constexpr size_t kMaxIds = 5000;

bool Flag(const Call& call, std::string_view name, std::string_view fallback) {
  return call.request.Param(name).value_or(fallback) == "true";
}

std::string Encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return out;
}

// Path and query of this call, but at the place of `token`.
std::string NextPage(const Call& call, const std::string& token) {
  std::string next = call.request.path + "?";
  for (const auto& [name, value] : call.request.query) {
    if (name != "offset" && name != kNextToken) next += name + "=" + Encoded(value) + "&";
  }
  return next + std::string(kNextToken) + "=" + Encoded(token);
}

Search SearchOf(const Call& call) {
  Search search;
  search.filter = call.request.Param("filter").value_or("");
  search.sort = call.request.Param("sort").value_or("");
  if (search.sort.empty()) search.sort = kDefaultSort;
  search.free_text = call.request.Param("q").value_or("");
  search.include_hidden = Flag(call, "include_deleted", "false");
  return search;
}

class IntelIndicatorsArea : public Area {
 public:
  explicit IntelIndicatorsArea(Store& store)
      : store_(store),
        indicators_(store.world, {store.Size("iocs"), store.Size("intel-indicators")}) {}

  std::vector<const Collection*> collections() const override { return {&indicators_}; }
  void AddRoutes(Routes* routes) override;

 private:
  // While more follows, the header `Next-Page` holds path and query of the next page. Such pages go
  // beyond the last offset, and expire with age.
  Reply Page(const Call& call, bool records);
  // Where the page starts: behind the one that led to it, or at an offset.
  std::variant<Cursor, Reply> Resume(const Call& call, const Search& search, size_t offset);
  void Add(const Call& call, uint32_t row, bool records, Envelope* envelope);
  // With relations.
  Json Record(uint32_t row) const;

  Store& store_;
  IntelIndicatorCollection indicators_;
};

void IntelIndicatorsArea::AddRoutes(Routes* routes) {
  constexpr std::string_view kScope = "Indicators (Falcon Intelligence):read";
  routes->Read("GET /intel/queries/indicators/v1", kScope,
               [this](const Call& call) { return Page(call, false); });
  routes->Read("GET /intel/combined/indicators/v1", kScope,
               [this](const Call& call) { return Page(call, true); });
  routes->Read("POST /intel/entities/indicators/GET/v1", kScope, [this](const Call& call) {
    return RecordsByIds(store_, call, indicators_, IdsOfBody(call), {kService, kMaxIds},
                        [this](uint32_t row) { return ToText(Record(row)); });
  });
}

Json IntelIndicatorsArea::Record(uint32_t row) const {
  Json record = indicators_.Record(row);
  record["relations"] = indicators_.At(row).Relations();
  return record;
}

Reply IntelIndicatorsArea::Page(const Call& call, bool records) {
  const std::optional<int64_t> limit = IntParam(call.request, "limit", 10, 1, 10'000);
  const std::optional<int64_t> offset = IntParam(call.request, "offset", 0, 0, INT32_MAX);
  if (!limit) return Failure(call, kService, 400, "limit must be between 1 and 10000");
  if (!offset) return Failure(call, kService, 400, "offset must be a positive number");
  if (*offset + *limit >= kMaxOffset) {
    return Failure(call, kService, 400,
                   "the sum of limit and offset params must be less than 50000");
  }
  const Search search = SearchOf(call);
  auto found = store_.engine.Run(indicators_, search, store_.clock.DataNow());
  if (auto* error = std::get_if<SearchError>(&found))
    return Failure(call, kService, error->code, error->message);
  const Rows& rows = *std::get<RowsPtr>(found);
  auto place = Resume(call, search, static_cast<size_t>(*offset));
  if (auto* failure = std::get_if<Reply>(&place)) return std::move(*failure);
  auto& next = std::get<Cursor>(place);
  const size_t start = std::min(next.position, rows.size());
  next.position = std::min(rows.size(), start + static_cast<size_t>(*limit));
  ++next.pages;
  Envelope envelope(call, kService);
  for (size_t i = start; i < next.position; ++i) Add(call, rows[i], records, &envelope);
  envelope.SetPagination("{\"offset\":" + std::to_string(*offset) +
                         ",\"limit\":" + std::to_string(*limit) +
                         ",\"total\":" + std::to_string(rows.size()) + "}");
  Reply reply = envelope.Finish();
  if (next.position < rows.size()) {
    reply.headers.emplace_back(
        "Next-Page", NextPage(call, store_.cursors.Open(std::move(next), store_.clock.Now())));
  }
  return reply;
}

std::variant<Cursor, Reply> IntelIndicatorsArea::Resume(const Call& call, const Search& search,
                                                        size_t offset) {
  Cursor place;
  place.position = offset;
  place.request = call.request.path + "\n" + search.filter + "\n" + search.sort + "\n" +
                  search.free_text + (search.include_hidden ? "\n1" : "\n0");
  const auto token = call.request.Param(kNextToken);
  if (!token) return place;
  const Cursor* cursor = store_.cursors.Find(*token, store_.clock.Now());
  if (cursor == nullptr)
    return Failure(call, kService, 404, "Search context expired, please start a new search");
  if (cursor->request != place.request)
    return Failure(call, kService, 400, "the next page belongs to another search");
  return *cursor;
}

void IntelIndicatorsArea::Add(const Call& call, uint32_t row, bool records, Envelope* envelope) {
  if (!records) {
    envelope->AddText(indicators_.Id(row));
  } else if (Flag(call, "include_relations", "true")) {
    envelope->Add(ToText(Record(row)));
  } else {
    envelope->Add(store_.records.Text(indicators_, row));
  }
}

}  // namespace

extern const AreaType kIntelIndicators;
const AreaType kIntelIndicators = {kSizes, MakeArea<IntelIndicatorsArea>};

}  // namespace falcon::simulator
