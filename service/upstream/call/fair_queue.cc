// Flows in a round robin.
#include "upstream/call/fair_queue.h"

namespace falcon::upstream {

void FairQueue::Add(Entry& entry) {
  PriorityLevel& level = LevelOf(entry.priority);
  const auto [found, is_new] = level.flows.try_emplace(entry.caller);
  Flow& flow = found->second;
  if (is_new) {
    flow.caller = &found->first;
    flow.turn = level.round.insert(level.round.end(), &flow);
  }
  ++level.waiting;
  entry.flow_ = &flow;
  entry.in_flow_ = flow.waiting.insert(flow.waiting.end(), &entry);
  entry.by_age_ = by_age_.insert(by_age_.end(), &entry);
}

void FairQueue::Remove(Entry& entry) {
  PriorityLevel& level = LevelOf(entry.priority);
  Flow& flow = *entry.flow_;
  flow.waiting.erase(entry.in_flow_);
  by_age_.erase(entry.by_age_);
  entry.flow_ = nullptr;
  --level.waiting;
  if (!flow.waiting.empty()) return;
  level.round.erase(flow.turn);
  level.flows.erase(level.flows.find(*flow.caller));
}

FairQueue::Entry* FairQueue::PopNext(bool can_admit_exports, SteadyTime lifo_before,
                                     const CanAdmit& can_admit) {
  PriorityLevel& interactive = LevelOf(Priority::kInteractive);
  PriorityLevel& exports = LevelOf(Priority::kExport);
  const bool export_could = can_admit_exports && exports.waiting > 0;
  const bool export_is_due = export_could && since_export_ + 1 >= export_every_n_;
  if (!export_is_due) {
    if (Entry* const next = PopFrom(interactive, lifo_before, can_admit); next != nullptr) {
      if (export_could) ++since_export_;
      return next;
    }
    if (!export_could) return nullptr;
  }
  since_export_ = 0;
  return PopFrom(exports, SteadyTime::min(), nullptr);
}

FairQueue::Entry* FairQueue::PopFrom(PriorityLevel& level, SteadyTime lifo_before,
                                     const CanAdmit& can_admit) {
  for (auto turn = level.round.begin(); turn != level.round.end(); ++turn) {
    Flow* const flow = *turn;
    if (can_admit && !can_admit(*flow->caller)) continue;
    level.round.splice(level.round.end(), level.round, turn);
    const bool overloaded = flow->waiting.front()->since <= lifo_before;
    Entry* const next = overloaded ? flow->waiting.back() : flow->waiting.front();
    Remove(*next);
    return next;
  }
  return nullptr;
}

size_t FairQueue::CountOf(const std::string& caller) const {
  size_t count = 0;
  for (const PriorityLevel& level : levels_) {
    const auto flow = level.flows.find(caller);
    if (flow != level.flows.end()) count += flow->second.waiting.size();
  }
  return count;
}

}  // namespace falcon::upstream
