// CallStats: what calls report to the answer that is made of them.
#ifndef FALCON_UPSTREAM_CALL_CALL_STATS_H_
#define FALCON_UPSTREAM_CALL_CALL_STATS_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "json/document.h"

namespace falcon::upstream {

// What a reader of an answer should know, as `v1.Note` says it.
struct Note {
  std::string reason;  // upper snake case, a constant of the gateway
  std::string message;
  std::string field;
  std::string id;

  friend bool operator==(const Note&, const Note&) = default;
};

// Layers only add to it. Outlives the calls that report to it. Loop thread only.
struct CallStats {
  static constexpr size_t kMaxErrors = 100;
  static constexpr size_t kMaxNotes = 100;

  // The first kMaxErrors are kept.
  void AddError(json::ApiError error) {
    if (errors.size() < kMaxErrors) errors.push_back(std::move(error));
  }
  // The first kMaxNotes different ones are kept.
  void AddNote(Note note) {
    if (notes.size() == kMaxNotes || std::ranges::find(notes, note) != notes.end()) return;
    notes.push_back(std::move(note));
  }
  void AddAge(milliseconds of_response) { age = std::max(age, of_response); }
  // An attempt goes out.
  void AddAttempt(SteadyTime now) {
    ++upstream_calls;
    last_sent = now;
  }
  // What a shared call reported. Its costs are charged to one of those who shared it.
  void Merge(const CallStats& shared, bool charge) {
    if (charge) upstream_calls += shared.upstream_calls;
    if (!shared.trace_id.empty()) trace_id = shared.trace_id;
    AddAge(shared.age);
    for (const json::ApiError& error : shared.errors) AddError(error);
    for (const Note& note : shared.notes) AddNote(note);
  }

  int upstream_calls = 0;  // attempts sent; the replay after a refused token is not counted
  std::optional<SteadyTime> last_sent;  // unset: no attempt was sent yet
  milliseconds age{0};                 // of the oldest response that was used and not just sent for
  std::string trace_id;                // of the last response
  std::vector<json::ApiError> errors;  // beside resources
  std::vector<Note> notes;
  std::vector<std::string> deferred_ids;  // left out of an answer that was full
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_CALL_STATS_H_
