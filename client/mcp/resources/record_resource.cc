// Reads whole records by Get, and the gateway's status.
#include "mcp/resources/record_resource.h"

#include <algorithm>
#include <array>
#include <memory>

#include "mcp/resources/record_id.h"
#include "mcp/tools/answer_parts.h"
#include "mcp/tools/failure_result.h"
#include "mcp/tools/fit_records.h"
#include "mcp/tools/json_object.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

// Keys and notes around the record.
constexpr size_t kEnvelopeBytes = 1024;
// A gateway that is there answers this from memory.
constexpr std::chrono::milliseconds kStatusTimeout = std::chrono::seconds(5);

constexpr std::array<RecordKind, 3> kKinds = {{
    {"hosts", "device_id", "host", &IsDeviceId, "32 hexadecimal digits"},
    {"detections", "composite_id", "detection", &IsCompositeId, "<cid>:<kind>:<rest>"},
    {"incidents", "id", "incident", &IsIncidentId, "letters, digits and dashes"},
}};

client::Answer Ask(const Bridge& bridge, const client::Method& method,
                   const google::protobuf::Message& request, std::chrono::milliseconds timeout,
                   const CallContext& context) {
  client::CallSettings settings;
  settings.timeout = timeout;
  settings.stop = context.stop;
  return bridge.gateway.Unary(method, request, settings);
}

std::string Told(const client::Failure& failure, const Bridge& bridge) {
  return FailureSentences(failure, bridge, [](const std::string& field) { return field; });
}

// gRPC's and Abseil's codes are the same numbers.
absl::Status StatusOf(const client::Failure& failure, const RecordKind& kind,
                      const Bridge& bridge) {
  if (failure.code == grpc::StatusCode::NOT_FOUND) {
    return absl::NotFoundError(StrCat("Falcon knows no ", kind.one, " with this ", kind.id_field,
                                      ". search_", kind.noun, " finds the ones there are."));
  }
  return absl::Status(static_cast<absl::StatusCode>(failure.code), Told(failure, bridge));
}

std::string Envelope(const client::Method& method,
                     std::unique_ptr<google::protobuf::Message> answer, size_t bytes) {
  const AnswerParts parts = PartsOf(method, std::move(answer));
  const google::protobuf::FieldDescriptor& field = *RecordsField(method);
  const ShownRecords shown = FitOne(client::MessageAt(*parts.records, field, -1), Format::kJson,
                                    bytes - std::min(bytes, kEnvelopeBytes));
  JsonObject object;
  object.Add(field.name(), shown.json);
  std::vector<std::string> notes = parts.notes.sentences;
  if (std::string cuts = CutsSentence(shown.cuts); !cuts.empty()) notes.push_back(cuts);
  AddNotes(object, shown.cut, parts.notes, client::Join(notes, " "));
  return object.Take();
}

}  // namespace

std::span<const RecordKind> RecordKinds() { return kKinds; }

absl::StatusOr<std::string> ReadRecord(const Bridge& bridge, const RecordKind& kind,
                                       const std::string& id, const CallContext& context) {
  const client::Method* method = bridge.catalog.Find(kind.noun, "get");
  if (method == nullptr) return absl::NotFoundError("There is no such resource.");
  const auto request = bridge.catalog.NewMessage(*method->descriptor->input_type());
  const auto* field = method->descriptor->input_type()->FindFieldByName(std::string(kind.id_field));
  request->GetReflection()->SetString(request.get(), field, id);
  client::Answer answer = Ask(bridge, *method, *request, bridge.timeout, context);
  if (answer.failure) return StatusOf(*answer.failure, kind, bridge);
  return Envelope(*method, std::move(answer.message), bridge.result_bytes);
}

std::string ReadStatus(const Bridge& bridge, const CallContext& context) {
  JsonObject object;
  object.AddText("gateway", bridge.address);
  const client::Method* method = bridge.catalog.Find("", "status");
  const auto request = bridge.catalog.NewMessage(*method->descriptor->input_type());
  const client::Answer answer =
      Ask(bridge, *method, *request, std::min(bridge.timeout, kStatusTimeout), context);
  object.AddBool("answers", !answer.failure);
  if (answer.failure) {
    object.AddText("problem", Told(*answer.failure, bridge));
  } else {
    object.Add("status", FitOne(*answer.message, Format::kJson, bridge.result_bytes).json);
  }
  return object.Take();
}

}  // namespace falcon::mcp
