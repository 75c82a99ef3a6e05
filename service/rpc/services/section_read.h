// SectionRead: one read of an investigation, and how its outcome is told.
#ifndef FALCON_RPC_SERVICES_SECTION_READ_H_
#define FALCON_RPC_SERVICES_SECTION_READ_H_

#include <memory>
#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/investigations.pb.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

// A List request where `request` has a `filter`, else a BatchGet request. The collection outlives it.
struct SectionRead {
  v1::InvestigationSection section;
  const Collection* collection;
  std::unique_ptr<google::protobuf::Message> request;
  std::unique_ptr<google::protobuf::Message> response;
  upstream::Parameters query = {};  // of a BatchGet: further parameters for Falcon
};

// Reads all in parallel, in three quarters of the time that `context` has left. Adds the records to
// the fields of `investigation` that the sections are named after, none twice, and says in its
// `sections` how they were read. Counts into `context`. CANCELLED where the RPC is; nothing else fails.
Task<absl::Status> ReadSections(const ServiceDeps& deps, std::vector<SectionRead> reads,
                                RpcContext& context, v1::Investigation& investigation);

// Says that a section was read as `state`, because of `message`. Of two reads of one section the
// better state stands where they agree, else PARTIAL.
void TellSection(v1::InvestigationSection section, v1::SectionState state, std::string_view message,
                 v1::Investigation& investigation);
// FAILED, with the status.
void TellFailure(v1::InvestigationSection section, const absl::Status& status,
                 v1::Investigation& investigation);
v1::SectionState StateOf(v1::InvestigationSection section, const v1::Investigation& investigation);

// Removes the records and the state of a section.
void ClearSection(v1::InvestigationSection section, v1::Investigation& investigation);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_SECTION_READ_H_
