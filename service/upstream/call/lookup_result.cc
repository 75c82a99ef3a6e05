// By ID: records, and why there is none.
#include "upstream/call/lookup_result.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

using Ids = std::span<const std::string>;

constexpr int kBadGateway = 502;

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
int64_t AddRecords(json::Document document, const std::string& id_key, AskedCase& asked,
                   LookupResult& found) {
  int64_t records_without_id = 0;
  for (size_t i = 0; i < document.envelope().resources; ++i) {
    std::string id = document.TextOf(i, id_key);
    if (id.empty()) {
      ++records_without_id;
    } else {
      found.records.emplace(asked.Of(std::move(id)),
                            LookupResult::RecordRef{found.documents.size(), i});
    }
  }
  found.documents.push_back(std::move(document));
  found.records_without_id += records_without_id;
  return records_without_id;
}

// An error that names none of the ids, and is no 404, may concern any: better said of all than a
// record denied that exists.
void AddErrors(const std::vector<json::ApiError>& errors, Ids ids, AskedCase& asked,
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
    if (!found.records.contains(id)) found.errors.emplace(id, *unattributed_errors);
  }
}

}  // namespace

absl::Status LookupResult::Add(json::Document document, const std::string& id_key, Ids ids) {
  std::vector<json::ApiError> told = document.envelope().errors;
  const auto all = static_cast<int64_t>(document.envelope().resources);
  AskedCase asked(ids);
  const int64_t nameless = AddRecords(std::move(document), id_key, asked, *this);
  if (nameless > 0 && nameless == all) {
    return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                 StrCat("what came is no answer of Falcon's: no record has `", id_key, "`"));
  }
  // One of them may be any that is asked for.
  if (nameless > 0) told.push_back({kBadGateway, "Falcon sent a record without its id", ""});
  AddErrors(told, ids, asked, *this);
  return absl::OkStatus();
}

void LookupResult::MergeSubset(const LookupResult& others, Ids ids) {
  const size_t before = documents.size();
  documents.insert(documents.end(), others.documents.begin(), others.documents.end());
  for (const std::string& id : ids) {
    const auto record = others.records.find(id);
    if (record != others.records.end()) {
      records.emplace(id, RecordRef{before + record->second.document, record->second.resource});
    }
    const auto error = others.errors.find(id);
    if (error != others.errors.end()) errors.insert(*error);
  }
  records_without_id += others.records_without_id;
}

}  // namespace falcon::upstream
