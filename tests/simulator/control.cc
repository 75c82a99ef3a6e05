// The interface for tests in this process, with the mutex and the one place where exceptions end;
// and the control endpoints below /__simulator/.
#include <algorithm>
#include <exception>
#include <utility>

#include "simulator/core.h"

namespace falcon::simulator {
namespace {

Reply JsonReply(const Json& body, int status = 200) {
  Reply reply;
  reply.status = status;
  reply.body = ToText(body);
  return reply;
}

Reply Bad(std::string message) { return JsonReply({{"error", std::move(message)}}, 400); }
Reply Done() { return JsonReply({{"ok", true}}); }

}  // namespace

void Simulator::Core::MutateAlerts(uint32_t add, uint32_t remove, uint32_t change) {
  const Nanos now = store.clock.DataNow();
  store.world.AddAlerts(add, now);
  store.world.RemoveAlerts(remove);
  store.world.ChangeAlerts(change, now);
}

Reply Simulator::Core::Control(const Request& request) {
  const std::string call =
      request.method + request.path.substr(std::string_view("/__simulator").size());
  const Json body =
      request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  if (body.is_discarded()) return Bad("the body is no JSON");
  if (call == "GET/ledger") return JsonReply(ledger.ToJson());
  if (call == "DELETE/ledger") {
    ledger.Reset();
    return Done();
  }
  if (call == "GET/faults") return JsonReply(faults.ToJson());
  if (call == "DELETE/faults") {
    faults.Clear();
    return Done();
  }
  if (call == "POST/faults") {
    // All or none: a list with one bad rule changes nothing.
    std::vector<FaultRule> rules;
    for (const Json& one : body.is_array() ? body : Json::array({body})) {
      auto parsed = ParseFault(one);
      if (auto* error = std::get_if<std::string>(&parsed)) return Bad(std::move(*error));
      rules.push_back(std::move(std::get<FaultRule>(parsed)));
    }
    for (FaultRule& rule : rules) faults.Add(std::move(rule));
    return JsonReply({{"ok", true}, {"added", rules.size()}});
  }
  if (call == "POST/revoke_tokens") {
    tokens.RevokeAll();
    return Done();
  }
  if (call == "POST/expire_cursors") {
    store.cursors.ExpireAll();
    return Done();
  }
  if (call == "POST/clock") {
    const Json skew = body.is_object() ? body.value("skew_seconds", Json()) : Json();
    const Json advance = body.is_object() ? body.value("advance_seconds", Json()) : Json();
    if (!skew.is_number_integer() && !advance.is_number_integer())
      return Bad("skew_seconds or advance_seconds must be a whole number");
    if (skew.is_number_integer()) store.clock.SetSkew(skew.get<int64_t>() * kSecond);
    if (advance.is_number_integer()) store.clock.Advance(advance.get<int64_t>() * kSecond);
    return Done();
  }
  if (call == "POST/mutate") {
    const auto count = [&body](const char* key) {
      const Json value = body.is_object() ? body.value(key, Json(0)) : Json(0);
      return value.is_number_unsigned()
                 ? static_cast<uint32_t>(std::min<uint64_t>(value.get<uint64_t>(), 100'000))
                 : 0U;
    };
    MutateAlerts(count("add"), count("remove"), count("change"));
    return JsonReply({{"ok", true}, {"version", store.world.version()}});
  }
  if (call == "GET/state") {
    return JsonReply({{"cid", store.world.cid()},
                      {"hosts", store.world.hosts()},
                      {"alerts", store.world.alerts()},
                      {"vulnerabilities", store.Size("vulnerabilities")},
                      {"open_cursors", store.cursors.open()},
                      {"tokens_issued", tokens.issued()},
                      {"now", FormatTime(store.clock.DataNow(), 3)}});
  }
  return JsonReply(
      {{"error", "unknown control endpoint"},
       {"known",
        {"GET|DELETE /__simulator/ledger", "GET|POST|DELETE /__simulator/faults",
         "POST /__simulator/revoke_tokens", "POST /__simulator/expire_cursors",
         "POST /__simulator/clock", "POST /__simulator/mutate", "GET /__simulator/state"}}},
      404);
}

Simulator::Simulator(const Options& options) : core_(std::make_unique<Core>(options)) {}
Simulator::~Simulator() = default;

Reply Simulator::Handle(const Request& request) {
  const std::lock_guard lock(core_->mutex);
  try {
    return core_->Handle(request);
  } catch (const std::exception& failure) {
    Reply reply;
    reply.status = 500;
    reply.body = ToText(
        {{"errors",
          {{{"code", 500}, {"message", std::string("simulator defect: ") + failure.what()}}}}});
    return reply;
  }
}

std::string Simulator::Date() const {
  const std::lock_guard lock(core_->mutex);
  return FormatHttpDate(core_->store.clock.Shown());
}

Json Simulator::Ledger() const {
  const std::lock_guard lock(core_->mutex);
  return core_->ledger.ToJson();
}

void Simulator::ResetLedger() {
  const std::lock_guard lock(core_->mutex);
  core_->ledger.Reset();
}

uint64_t Simulator::Count(std::string_view method_and_path) const {
  const std::lock_guard lock(core_->mutex);
  return core_->ledger.Count(method_and_path);
}

uint64_t Simulator::MutatingCalls() const {
  const std::lock_guard lock(core_->mutex);
  return core_->ledger.mutating();
}

std::string Simulator::AddFault(std::string_view rule) {
  auto parsed = ParseFaultText(rule);
  if (auto* error = std::get_if<std::string>(&parsed)) return std::move(*error);
  const std::lock_guard lock(core_->mutex);
  core_->faults.Add(std::move(std::get<FaultRule>(parsed)));
  return "";
}

void Simulator::ClearFaults() {
  const std::lock_guard lock(core_->mutex);
  core_->faults.Clear();
}

void Simulator::RevokeTokens() {
  const std::lock_guard lock(core_->mutex);
  core_->tokens.RevokeAll();
}

void Simulator::ExpireCursors() {
  const std::lock_guard lock(core_->mutex);
  core_->store.cursors.ExpireAll();
}

void Simulator::Advance(Nanos step) {
  const std::lock_guard lock(core_->mutex);
  core_->store.clock.Advance(step);
}

void Simulator::MutateAlerts(uint32_t add, uint32_t remove, uint32_t change) {
  const std::lock_guard lock(core_->mutex);
  core_->MutateAlerts(add, remove, change);
}

}  // namespace falcon::simulator
