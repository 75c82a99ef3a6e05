// The mutex around the core, and the one place where exceptions end.
#include "simulator/simulator.h"

#include <exception>
#include <utility>

#include "simulator/core.h"

namespace falcon::simulator {

Simulator::Simulator(Options options) : core_(std::make_unique<Core>(std::move(options))) {}
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
  const Nanos now = core_->store.clock.DataNow();
  core_->store.world.AddAlerts(add, now);
  core_->store.world.RemoveAlerts(remove);
  core_->store.world.ChangeAlerts(change, now);
}

}  // namespace falcon::simulator
