// FairQueue: orders waiting calls. Callers take turns, interactive calls go before exports.
#ifndef FALCON_UPSTREAM_CALL_FAIR_QUEUE_H_
#define FALCON_UPSTREAM_CALL_FAIR_QUEUE_H_

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "upstream/call/call_options.h"

namespace falcon::upstream {

// Not synchronised. Each operation takes the same time however many calls wait.
class FairQueue {
  struct Flow;

 public:
  // A waiting call. Must not move from Add until it is popped or removed.
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

  // `export_every_n`: every n-th turn goes to an export, if one may go; 1 or more.
  explicit FairQueue(int export_every_n) : export_every_n_(export_every_n) {}
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  // Appends to the flow of its caller and priority. `entry` is in no flow yet; times ascend.
  void Add(Entry& entry);
  // Removes a waiting entry.
  void Remove(Entry& entry);
  // Removes and returns the entry whose turn it is: the first of the next caller's flow, or its last
  // if the first is interactive and has waited since `lifo_before` or longer. Then more calls arrive
  // than can be served: the oldest would all be served too late, while the newest can still be
  // answered. Skips callers whose interactive calls `can_admit` rejects, which keep their turn; a null
  // `can_admit` rejects nobody. Null: no waiting call may go. Takes time for the skipped callers.
  using CanAdmit = std::function<bool(const std::string& caller)>;
  Entry* PopNext(bool can_admit_exports, SteadyTime lifo_before = SteadyTime::min(),
                 const CanAdmit& can_admit = nullptr);

  static bool Waits(const Entry& entry) { return entry.flow_ != nullptr; }
  // The entry that has waited longest; null: the queue is empty.
  Entry* oldest() const { return by_age_.empty() ? nullptr : by_age_.front(); }
  size_t size() const { return by_age_.size(); }
  size_t size(Priority priority) const { return LevelOf(priority).waiting; }
  size_t CountOf(const std::string& caller) const;

 private:
  // The calls of one caller and priority; not empty.
  struct Flow {
    const std::string* caller;  // the key in `flows`
    std::list<Entry*> waiting;
    std::list<Flow*>::iterator turn;
  };
  struct PriorityLevel {
    std::unordered_map<std::string, Flow> flows;
    std::list<Flow*> round;  // in the order of their turns
    size_t waiting = 0;
  };

  PriorityLevel& LevelOf(Priority priority) { return levels_[static_cast<size_t>(priority)]; }
  const PriorityLevel& LevelOf(Priority priority) const {
    return levels_[static_cast<size_t>(priority)];
  }
  Entry* PopFrom(PriorityLevel& level, SteadyTime lifo_before, const CanAdmit& can_admit);

  const int export_every_n_;
  int since_export_ = 0;  // turns of other calls while an export could have gone
  std::array<PriorityLevel, 2> levels_;
  std::list<Entry*> by_age_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_FAIR_QUEUE_H_
