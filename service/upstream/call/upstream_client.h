// UpstreamClient: the interface of the layers through which Falcon is read.
//
// A request passes them from the top to the bottom; each knows the next one only:
//
//   ResponseCache     responses that are young enough
//   RequestCoalescer  identical requests share a call
//   LookupBatcher     look-ups by ID share a call
//   RetryingClient    attempts, within the deadline and the retry budget
//   CallGuard         each attempt: admission, rate budget, circuit breaker
//   AuthInterceptor   bearer token; after a refusal, refresh and replay
//   HttpTransport
#ifndef FALCON_UPSTREAM_CALL_UPSTREAM_CLIENT_H_
#define FALCON_UPSTREAM_CALL_UPSTREAM_CLIENT_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "json/document.h"
#include "runtime/cpu_pool.h"
#include "runtime/loop.h"
#include "upstream/call/call_options.h"
#include "upstream/call/lookup_result.h"
#include "upstream/operation/upstream_request.h"

namespace falcon::upstream {

// What a reader of an answer should know, as `v1.Note` says it.
struct Note {
  std::string reason;  // upper snake case, a constant of the gateway
  std::string message;
  std::string field;
  std::string id;

  friend bool operator==(const Note&, const Note&) = default;
};

// What calls report to the answer that is made of them. Layers only add to it. Outlives the calls
// that report to it. One thread at a time.
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

// Cheap to copy.
struct UpstreamResponse {
  json::Document document;
  SteadyTime as_of;  // when the attempt that brought it was sent
};

// Arguments outlive the call. Loop thread only (implementations assert it).
class UpstreamClient {
 public:
  using Response = absl::StatusOr<UpstreamResponse>;
  using Records = absl::StatusOr<std::shared_ptr<const LookupResult>>;

  virtual ~UpstreamClient() = default;

  // The response, within `options.deadline`; failures as in parse_response.h, http.h and auth/.
  virtual Task<Response> Call(const UpstreamRequest& request, const CallOptions& options,
                              CallStats& stats) = 0;
  // The records of `request.ids`, perhaps among others; failures as those of Call.
  virtual Task<Records> Lookup(const LookupRequest& request, const CallOptions& options,
                               CallStats& stats) = 0;
};

// What look-ups and pages of one RPC are read with. References outlive the read.
struct ReadContext {
  UpstreamClient& client;
  const CallOptions& options;
  CallStats& stats;
  const Clock& clock;
  runtime::CpuPool* pool = nullptr;  // decodes many records; null: the loop does
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_UPSTREAM_CLIENT_H_
