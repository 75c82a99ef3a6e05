// Real-time response: fields, rows, the Real Time Response API and its audit. Reads only.
#include <utility>

#include "simulator/api/aggregates.h"
#include "simulator/api/paging.h"
#include "simulator/areas/area.h"
#include "simulator/data/rtr_session.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;
using enum fql::FieldType;

constexpr SizeFlag kSizes[] = {
    {"rtr-sessions", "Number of real-time response sessions", 2000},
    {"rtr-window", "Greatest offset + limit of session lists; 0: none", 0, 0, 1'000'000}};

constexpr auto kFields =
    fql::SortedFields(fql::Texts("hostname", "id", "origin", "user_id"),
                      fql::Times("created_at", "deleted_at", "updated_at"),
                      fql::Booleans("commands_queued", "offline_queued"),
                      std::to_array<Field>({{"aid", kText, "device_id"},
                                            {"base_command", kArray, "logs.base_command"},
                                            {"cloud_request_id", kArray, "cloud_request_ids"},
                                            {"command_string", kArray, "logs.command_string"},
                                            {"date_created", kTime, "created_at", true}}));
constexpr auto kAuditFields =
    fql::SortedFields(fql::Texts("hostname", "origin", "user_id"),
                      fql::Times("created_at", "deleted_at", "updated_at"),
                      std::to_array<Field>({{"aid", kText, "device_id"},
                                            {"base_command", kArray, "logs.base_command"},
                                            {"cloud_request_id", kArray, "cloud_request_ids"},
                                            {"command_string", kArray, "logs.command_string"}}));
constexpr fql::Schema kSchema = {.fields = kFields, .opens = {}, .patterns_in_arrays = true};
constexpr fql::Schema kAuditSchema = {
    .fields = kAuditFields, .opens = {}, .patterns_in_arrays = true};

Value Commands(const RtrSession& session, std::string_view RtrCommand::* part) {
  std::vector<std::string> texts;
  for (const RtrCommand& command : session.Commands()) texts.emplace_back(command.*part);
  return texts;
}

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<RtrSession>>({
    {"aid", [](const RtrSession& s) { return Value(s.Target().DeviceId()); }},
    {"base_command", [](const RtrSession& s) { return Commands(s, &RtrCommand::base); }},
    {"command_string", [](const RtrSession& s) { return Commands(s, &RtrCommand::line); }},
    {"created_at", [](const RtrSession& s) { return Value(Instant{s.Created()}); }},
    {"deleted_at",
     [](const RtrSession& s) {
       const std::optional<Nanos> deleted = s.Deleted();
       return deleted ? Value(Instant{*deleted}) : Value();
     }},
    {"hostname", [](const RtrSession& s) { return Value(s.Target().Hostname()); }},
    {"id", [](const RtrSession& s) { return Value(s.Id()); }},
    {"offline_queued", [](const RtrSession& s) { return Value(s.OfflineQueued()); }},
    {"origin", [](const RtrSession& s) { return Value(s.Origin()); }},
    {"updated_at", [](const RtrSession& s) { return Value(Instant{s.Updated()}); }},
    {"user_id", [](const RtrSession& s) { return Value(s.UserId()); }},
});

// Either the API client's own sessions, or the audit of all sessions, which has fewer fields.
class RtrSessionCollection : public Collection {
 public:
  RtrSessionCollection(const Store& store, bool audit)
      : world_(store.world),
        sessions_(store.Size("rtr-sessions")),
        client_(store.options.client_id),
        audit_(audit) {}

  RtrSession Session(uint32_t row) const { return {world_, client_, row}; }

  std::string_view name() const override { return audit_ ? "rtr-audit" : "rtr-sessions"; }
  const fql::Schema& schema() const override { return audit_ ? kAuditSchema : kSchema; }
  uint32_t last_row() const override { return sessions_; }
  bool Lives(uint32_t row) const override {
    return row < sessions_ && (audit_ || Session(row).Own());
  }
  std::string Id(uint32_t row) const override { return Session(row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    const std::optional<uint32_t> index = RtrSession::IndexOf(id);
    return index && Lives(*index) && Id(*index) == id ? index : std::nullopt;
  }
  Json Record(uint32_t row) const override {
    Json record = Session(row).Record();
    if (world_.Corrupt(row)) {
      record["platform_id"] = {{"unexpected", "object"}};
      record["duration"] = "long";
      record["logs"] = false;
    }
    return record;
  }
  Value Get(uint32_t row, const Field& field) const override {
    const RtrSession session = Session(row);
    return ValueBy(kShortCuts, session, field, [&] { return session.Record(); });
  }
  std::string FreeText(uint32_t row) const override { return Session(row).Target().Hostname(); }

 private:
  const World& world_;
  uint32_t sessions_;
  std::string client_;
  bool audit_;
};

constexpr std::string_view kService = "rtr-api";
constexpr std::string_view kAuditService = "rtr-audit-api";
constexpr std::string_view kDefaultSort = "created_at|desc";
constexpr size_t kMaxIds = 1000;

std::string Replaced(std::string text, std::string_view from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

PageRules Rules(const Store& store, std::string_view service) {
  PageRules rules;
  rules.service = service;
  rules.default_sort = kDefaultSort;
  rules.max_window = store.Size("rtr-window");
  rules.free_text = false;
  return rules;
}

std::string WithoutCommands(const Collection& sessions, uint32_t row) {
  Json record = sessions.Record(row);
  record.erase("logs");
  record.erase("cloud_request_ids");
  return ToText(record);
}

// One that is not there beside others is left out; none at all is an error.
Reply NotFoundIfNone(const Call& call, Reply reply) {
  if (reply.status != 200 || !reply.body.ends_with(R"("resources":[]})")) return reply;
  return Failure(call, kService, 404, "session not found");
}

constexpr std::string_view kWrites[] = {
    "POST /real-time-response/entities/sessions/v1",
    "DELETE /real-time-response/entities/sessions/v1",
    "POST /real-time-response/entities/refresh-session/v1",
    "POST /real-time-response/entities/command/v1",
    "POST /real-time-response/entities/active-responder-command/v1",
    "POST /real-time-response/entities/admin-command/v1",
    "POST /real-time-response/combined/batch-init-session/v1",
    "POST /real-time-response/combined/batch-refresh-session/v1",
    "POST /real-time-response/combined/batch-command/v1",
    "POST /real-time-response/combined/batch-active-responder-command/v1",
    "POST /real-time-response/combined/batch-admin-command/v1",
    "POST /real-time-response/combined/batch-get-command/v1",
    "DELETE /real-time-response/entities/queued-sessions/command/v1",
    "DELETE /real-time-response/entities/file/v1",
    "DELETE /real-time-response/entities/file/v2",
};

class RtrArea : public Area {
 public:
  explicit RtrArea(Store& store) : store_(store), sessions_(store, false), audit_(store, true) {}

  std::vector<const Collection*> collections() const override { return {&sessions_, &audit_}; }
  void AddRoutes(Routes* routes) override;

 private:
  // The request with '@me' in its filter replaced by the caller's user id.
  Request WithCaller(const Call& call) const;
  Reply Queries(const Call& call);
  Reply Entities(const Call& call);
  Reply Queued(const Call& call);
  Reply Audit(const Call& call);
  Reply Aggregates(const Call& call);

  Store& store_;
  RtrSessionCollection sessions_;
  RtrSessionCollection audit_;
};

void RtrArea::AddRoutes(Routes* routes) {
  const auto read = [this, routes](std::string_view call, Reply (RtrArea::*handler)(const Call&),
                                   std::string_view scope = "Real time response:read") {
    routes->Read(call, scope, [this, handler](const Call& one) { return (this->*handler)(one); });
  };
  read("GET /real-time-response/queries/sessions/v1", &RtrArea::Queries);
  read("POST /real-time-response/entities/sessions/GET/v1", &RtrArea::Entities);
  read("POST /real-time-response/entities/queued-sessions/GET/v1", &RtrArea::Queued);
  read("POST /real-time-response/aggregates/sessions/GET/v1", &RtrArea::Aggregates);
  read("GET /real-time-response-audit/combined/sessions/v1", &RtrArea::Audit,
       "Real time response (audit):read");
  routes->Add(Guard::kWrite, kWrites);
}

Request RtrArea::WithCaller(const Call& call) const {
  Request request = call.request;
  for (auto& [name, value] : request.query) {
    if (name == "filter") value = Replaced(value, "'@me'", "'" + store_.options.client_id + "'");
  }
  return request;
}

Reply RtrArea::Queries(const Call& call) {
  const Request request = WithCaller(call);
  return IdsByOffset(store_, {request, call.trace_id}, sessions_, Rules(store_, kService));
}

Reply RtrArea::Entities(const Call& call) {
  return NotFoundIfNone(
      call, RecordsByIds(store_, call, sessions_, IdsOfBody(call), {kService, kMaxIds}));
}

Reply RtrArea::Queued(const Call& call) {
  std::vector<std::string> ids = IdsOfBody(call);
  if (!ids.empty()) {
    std::erase_if(ids, [this](const std::string& id) {
      const std::optional<uint32_t> row = sessions_.Find(id);
      return row && !sessions_.Session(*row).CommandsQueued();
    });
    if (ids.empty()) return Failure(call, kService, 404, "session not found");
  }
  const auto job = [this](uint32_t row) { return ToText(sessions_.Session(row).QueuedJob()); };
  return NotFoundIfNone(call, RecordsByIds(store_, call, sessions_, ids, {kService, kMaxIds}, job));
}

Reply RtrArea::Audit(const Call& call) {
  const std::string_view sort = call.request.Param("sort").value_or("");
  const std::string_view key = sort.substr(0, sort.find_first_of("|."));
  if (!key.empty() && key != "created_at" && key != "updated_at" && key != "deleted_at") {
    return Failure(call, kAuditService, 400,
                   "invalid sort: sessions are sorted by created_at, updated_at or deleted_at");
  }
  const Request request = WithCaller(call);
  const bool with_commands = request.Param("with_command_info").value_or("false") == "true";
  Render render;
  if (!with_commands) render = [this](uint32_t row) { return WithoutCommands(audit_, row); };
  return RecordsByOffset(store_, {request, call.trace_id}, audit_, Rules(store_, kAuditService),
                         render);
}

Reply RtrArea::Aggregates(const Call& call) {
  const Json body = Json::parse(call.request.body, nullptr, false);
  if (!body.is_array() || body.empty()) {
    return Failure(call, kService, 400, "the body must be a list of aggregate requests");
  }
  Envelope envelope(call, kService);
  for (Json spec : body) {
    const std::string type = spec.is_object() ? SpecText(spec, "type") : "";
    if (type != "terms" && type != "date_range") {
      return Failure(call, kService, 400, "type must be terms or date_range");
    }
    spec["filter"] =
        Replaced(SpecText(spec, "filter"), "'@me'", "'" + store_.options.client_id + "'");
    auto result =
        Aggregate(store_.engine, sessions_, spec, true, store_.clock.DataNow(), kDefaultSort);
    if (auto* error = std::get_if<SearchError>(&result)) {
      return Failure(call, kService, error->code, error->message);
    }
    envelope.Add(ToText(std::get<Json>(result)));
  }
  return envelope.Finish();
}

}  // namespace

extern const AreaType kRtrSessions;
const AreaType kRtrSessions = {kSizes, MakeArea<RtrArea>};

}  // namespace falcon::simulator
