// Chunks out, records back, order restored.
#include "falcon/lookup.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/record_fields.h"
#include "falcon/request_text.h"

namespace falcon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Ids = std::span<const std::string>;

std::vector<std::string> Distinct(const std::vector<std::string>& ids) {
  std::vector<std::string> distinct;
  std::set<std::string_view> known;
  for (const std::string& id : ids) {
    if (known.insert(id).second) distinct.push_back(id);
  }
  return distinct;
}

UpstreamCall CallFor(const LookupPlan& plan, Ids ids) {
  const Operation& operation = *plan.operation;
  UpstreamCall call(operation);
  call.query = plan.query;
  if (operation.method == wire::Method::kGet) {
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
std::string IdNamedBy(std::string_view message, const std::set<std::string_view>& ids) {
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

// Says why for each of `ids` that has no record. An error that names none of them, and is no 404,
// may concern any: better said of all than a record denied that exists.
void TakeErrors(const std::vector<json::ApiError>& errors, Ids ids, Entities& found) {
  const std::set<std::string_view> asked(ids.begin(), ids.end());
  const json::ApiError* loose = nullptr;
  for (const json::ApiError& error : errors) {
    const std::string id = error.id.empty() ? IdNamedBy(error.message, asked) : error.id;
    if (!id.empty()) {
      found.errors.emplace(id, error);
    } else if (error.code != 404 && loose == nullptr) {
      loose = &error;
    }
  }
  if (loose == nullptr) return;
  for (const std::string& id : ids) {
    if (!found.records.contains(id)) found.errors.emplace(id, *loose);
  }
}

void TakeRecords(const LookupPlan& plan, const Message& prototype, const json::Document& document,
                 Entities& found, json::DecodeReport& report) {
  const json::DecodeOptions options = AlsoDecoding(plan.options, {plan.id_field});
  for (size_t i = 0; i < document.envelope().resources; ++i) {
    std::unique_ptr<Message> record(prototype.New());
    const bool decoded = plan.decoder->Decode(document, i, options, *record, report);
    const std::string id = decoded ? TextOf(*record, plan.id_field) : "";
    if (id.empty()) {
      ++report.skipped_records;
      continue;
    }
    ClearUnselected(plan.options, {plan.id_field}, *record);
    found.records.emplace(id, std::move(record));
  }
}

void Fill(const std::vector<std::string>& ids, const std::vector<std::string>& distinct,
          Entities& found, const FieldDescriptor* records, const FieldDescriptor* missing,
          Message& answer) {
  const auto& reflection = *answer.GetReflection();
  const bool once = ids.size() == distinct.size();
  for (const std::string& id : ids) {
    const auto record = found.records.find(id);
    if (record == found.records.end()) continue;
    if (once) {
      reflection.AddAllocatedMessage(&answer, records, record->second.release());
    } else {
      reflection.AddMessage(&answer, records)->CopyFrom(*record->second);
    }
  }
  for (const std::string& id : distinct) {
    if (!found.records.contains(id)) {
      reflection.AddMessage(&answer, missing)->CopyFrom(found.Missing(id));
    }
  }
}

}  // namespace

v1::PartialError Entities::Missing(const std::string& id) const {
  v1::PartialError missing;
  const auto error = errors.find(id);
  const bool silent = error == errors.end();
  missing.set_code(silent || error->second.code == 0 ? 404 : error->second.code);
  missing.set_message(silent ? "Falcon returned no such record"
                             : EscapeHostile(error->second.message, 256));
  missing.set_id(id);
  return missing;
}

Task<absl::StatusOr<Entities>> FetchEntities(Caller& caller, LookupPlan plan,
                                             std::vector<std::string> ids, Reading& reading,
                                             const Message& prototype, json::DecodeReport& report) {
  const std::vector<std::string> distinct = Distinct(ids);
  Entities found;
  auto chunk = static_cast<size_t>(std::max(1, plan.operation->max_ids));
  for (size_t at = 0; at < distinct.size();) {
    const Ids part = Ids(distinct).subspan(at, std::min(chunk, distinct.size() - at));
    UpstreamCall call = CallFor(plan, part);
    const absl::StatusOr<json::Document> document = co_await caller.Call(std::move(call), reading);
    const bool too_large = Reason(document.status()) == "UPSTREAM_BODY_TOO_LARGE";
    if (too_large && part.size() > 1) {
      chunk = (part.size() + 1) / 2;
      continue;
    }
    at += part.size();
    if (document.status().code() == absl::StatusCode::kNotFound) continue;
    if (!document.ok()) co_return document.status();
    TakeRecords(plan, prototype, *document, found, report);
    TakeErrors(document->envelope().errors, part, found);
  }
  co_return found;
}

Task<absl::Status> LookUp(Caller& caller, LookupPlan plan, std::vector<std::string> ids,
                          Reading& reading, Message& answer, std::string records,
                          std::string missing, json::DecodeReport& report) {
  const FieldDescriptor* records_field = answer.GetDescriptor()->FindFieldByName(records);
  const FieldDescriptor* missing_field = answer.GetDescriptor()->FindFieldByName(missing);
  const Message& prototype =
      *answer.GetReflection()->GetMessageFactory()->GetPrototype(records_field->message_type());
  ASSIGN_OR_CO_RETURN(Entities found, co_await FetchEntities(caller, std::move(plan), ids, reading,
                                                             prototype, report));
  Fill(ids, Distinct(ids), found, records_field, missing_field, answer);
  co_return absl::OkStatus();
}

}  // namespace falcon
