// Turns: whose turn it is among those who wait. Callers in turn, interactive before export.
#ifndef FALCON_RUN_TURNS_H_
#define FALCON_RUN_TURNS_H_

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "run/priority.h"

namespace falcon::run {

// Not synchronised. Each operation takes the same time however many wait.
class Turns {
  struct Line;

 public:
  // One who waits. Stays where it is from Add until it was taken or removed.
  class Waiting {
   public:
    Waiting(std::string who, Priority rank, SteadyTime now)
        : caller(std::move(who)), priority(rank), since(now) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    const std::string caller;
    const Priority priority;
    const SteadyTime since;

   private:
    friend class Turns;
    Line* line_ = nullptr;
    std::list<Waiting*>::iterator in_line_;
    std::list<Waiting*>::iterator by_age_;
  };

  // Every `export_turn`th turn is an export's, if one may go: 1 or more.
  explicit Turns(int export_turn) : export_turn_(export_turn) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // Behind the others of its caller and priority. `waiting` is in no line yet; times ascend.
  void Add(Waiting& waiting);
  // Out of its line. It waits.
  void Remove(Waiting& waiting);
  // Whose turn it is, taken out of its line: the next caller's first; or its last, where the first
  // is no export and has waited since `late` or longer. More come than can go then: those in front
  // would all be served too late, while who has just come can still be answered. Callers whose
  // interactive calls `may_go` denies are passed over, and keep their turn; null: nobody is. Null:
  // nobody waits who may go. Takes time for as many callers as are passed over.
  using MayGo = std::function<bool(const std::string& caller)>;
  Waiting* Take(bool exports_may_go, SteadyTime late = SteadyTime::min(),
                const MayGo& may_go = nullptr);

  static bool Waits(const Waiting& waiting) { return waiting.line_ != nullptr; }
  // Who has waited longest; null: nobody waits.
  Waiting* oldest() const { return by_age_.empty() ? nullptr : by_age_.front(); }
  size_t size() const { return by_age_.size(); }
  size_t size(Priority priority) const { return ClassOf(priority).waiting; }
  size_t CountOf(const std::string& caller) const;

 private:
  // Of one caller and priority; not empty.
  struct Line {
    const std::string* caller;  // the key in `lines`
    std::list<Waiting*> waiting;
    std::list<Line*>::iterator turn;
  };
  struct Class {
    std::unordered_map<std::string, Line> lines;
    std::list<Line*> round;  // whose turn it is first
    size_t waiting = 0;
  };

  Class& ClassOf(Priority priority) { return classes_[static_cast<size_t>(priority)]; }
  const Class& ClassOf(Priority priority) const { return classes_[static_cast<size_t>(priority)]; }
  Waiting* TakeFrom(Class& of, SteadyTime late, const MayGo& may_go);

  const int export_turn_;
  int since_export_ = 0;  // turns that went to others while an export could have gone
  std::array<Class, 2> classes_;
  std::list<Waiting*> by_age_;
};

}  // namespace falcon::run

#endif  // FALCON_RUN_TURNS_H_
