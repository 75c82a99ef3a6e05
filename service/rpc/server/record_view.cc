// Reads `view` and `read_mask`.
#include "rpc/server/record_view.h"

namespace falcon::rpc {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

const FieldMask* MaskOf(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("read_mask");
  if (field == nullptr || !request.GetReflection()->HasField(request, field)) return nullptr;
  const auto* mask = google::protobuf::DynamicCastToGenerated<FieldMask>(
      &request.GetReflection()->GetMessage(request, field));
  return mask == nullptr || mask->paths().empty() ? nullptr : mask;
}

v1::RecordView ShownView(const Message& request) {
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  const FieldDescriptor* field = type.FindFieldByName("view");
  if (field == nullptr || MaskOf(request) != nullptr) return v1::RECORD_VIEW_UNSPECIFIED;
  const int view = request.GetReflection()->GetEnumValue(request, field);
  if (view != v1::RECORD_VIEW_UNSPECIFIED) return static_cast<v1::RecordView>(view);
  const bool pages =
      type.FindFieldByName("page_size") != nullptr || type.FindFieldByName("batch_size") != nullptr;
  return pages ? v1::RECORD_VIEW_BRIEF : v1::RECORD_VIEW_FULL;
}

}  // namespace falcon::rpc
