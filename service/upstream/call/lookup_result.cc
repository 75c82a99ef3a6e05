// Chunks out, records back.
#include "upstream/call/lookup_result.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "upstream/operation/request_text.h"

namespace falcon::upstream {
namespace {

using Ids = std::span<const std::string>;

constexpr int kBadRequest = 400;
constexpr int kBadGateway = 502;
constexpr int kUnavailable = 503;
// Of a look-up, to find the ids that Falcon refuses.
constexpr int kMaxExtraCalls = 16;

UpstreamCall CallFor(const BatchKey& lane, Ids ids) {
  const Operation& operation = *lane.operation;
  UpstreamCall call(operation);
  call.query = lane.query;
  if (operation.method == http::Method::kGet) {
    for (const std::string& id : ids) call.query.emplace_back(operation.ids_key, id);
    return call;
  }
  nlohmann::json body;
  body[std::string(operation.ids_key)] = std::vector<std::string>(ids.begin(), ids.end());
  call.body = JsonText(body);
  return call;
}

bool InId(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view(":-_./").find(c) != std::string_view::npos;
}

// The id of `ids` that `message` names; empty: none.
std::string IdNamedBy(std::string_view message, const std::unordered_set<std::string_view>& ids) {
  for (size_t at = 0; at < message.size();) {
    size_t end = at;
    while (end < message.size() && InId(message[end])) ++end;
    std::string_view word = message.substr(at, end - at);
    while (word.ends_with(':') || word.ends_with('.')) word.remove_suffix(1);
    if (ids.contains(word)) return std::string(word);
    at = end + 1;
  }
  return "";
}

// Ids as they were asked for, from Falcon's answer: it may spell hexadecimal ones in other case.
class AskedCase {
 public:
  explicit AskedCase(Ids ids) : ids_(ids), known_(ids.begin(), ids.end()) {}

  const std::unordered_set<std::string_view>& known() const { return known_; }
  std::string Of(std::string id) {
    if (known_.contains(id)) return id;
    if (by_lower_.empty()) {
      for (const std::string& asked : ids_) by_lower_.emplace(Lower(asked), asked);
    }
    const auto found = by_lower_.find(Lower(id));
    return found == by_lower_.end() ? id : std::string(found->second);
  }

 private:
  Ids ids_;
  std::unordered_set<std::string_view> known_;
  std::unordered_map<std::string, std::string_view> by_lower_;
};

// The number of records without an id.
int64_t TakeRecords(json::Document document, const std::string& id_key, AskedCase& asked,
                    LookupResult& found) {
  int64_t records_without_id = 0;
  for (size_t i = 0; i < document.envelope().resources; ++i) {
    std::string id = document.TextOf(i, id_key);
    if (id.empty()) {
      ++records_without_id;
    } else {
      found.places.emplace(asked.Of(std::move(id)), LookupResult::Place{found.documents.size(), i});
    }
  }
  found.documents.push_back(std::move(document));
  found.records_without_id += records_without_id;
  return records_without_id;
}

// An error that names none of the ids, and is no 404, may concern any: better said of all than a
// record denied that exists.
void TakeErrors(const std::vector<json::ApiError>& errors, Ids ids, AskedCase& asked,
                LookupResult& found) {
  const json::ApiError* unattributed_errors = nullptr;
  for (const json::ApiError& error : errors) {
    const std::string id =
        error.id.empty() ? IdNamedBy(error.message, asked.known()) : asked.Of(error.id);
    if (!id.empty()) {
      found.errors.emplace(id, error);
      continue;
    }
    found.unattributed_errors.push_back(error);
    if (error.code != 404 && unattributed_errors == nullptr) unattributed_errors = &error;
  }
  if (unattributed_errors == nullptr) return;
  for (const std::string& id : ids) {
    if (!found.places.contains(id)) found.errors.emplace(id, *unattributed_errors);
  }
}

// Some of the ids to look up, by one call.
struct Chunk {
  Ids ids;
  bool part = false;        // of a chunk that Falcon refused
  bool first_half = false;  // of it; the other half is next
  bool refused = false;     // it holds an id that Falcon refuses, as is known without a call
};

// As many ids a call as Falcon and a URL take. The first chunk is the last.
std::vector<Chunk> ChunksOf(const BatchKey& lane, Ids ids) {
  const Operation& operation = *lane.operation;
  const auto most = static_cast<size_t>(std::max(1, operation.max_ids));
  const bool in_url = operation.method == http::Method::kGet;
  const size_t before = BuildUrl(operation.path, lane.query).size();
  const size_t name = operation.ids_key.size() + 2;
  std::vector<Chunk> chunks;
  size_t url = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const size_t bytes = in_url ? name + http::PercentEncode(ids[i]).size() : 0;
    const bool fits =
        !chunks.empty() && chunks.back().ids.size() < most && url + bytes <= Attempts::kMaxUrlBytes;
    if (!fits) {
      chunks.push_back({.ids = ids.subspan(i, 0)});
      url = before;
    }
    Ids& chunk = chunks.back().ids;
    chunk = Ids(chunk.data(), chunk.size() + 1);
    url += bytes;
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

// Whether Falcon refuses the call for what it asks: of several ids, any may be to blame.
bool RefusesIds(const absl::Status& status) {
  return status.code() == absl::StatusCode::kNotFound ||
         status.code() == absl::StatusCode::kInvalidArgument;
}

// `id`, asked for alone, was refused. Without an error, it is absent.
void Refuse(const std::string& id, const absl::Status& status, LookupResult& found) {
  if (status.code() == absl::StatusCode::kNotFound) return;
  found.errors.emplace(id, json::ApiError{kBadRequest, std::string(ToStd(status.message())), id});
}

void LeaveOut(Ids ids, LookupResult& found) {
  for (const std::string& id : ids) {
    found.errors.emplace(
        id,
        json::ApiError{kUnavailable,
                       StrCat("not looked up: Falcon refuses one of the ids of this look-up, and ",
                              kMaxExtraCalls, " calls did not tell which; ask for fewer ids"),
                       id});
  }
}

}  // namespace

absl::Status LookupResult::Take(json::Document document, const std::string& id_key, Ids ids) {
  std::vector<json::ApiError> told = document.envelope().errors;
  const auto all = static_cast<int64_t>(document.envelope().resources);
  AskedCase asked(ids);
  const int64_t nameless = TakeRecords(std::move(document), id_key, asked, *this);
  if (nameless > 0 && nameless == all) {
    return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                 StrCat("what came is no answer of Falcon's: no record has `", id_key, "`"));
  }
  // One of them may be any that is asked for.
  if (nameless > 0) told.push_back({kBadGateway, "Falcon sent a record without its id", ""});
  TakeErrors(told, ids, asked, *this);
  return absl::OkStatus();
}

void LookupResult::MergeSubset(const LookupResult& others, Ids ids) {
  const size_t before = documents.size();
  documents.insert(documents.end(), others.documents.begin(), others.documents.end());
  for (const std::string& id : ids) {
    const auto place = others.places.find(id);
    if (place != others.places.end()) {
      places.emplace(id, Place{before + place->second.document, place->second.resource});
    }
    const auto error = others.errors.find(id);
    if (error != others.errors.end()) errors.insert(*error);
  }
  records_without_id += others.records_without_id;
}

Task<absl::StatusOr<LookupResult>> FetchInChunks(Attempts& attempts, BatchKey lane,
                                                 std::vector<std::string> ids, Reading& reading) {
  std::vector<Chunk> todo = ChunksOf(lane, ids);
  const bool alone = ids.size() == 1;
  size_t most = ids.size();  // a call, as far as Falcon found none too large
  int extra_calls = 0;
  LookupResult found;
  while (!todo.empty()) {
    const Chunk chunk = todo.back();
    todo.pop_back();
    if ((chunk.refused && chunk.ids.size() > 1) || chunk.ids.size() > most) {
      Split(chunk, todo);
      continue;
    }
    if (chunk.part && ++extra_calls > kMaxExtraCalls) {
      LeaveOut(chunk.ids, found);
      continue;
    }
    UpstreamCall call = CallFor(lane, chunk.ids);
    absl::StatusOr<json::Document> document = co_await attempts.Call(std::move(call), reading);
    const bool too_large = Reason(document.status()) == "UPSTREAM_BODY_TOO_LARGE";
    const bool refused = RefusesIds(document.status());
    if ((too_large || refused) && chunk.ids.size() > 1) {
      if (too_large) most = (chunk.ids.size() + 1) / 2;
      if (refused && !chunk.part) attempts.CountBisection();
      Split({.ids = chunk.ids, .part = refused}, todo);
      continue;
    }
    found.as_of = std::min(found.as_of, reading.as_of.value_or(found.as_of));
    if (refused && (!alone || document.status().code() == absl::StatusCode::kNotFound)) {
      Refuse(chunk.ids.front(), document.status(), found);
      continue;
    }
    if (!document.ok()) co_return document.status();
    CO_RETURN_IF_ERROR(found.Take(*std::move(document), lane.id_key, chunk.ids));
    if (chunk.first_half) todo.back().refused = true;
  }
  co_return found;
}

}  // namespace falcon::upstream
