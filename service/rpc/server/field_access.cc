// Reflection by field names.
#include "rpc/server/field_access.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/stubs/logging.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

template <class Matches>
const FieldDescriptor* OnlyField(const Descriptor* message, const Matches& matches) {
  const FieldDescriptor* found = nullptr;
  for (int i = 0; i < message->field_count(); ++i) {
    if (!matches(*message->field(i))) continue;
    GOOGLE_CHECK(found == nullptr) << message->full_name() << " has two fields for one purpose";
    found = message->field(i);
  }
  GOOGLE_CHECK(found != nullptr) << message->full_name() << " lacks a field";
  return found;
}

}  // namespace

const FieldDescriptor* RecordField(const Descriptor* message, const Descriptor* record) {
  return OnlyField(message,
                   [&](const FieldDescriptor& field) { return field.message_type() == record; });
}

const FieldDescriptor* PluralField(const Descriptor* message, std::string_view singular) {
  return OnlyField(message, [&](const FieldDescriptor& field) {
    return field.is_repeated() &&
           field.options().GetExtension(options::v1::singular_name) == singular;
  });
}

const FieldDescriptor* FieldNamed(const Descriptor* message, std::string_view name) {
  const auto* field = message->FindFieldByName(std::string(name));
  GOOGLE_CHECK(field != nullptr) << message->full_name() << " has no field " << std::string(name);
  return field;
}

std::string StringField(const Message& message, std::string_view name) {
  return message.GetReflection()->GetString(message, FieldNamed(message.GetDescriptor(), name));
}

bool BoolField(const Message& message, std::string_view name) {
  return message.GetReflection()->GetBool(message, FieldNamed(message.GetDescriptor(), name));
}

void SetString(Message& message, std::string_view name, std::string value) {
  const auto* field = FieldNamed(message.GetDescriptor(), name);
  message.GetReflection()->SetString(&message, field, std::move(value));
}

void SetInt64(Message& message, std::string_view name, int64_t value) {
  const auto* field = FieldNamed(message.GetDescriptor(), name);
  message.GetReflection()->SetInt64(&message, field, value);
}

const v1::ReadOptions& ReadOptionsOf(const Message& request) {
  const bool has = request.GetDescriptor()->FindFieldByName("read_options") != nullptr;
  const auto* options = has ? MessageField<v1::ReadOptions>(request, "read_options") : nullptr;
  return options == nullptr ? v1::ReadOptions::default_instance() : *options;
}

const FieldMask* MaskOf(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("read_mask");
  if (field == nullptr || !request.GetReflection()->HasField(request, field)) return nullptr;
  const auto* mask = google::protobuf::DynamicCastToGenerated<FieldMask>(
      &request.GetReflection()->GetMessage(request, field));
  return mask == nullptr || mask->paths().empty() ? nullptr : mask;
}

bool Selects(const FieldMask& mask, std::string_view path) {
  return std::any_of(mask.paths().begin(), mask.paths().end(), [path](const std::string& selected) {
    return selected == path || selected.starts_with(StrCat(path, "."));
  });
}

v1::RecordView ShownView(const Message& request) {
  const Descriptor& type = *request.GetDescriptor();
  const FieldDescriptor* field = type.FindFieldByName("view");
  if (field == nullptr || MaskOf(request) != nullptr) return v1::RECORD_VIEW_UNSPECIFIED;
  const int view = request.GetReflection()->GetEnumValue(request, field);
  if (view != v1::RECORD_VIEW_UNSPECIFIED) return static_cast<v1::RecordView>(view);
  const bool pages =
      type.FindFieldByName("page_size") != nullptr || type.FindFieldByName("batch_size") != nullptr;
  return pages ? v1::RECORD_VIEW_BRIEF : v1::RECORD_VIEW_FULL;
}

}  // namespace falcon::rpc
