// Lines and rounds.
#include "run/turns.h"

namespace falcon::run {

void Turns::Add(Waiting& waiting) {
  Class& of = ClassOf(waiting.priority);
  const auto [entry, is_new] = of.lines.try_emplace(waiting.caller);
  Line& line = entry->second;
  if (is_new) {
    line.caller = &entry->first;
    line.turn = of.round.insert(of.round.end(), &line);
  }
  ++of.waiting;
  waiting.line_ = &line;
  waiting.in_line_ = line.waiting.insert(line.waiting.end(), &waiting);
  waiting.by_age_ = by_age_.insert(by_age_.end(), &waiting);
}

void Turns::Remove(Waiting& waiting) {
  Class& of = ClassOf(waiting.priority);
  Line& line = *waiting.line_;
  line.waiting.erase(waiting.in_line_);
  by_age_.erase(waiting.by_age_);
  waiting.line_ = nullptr;
  --of.waiting;
  if (!line.waiting.empty()) return;
  of.round.erase(line.turn);
  of.lines.erase(of.lines.find(*line.caller));
}

Turns::Waiting* Turns::Take(bool exports_may_go, SteadyTime late, const MayGo& may_go) {
  Class& interactive = ClassOf(Priority::kInteractive);
  Class& exports = ClassOf(Priority::kExport);
  const bool export_could = exports_may_go && exports.waiting > 0;
  const bool export_is_due = export_could && since_export_ + 1 >= export_turn_;
  if (!export_is_due) {
    if (Waiting* const next = TakeFrom(interactive, late, may_go); next != nullptr) {
      if (export_could) ++since_export_;
      return next;
    }
    if (!export_could) return nullptr;
  }
  since_export_ = 0;
  return TakeFrom(exports, SteadyTime::min(), nullptr);
}

Turns::Waiting* Turns::TakeFrom(Class& of, SteadyTime late, const MayGo& may_go) {
  for (auto turn = of.round.begin(); turn != of.round.end(); ++turn) {
    Line* const line = *turn;
    if (may_go && !may_go(*line->caller)) continue;
    of.round.splice(of.round.end(), of.round, turn);
    const bool overrun = line->waiting.front()->since <= late;
    Waiting* const next = overrun ? line->waiting.back() : line->waiting.front();
    Remove(*next);
    return next;
  }
  return nullptr;
}

size_t Turns::CountOf(const std::string& caller) const {
  size_t count = 0;
  for (const Class& of : classes_) {
    const auto line = of.lines.find(caller);
    if (line != of.lines.end()) count += line->second.waiting.size();
  }
  return count;
}

}  // namespace falcon::run
