// RecordView: which fields of a record a request asks for, besides its read_mask.
#ifndef FALCON_RPC_SERVER_RECORD_VIEW_H_
#define FALCON_RPC_SERVER_RECORD_VIEW_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace falcon::rpc {

// The `read_mask` of a request; null: it has none, or one without paths.
const google::protobuf::FieldMask* MaskOf(const google::protobuf::Message& request);

// The `view` of a request, or the default of its method: BRIEF in List and Export, FULL in others.
// UNSPECIFIED where the request has no views, or a mask that overrides them.
v1::RecordView ShownView(const google::protobuf::Message& request);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_RECORD_VIEW_H_
