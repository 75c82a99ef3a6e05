// Records decoded, order restored.
#include "falcon/lookup.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/record_fields.h"

namespace falcon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::vector<std::string> Distinct(const std::vector<std::string>& ids) {
  std::vector<std::string> distinct;
  std::set<std::string_view> known;
  for (const std::string& id : ids) {
    if (known.insert(id).second) distinct.push_back(id);
  }
  return distinct;
}

Lane LaneOf(const LookupPlan& plan) {
  return {.operation = plan.operation,
          .id_key = json::JsonKey(plan.id_field),
          .query = plan.query,
          .listed_at = plan.listed_at};
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

// An error without a code is none of absence, unless its words say so.
int CodeOf(const json::ApiError& error) {
  if (error.code != 0) return error.code;
  const std::string text = Lower(error.message);
  for (const std::string_view absent : {"not found", "no such", "not find", "not exist"}) {
    if (text.find(absent) != std::string::npos) return 404;
  }
  return 500;
}

}  // namespace

v1::PartialError Entities::Missing(const std::string& id) const {
  v1::PartialError missing;
  const auto error = errors.find(id);
  const bool silent = error == errors.end();
  missing.set_code(silent ? 404 : CodeOf(error->second));
  missing.set_message(silent ? "Falcon returned no such record"
                             : EscapeHostile(error->second.message, 256));
  missing.set_id(id);
  return missing;
}

Task<absl::StatusOr<Entities>> FetchEntities(Caller& caller, LookupPlan plan,
                                             std::vector<std::string> ids, Reading& reading,
                                             const Message& prototype, json::DecodeReport& report) {
  if (plan.staleness) reading.staleness = plan.staleness;
  std::vector<std::string> distinct = Distinct(ids);
  Lane lane = LaneOf(plan);
  ASSIGN_OR_CO_RETURN(const std::shared_ptr<const Found> all,
                      co_await caller.Find(std::move(lane), distinct, reading));
  const json::DecodeOptions options = AlsoDecoding(plan.options, {plan.id_field});
  report.skipped_records += all->unnamed;
  Entities found;
  for (const std::string& id : distinct) {
    const auto error = all->errors.find(id);
    if (error != all->errors.end()) found.errors.emplace(*error);
    const auto place = all->places.find(id);
    if (place == all->places.end()) continue;
    const auto [document, resource] = place->second;
    std::unique_ptr<Message> record(prototype.New());
    if (!plan.decoder->Decode(all->documents[document], resource, options, *record, report)) {
      ++report.skipped_records;
      continue;
    }
    ClearUnselected(plan.options, {plan.id_field}, *record);
    found.records.emplace(id, std::move(record));
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
