// FairQueue: whose turn it is among those who wait. Callers in turn, interactive before export.
#ifndef FALCON_UPSTREAM_CALL_FAIR_QUEUE_H_
#define FALCON_UPSTREAM_CALL_FAIR_QUEUE_H_

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "upstream/call/priority.h"

namespace falcon::upstream {

// Not synchronised. Each operation takes the same time however many wait.
class FairQueue {
  struct Flow;

 public:
  // One who waits. Stays where it is from Add until it was taken or removed.
  class Entry {
   public:
    Entry(std::string who, Priority rank, SteadyTime now)
        : caller(std::move(who)), priority(rank), since(now) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    const std::string caller;
    const Priority priority;
    const SteadyTime since;

   private:
    friend class FairQueue;
    Flow* flow_ = nullptr;
    std::list<Entry*>::iterator in_flow_;
    std::list<Entry*>::iterator by_age_;
  };

  // Every `export_every_n`th turn is an export's, if one may go: 1 or more.
  explicit FairQueue(int export_every_n) : export_every_n_(export_every_n) {}
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  // Behind the others of its caller and priority. `waiting` is in no line yet; times ascend.
  void Add(Entry& waiting);
  // Out of its line. It waits.
  void Remove(Entry& waiting);
  // Whose turn it is, taken out of its line: the next caller's first; or its last, where the first
  // is no export and has waited since `late` or longer. More come than can go then: those in front
  // would all be served too late, while who has just come can still be answered. Callers whose
  // interactive calls `can_admit` denies are passed over, and keep their turn; null: nobody is. Null:
  // nobody waits who may go. Takes time for as many callers as are passed over.
  using CanAdmit = std::function<bool(const std::string& caller)>;
  Entry* PopNext(bool can_admit_exports, SteadyTime lifo_before = SteadyTime::min(),
                 const CanAdmit& can_admit = nullptr);

  static bool Waits(const Entry& waiting) { return waiting.flow_ != nullptr; }
  // Who has waited longest; null: nobody waits.
  Entry* oldest() const { return by_age_.empty() ? nullptr : by_age_.front(); }
  size_t size() const { return by_age_.size(); }
  size_t size(Priority priority) const { return LevelOf(priority).waiting; }
  size_t CountOf(const std::string& caller) const;

 private:
  // Of one caller and priority; not empty.
  struct Flow {
    const std::string* caller;  // the key in `lines`
    std::list<Entry*> waiting;
    std::list<Flow*>::iterator turn;
  };
  struct PriorityLevel {
    std::unordered_map<std::string, Flow> flows;
    std::list<Flow*> round;  // whose turn it is first
    size_t waiting = 0;
  };

  PriorityLevel& LevelOf(Priority priority) { return levels_[static_cast<size_t>(priority)]; }
  const PriorityLevel& LevelOf(Priority priority) const {
    return levels_[static_cast<size_t>(priority)];
  }
  Entry* PopFrom(PriorityLevel& of, SteadyTime lifo_before, const CanAdmit& can_admit);

  const int export_every_n_;
  int since_export_ = 0;  // turns that went to others while an export could have gone
  std::array<PriorityLevel, 2> levels_;
  std::list<Entry*> by_age_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_FAIR_QUEUE_H_
