// Reading: what one RPC brings to its upstream calls, and what they leave behind for its answer.
#ifndef FALCON_UPSTREAM_CALL_READING_H_
#define FALCON_UPSTREAM_CALL_READING_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "json/document.h"
#include "upstream/call/priority.h"

namespace falcon::upstream {

// What a reader of an answer should know, as `v1.Note` says it.
struct Note {
  std::string reason;  // upper snake case, a constant of the gateway
  std::string message;
  std::string field;
  std::string id;

  friend bool operator==(const Note&, const Note&) = default;
};

// Owned by the RPC, outlives its calls. Loop thread only.
struct Reading {
  explicit Reading(Deadline until, Priority rank = Priority::kInteractive)
      : deadline(until), priority(rank) {}

  // Keeps what readers of the answer should know; the first 100 of it.
  void Tell(json::ApiError error) {
    if (errors.size() < kMaxErrors) errors.push_back(std::move(error));
  }

  // Adds `note` unless it is there already; the first 100 are kept.
  void AddNote(Note note) {
    if (notes.size() == kMaxNotes || std::ranges::find(notes, note) != notes.end()) return;
    notes.push_back(std::move(note));
  }

  // What a shared call leaves behind. Its costs are `counts`ed by whoever caused it.
  void Take(const Reading& shared, bool counts) {
    if (counts) upstream_calls += shared.upstream_calls;
    if (!shared.trace_id.empty()) trace_id = shared.trace_id;
    age = std::max(age, shared.age);
    as_of = shared.as_of;
    for (const json::ApiError& error : shared.errors) Tell(error);
    for (const Note& note : shared.notes) AddNote(note);
  }

  // Whether what it brings is kept for others. Exports that take nothing that was kept would only
  // push out what others need.
  bool Leaves() const {
    return priority == Priority::kInteractive || staleness.value_or(milliseconds(0)).count() > 0;
  }

  static constexpr size_t kMaxErrors = 100;
  static constexpr size_t kMaxNotes = 100;

  Deadline deadline;
  Priority priority;
  // Who asks, for a fair share ("metadata:x@ipv4:192.0.2.1"), or the lane of a batch ("lane:x").
  std::string caller;
  // Answers that are so old will do. 0: Falcon is asked, and calls that are on the way are not
  // joined. Unset: Falcon is asked, or a call on the way to it is joined.
  std::optional<milliseconds> staleness;
  std::function<void()> on_sent;  // called as an attempt goes out, if set
  bool validate_only = false;     // Falcon is not asked: Validated() is what a call brings

  milliseconds age{0};  // of the oldest answer that was used and not asked for now
  // The instant that the last answer shows: when the attempt that brought it went out. Unset while
  // the call has not gone out, and between its attempts.
  std::optional<SteadyTime> as_of;
  int upstream_calls = 0;  // retries included; the replay after a refused token is not seen here
  std::string trace_id;    // of the last call
  std::vector<json::ApiError> errors;     // that came beside resources; by Tell
  std::vector<Note> notes;                // by AddNote
  std::vector<std::string> deferred_ids;  // asked for, and left out of an answer that was full
};

// What a call brings where `validate_only` is set, and stands in no answer.
inline absl::Status Validated() {
  return Error(absl::StatusCode::kCancelled, "VALIDATED", "Falcon is not asked");
}
inline bool IsValidated(const absl::Status& status) { return Reason(status) == "VALIDATED"; }

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_READING_H_
