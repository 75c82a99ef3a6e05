// Sizes of the tenant, and its changes at run time.
#include "simulator/data/world.h"

#include <algorithm>

#include "simulator/data/case.h"

namespace falcon::simulator {
namespace {

constexpr uint64_t kTenantKind = 9;
constexpr uint64_t kChangeKind = 8;

}  // namespace

World::World(const Options& options, Nanos anchor)
    : seed_(options.seed),
      anchor_(anchor),
      cid_(Rng(options.seed, kTenantKind, 0).Hex(1, 32)),
      hosts_(options.sizes.at("hosts")),
      hidden_hosts_(std::min<uint32_t>(5, hosts_)),
      base_alerts_(options.sizes.at("alerts")),
      corrupt_every_(options.corrupt_every),
      cases_(options.sizes.at("cases")) {}

const CaseBook& World::case_book() const {
  if (case_book_ == nullptr) case_book_ = std::make_shared<const CaseBook>(*this);
  return *case_book_;
}

const World::Revision* World::Changed(uint32_t index) const {
  const auto found = changed_.find(index);
  return found == changed_.end() ? nullptr : &found->second;
}

void World::AddAlerts(uint32_t count, Nanos now) {
  ++version_;
  added_.insert(added_.end(), count, now);  // one instant for all, so that ties occur
}

void World::RemoveAlerts(uint32_t count) {
  for (uint32_t i = 0; i < count && removed_.size() < alerts(); ++i) {
    ++version_;
    removed_.insert(PickAlert());
  }
}

void World::ChangeAlerts(uint32_t count, Nanos now) {
  for (uint32_t i = 0; i < count && removed_.size() < alerts(); ++i) {
    ++version_;
    Revision& revision = changed_[PickAlert()];
    revision.updated = now;
    revision.closed = !revision.closed;
  }
}

uint32_t World::PickAlert() {
  uint32_t index = Rng(seed_, kChangeKind, version_).Below(1, alerts());
  while (removed_.contains(index)) index = (index + 1) % alerts();
  return index;
}

}  // namespace falcon::simulator
