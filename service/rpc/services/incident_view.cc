// Reads a mask for what `derived` needs, and prunes records to it.
#include "rpc/services/incident_view.h"

#include "google/protobuf/message.h"
#include "rpc/server/record_view.h"

namespace falcon::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kStatus[] = "status";
constexpr char kAlertIds[] = "evidence.alerts.records.selector.id";

void Prune(const json::FieldSelection& selection, Message& message) {
  if (selection.everything()) return;
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->name() == "additional_fields") continue;
    if (!selection.Has(field)) {
      reflection.ClearField(&message, field);
    } else if (field->is_repeated() && field->message_type() != nullptr) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        Prune(selection.Below(field), *reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else if (field->message_type() != nullptr) {
      Prune(selection.Below(field), *reflection.MutableMessage(&message, field));
    }
  }
}

}  // namespace

IncidentView::IncidentView(const Message& request) {
  const auto* record = v1::Incident::descriptor();
  if (const google::protobuf::FieldMask* mask = MaskOf(request)) {
    const auto selection = json::FieldSelection::FromMask(*mask, record);
    if (!selection.ok()) return;
    selection_ = *selection;
  } else if (ShownView(request) == v1::RECORD_VIEW_BRIEF) {
    selection_ = json::FieldSelection::Brief(record);
  }
  const FieldDescriptor* derived = record->FindFieldByName("derived");
  if (!selection_.Has(derived)) return;
  derived_ = true;
  const json::FieldSelection below = selection_.Below(derived);
  for (int i = 0; i < derived->message_type()->field_count(); ++i) {
    const FieldDescriptor* field = derived->message_type()->field(i);
    if (!below.Has(field) || field->name() == "state") continue;
    from_evidence_ = true;
    from_alerts_ = from_alerts_ || field->name() != "alert_count";
  }
}

void IncidentView::AddSources(google::protobuf::FieldMask& mask) const {
  if (!derived_ || selection_.everything()) return;
  mask.add_paths(kStatus);
  if (from_evidence_) mask.add_paths(kAlertIds);
}

void IncidentView::Keep(v1::Incident& incident) const { Prune(selection_, incident); }

}  // namespace falcon::rpc
