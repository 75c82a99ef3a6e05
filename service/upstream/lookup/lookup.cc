// Records decoded, order restored.
#include "upstream/lookup/lookup.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
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

// Resources without an id: no look-up finds them.
void CountUnnamed(const LookupResult& all, const LookupPlan& plan, json::DecodeReport& report) {
  if (all.records_without_id == 0) return;
  json::DecodeReport::Field* field =
      report.AddRecord(plan.id_field->containing_type()->name(), all.records_without_id);
  if (field == nullptr) return;
  const std::string key = json::JsonKey(plan.id_field);
  for (const json::Document& document : all.documents) {
    for (size_t i = 0; i < document.envelope().resources && field->example.empty(); ++i) {
      if (!document.TextOf(i, key).empty()) continue;
      field->example = EscapeUnsafe(document.ResourceText(i), json::DecodeReport::kMaxExampleBytes);
    }
  }
}

size_t AddMissing(const std::vector<std::string>& ids, const Entities& found,
                  const FieldDescriptor* missing, Message& answer) {
  size_t bytes = 0;
  for (const std::string& id : ids) {
    if (found.records.contains(id)) continue;
    Message& entry = *answer.GetReflection()->AddMessage(&answer, missing);
    entry.CopyFrom(found.Missing(id));
    bytes += entry.ByteSizeLong() + kFieldBytes;
  }
  return bytes;
}

struct AnswerFields {
  const FieldDescriptor* records;
  const FieldDescriptor* missing;
};

// Fills `answer` with records while there is room, at least one; the ids of others are deferred.
// `ids`: each once.
void Fill(const std::vector<std::string>& ids, Entities& found, AnswerFields fields,
          size_t answer_bytes, CallStats& stats, Message& answer) {
  size_t beside = AddMissing(ids, found, fields.missing, answer);
  for (const std::string& id : ids) {
    if (found.records.contains(id)) beside += id.size() + kFieldBytes;  // if all were deferred
  }
  size_t room = answer_bytes - std::min(beside, answer_bytes / 2);
  const auto& reflection = *answer.GetReflection();
  bool full = false;  // the order of the ids stays: nothing comes after the first that is deferred
  for (const std::string& id : ids) {
    const auto record = found.records.find(id);
    if (record == found.records.end()) continue;
    const size_t bytes = record->second->ByteSizeLong() + kFieldBytes;
    const bool first = reflection.FieldSize(answer, fields.records) == 0;
    if ((full || bytes > room) && !first) {
      full = true;
      stats.deferred_ids.push_back(id);
      continue;
    }
    FitTexts(*record->second, room, id, stats);
    room -= std::min(room, bytes);
    reflection.AddAllocatedMessage(&answer, fields.records, record->second.release());
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

Entities Decode(const LookupResult& all, const LookupPlan& plan,
                const std::vector<std::string>& ids, const Message& prototype,
                json::DecodeReport& report) {
  const json::DecodeOptions options = AlsoDecoding(plan.options, {plan.id_field});
  CountUnnamed(all, plan, report);
  Entities found;
  for (const std::string& id : ids) {
    const auto error = all.errors.find(id);
    if (error != all.errors.end()) found.errors.emplace(*error);
    const auto ref = all.records.find(id);
    if (ref == all.records.end()) continue;
    const auto [document, resource] = ref->second;
    std::unique_ptr<Message> record(prototype.New());
    if (!plan.decoder->Decode(all.documents[document], resource, options, *record, report)) {
      continue;
    }
    ClearUnselected(plan.options, {plan.id_field}, *record);
    found.records.emplace(id, std::move(record));
  }
  return found;
}

}  // namespace

v1::PartialError Entities::Missing(const std::string& id) const {
  v1::PartialError missing;
  const auto error = errors.find(id);
  const bool silent = error == errors.end();
  missing.set_code(silent ? 404 : CodeOf(error->second));
  missing.set_message(silent ? "Falcon returned no such record"
                             : EscapeUnsafe(error->second.message, 256));
  missing.set_id(id);
  return missing;
}

Task<absl::StatusOr<Entities>> LookupRecords(ReadContext read, LookupPlan plan,
                                             std::vector<std::string> ids, const Message& prototype,
                                             json::DecodeReport& report) {
  const LookupRequest request{
      .key = {plan.operation, json::JsonKey(plan.id_field), std::move(plan.query)},
      .ids = Distinct(ids),
      .listed_at = plan.listed_at};
  ASSIGN_OR_CO_RETURN(const std::shared_ptr<const LookupResult> all,
                      co_await read.client.Lookup(request, read.options, read.stats));
  Entities found;
  std::function<void()> decode = [&] {
    found = Decode(*all, plan, request.ids, prototype, report);
  };
  const bool many = request.ids.size() >= runtime::kManyRecords;
  co_await runtime::RunHeavy(read.pool, many, std::move(decode));
  co_return found;
}

Task<absl::Status> LookupInto(ReadContext read, LookupPlan plan, std::vector<std::string> ids,
                              Message& answer, std::string records, json::DecodeReport& report) {
  const FieldDescriptor* records_field = answer.GetDescriptor()->FindFieldByName(records);
  const FieldDescriptor* missing_field = answer.GetDescriptor()->FindFieldByName("missing");
  const Message& prototype =
      *answer.GetReflection()->GetMessageFactory()->GetPrototype(records_field->message_type());
  const size_t answer_bytes = plan.answer_bytes;
  ids = Distinct(ids);
  ASSIGN_OR_CO_RETURN(Entities found,
                      co_await LookupRecords(read, std::move(plan), ids, prototype, report));
  Fill(ids, found, {records_field, missing_field}, answer_bytes, read.stats, answer);
  co_return absl::OkStatus();
}

}  // namespace falcon::upstream
