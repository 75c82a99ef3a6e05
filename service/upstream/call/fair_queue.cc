// Lines and rounds.
#include "upstream/call/fair_queue.h"

namespace falcon::upstream {

void FairQueue::Add(Entry& waiting) {
  PriorityLevel& of = LevelOf(waiting.priority);
  const auto [entry, is_new] = of.flows.try_emplace(waiting.caller);
  Flow& line = entry->second;
  if (is_new) {
    line.caller = &entry->first;
    line.turn = of.round.insert(of.round.end(), &line);
  }
  ++of.waiting;
  waiting.flow_ = &line;
  waiting.in_flow_ = line.waiting.insert(line.waiting.end(), &waiting);
  waiting.by_age_ = by_age_.insert(by_age_.end(), &waiting);
}

void FairQueue::Remove(Entry& waiting) {
  PriorityLevel& of = LevelOf(waiting.priority);
  Flow& line = *waiting.flow_;
  line.waiting.erase(waiting.in_flow_);
  by_age_.erase(waiting.by_age_);
  waiting.flow_ = nullptr;
  --of.waiting;
  if (!line.waiting.empty()) return;
  of.round.erase(line.turn);
  of.flows.erase(of.flows.find(*line.caller));
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

FairQueue::Entry* FairQueue::PopFrom(PriorityLevel& of, SteadyTime lifo_before,
                                     const CanAdmit& can_admit) {
  for (auto turn = of.round.begin(); turn != of.round.end(); ++turn) {
    Flow* const line = *turn;
    if (can_admit && !can_admit(*line->caller)) continue;
    of.round.splice(of.round.end(), of.round, turn);
    const bool overrun = line->waiting.front()->since <= lifo_before;
    Entry* const next = overrun ? line->waiting.back() : line->waiting.front();
    Remove(*next);
    return next;
  }
  return nullptr;
}

size_t FairQueue::CountOf(const std::string& caller) const {
  size_t count = 0;
  for (const PriorityLevel& of : levels_) {
    const auto line = of.flows.find(caller);
    if (line != of.flows.end()) count += line->second.waiting.size();
  }
  return count;
}

}  // namespace falcon::upstream
