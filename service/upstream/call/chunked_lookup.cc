// Chunks of IDs, split where Falcon refuses one.
#include "upstream/call/chunked_lookup.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

using Ids = std::span<const std::string>;

constexpr int kBadRequest = 400;
constexpr int kUnavailable = 503;
// Of a look-up, to find the IDs that Falcon refuses.
constexpr int kMaxExtraCalls = 16;

// Some of the IDs to look up, by one call.
struct Chunk {
  Ids ids;
  bool whole = false;       // all of the look-up's
  bool part = false;        // of a chunk that Falcon refused
  bool first_half = false;  // of it; the other half is next
  bool refused = false;     // it holds an ID that Falcon refuses, as is known without a call
};

// The first chunk is the last.
std::vector<Chunk> ChunksOf(const LookupRequest& request) {
  std::vector<Chunk> chunks;
  for (Ids rest = request.ids; !rest.empty();) {
    const size_t count = IdsPerCall(request.key, rest);
    chunks.push_back({.ids = rest.first(count), .whole = count == request.ids.size()});
    rest = rest.subspan(count);
  }
  std::reverse(chunks.begin(), chunks.end());
  return chunks;
}

void Split(const Chunk& chunk, std::vector<Chunk>& todo) {
  const size_t half = (chunk.ids.size() + 1) / 2;
  const bool part = chunk.part;
  todo.push_back({.ids = chunk.ids.subspan(half), .part = part});
  todo.push_back({.ids = chunk.ids.first(half), .part = part, .first_half = part});
}

// Whether Falcon refuses the call for what it asks: of several IDs, any may be to blame.
bool RefusesIds(const absl::Status& status) {
  return status.code() == absl::StatusCode::kNotFound ||
         status.code() == absl::StatusCode::kInvalidArgument;
}

// `id`, looked up alone, was refused. Without an error, it is absent.
void Refuse(const std::string& id, const absl::Status& status, LookupResult& result) {
  if (status.code() == absl::StatusCode::kNotFound) return;
  result.errors.emplace(id, json::ApiError{kBadRequest, std::string(ToStd(status.message())), id});
}

void LeaveOut(Ids ids, LookupResult& result) {
  for (const std::string& id : ids) {
    result.errors.emplace(
        id,
        json::ApiError{kUnavailable,
                       StrCat("not looked up: Falcon refuses one of the ids of this look-up, and ",
                              kMaxExtraCalls, " calls did not tell which; ask for fewer ids"),
                       id});
  }
}

}  // namespace

Task<UpstreamClient::Records> FetchInChunks(UpstreamClient& client, const LookupRequest& request,
                                            const CallOptions& options, CallStats& stats,
                                            int64_t& bisections) {
  std::vector<Chunk> todo = ChunksOf(request);
  size_t max_ids = std::numeric_limits<size_t>::max();  // a call, as far as Falcon took more
  int extra_calls = 0;
  LookupResult result;
  while (!todo.empty()) {
    Chunk chunk = todo.back();
    todo.pop_back();
    if ((chunk.refused && chunk.ids.size() > 1) || chunk.ids.size() > max_ids) {
      Split(chunk, todo);
      continue;
    }
    if (chunk.part && ++extra_calls > kMaxExtraCalls) {
      LeaveOut(chunk.ids, result);
      continue;
    }
    const std::vector<std::string> some(chunk.ids.begin(),
                                        chunk.whole ? chunk.ids.begin() : chunk.ids.end());
    UpstreamRequest call(*request.key.operation);
    call.query = request.key.query;
    call.ids = chunk.whole ? &request.ids : &some;
    const UpstreamClient::Response response = co_await client.Call(call, options, stats);
    if (chunk.whole) chunk.ids = request.ids;
    const bool too_large = Reason(response.status()) == "UPSTREAM_BODY_TOO_LARGE";
    const bool refused = RefusesIds(response.status());
    if ((too_large || refused) && chunk.ids.size() > 1) {
      if (too_large) max_ids = (chunk.ids.size() + 1) / 2;
      if (refused && !chunk.part) ++bisections;
      Split({.ids = chunk.ids, .part = refused}, todo);
      continue;
    }
    const bool alone = request.ids.size() == 1;
    if (refused && (!alone || response.status().code() == absl::StatusCode::kNotFound)) {
      result.as_of = std::min(result.as_of, stats.last_sent.value_or(result.as_of));
      Refuse(chunk.ids.front(), response.status(), result);
      continue;
    }
    if (!response.ok()) co_return response.status();
    result.as_of = std::min(result.as_of, response->as_of);
    CO_RETURN_IF_ERROR(result.Add(response->document, request.key.id_key, chunk.ids));
    if (chunk.first_half) todo.back().refused = true;
  }
  co_return std::make_shared<const LookupResult>(std::move(result));
}

}  // namespace falcon::upstream
