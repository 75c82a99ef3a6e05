// Handlers of the Real Time Response API.
#include "simulator/api/rtr_api.h"

#include <utility>

#include "simulator/api/aggregates.h"
#include "simulator/api/buckets.h"
#include "simulator/api/paging.h"

namespace falcon::simulator {
namespace {

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
  rules.max_window = store.options.rtr_window;
  rules.free_text = false;
  return rules;
}

Json WithoutCommands(const Collection& sessions, uint32_t row) {
  Json record = sessions.Record(row);
  record.erase("logs");
  record.erase("cloud_request_ids");
  return record;
}

// One that is not there beside others is left out; none at all is an error.
Reply NotFoundIfNone(const Call& call, Reply reply) {
  if (reply.status != 200 || !reply.body.ends_with(R"("resources":[]})")) return reply;
  return Failure(call, kService, 404, "session not found");
}

}  // namespace

Request RtrApi::WithCaller(const Call& call) const {
  Request request = call.request;
  for (auto& [name, value] : request.query) {
    if (name == "filter") value = Replaced(value, "'@me'", "'" + store_.options.client_id + "'");
  }
  return request;
}

Reply RtrApi::Queries(const Call& call) {
  const Request request = WithCaller(call);
  return IdsByOffset(store_, {request, call.trace_id}, store_.rtr_sessions,
                     Rules(store_, kService));
}

Reply RtrApi::Entities(const Call& call) {
  return NotFoundIfNone(
      call, RecordsByIds(store_, call, store_.rtr_sessions, kService, IdsOfBody(call), kMaxIds));
}

Reply RtrApi::Queued(const Call& call) {
  std::vector<std::string> ids = IdsOfBody(call);
  if (!ids.empty()) {
    std::erase_if(ids, [this](const std::string& id) {
      const std::optional<uint32_t> row = store_.rtr_sessions.Find(id);
      return row && !store_.rtr_sessions.Session(*row).CommandsQueued();
    });
    if (ids.empty()) return Failure(call, kService, 404, "session not found");
  }
  const auto job = [this](const Collection&, uint32_t row) {
    return store_.rtr_sessions.Session(row).QueuedJob();
  };
  return NotFoundIfNone(
      call, RecordsByIds(store_, call, store_.rtr_sessions, kService, ids, kMaxIds, job));
}

Reply RtrApi::Audit(const Call& call) {
  const std::string_view sort = call.request.Param("sort").value_or("");
  const std::string_view key = sort.substr(0, sort.find_first_of("|."));
  if (!key.empty() && key != "created_at" && key != "updated_at" && key != "deleted_at") {
    return Failure(call, kAuditService, 400,
                   "invalid sort: sessions are sorted by created_at, updated_at or deleted_at");
  }
  const Request request = WithCaller(call);
  const bool with_commands = request.Param("with_command_info").value_or("false") == "true";
  return RecordsByOffset(store_, {request, call.trace_id}, store_.rtr_audit,
                         Rules(store_, kAuditService),
                         with_commands ? Shape() : Shape(WithoutCommands));
}

Reply RtrApi::Aggregates(const Call& call) {
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
    auto result = Aggregate(store_.engine, store_.rtr_sessions, spec, true, store_.clock.DataNow(),
                            kDefaultSort);
    if (auto* error = std::get_if<SearchError>(&result)) {
      return Failure(call, kService, error->code, error->message);
    }
    envelope.Add(ToText(std::get<Json>(result)));
  }
  return envelope.Finish();
}

}  // namespace falcon::simulator
