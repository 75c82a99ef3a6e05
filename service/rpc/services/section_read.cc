// Reads sections side by side, and takes their records over.
#include "rpc/services/section_read.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rpc/server/field_access.h"
#include "runtime/concurrency.h"

namespace falcon::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxMessageBytes = 512;

// A read under way. It owns what it uses, since it may end after an RPC that is cancelled.
struct Running {
  Running(SectionRead what, const RpcContext& parent, Deadline until)
      : read(std::move(what)), context(until, parent.options.priority) {
    context.options = parent.options;
    context.options.deadline = until;
  }
  SectionRead read;
  RpcContext context;
};

Task<absl::Status> Run(std::shared_ptr<Running> running) {
  SectionRead& read = running->read;
  if (read.request->GetDescriptor()->FindFieldByName("filter") != nullptr) {
    co_return co_await read.collection->FetchList(running->context, *read.request, *read.response);
  }
  co_return co_await read.collection->FetchMany(running->context, *read.request, *read.response,
                                                std::move(read.query));
}

// "hosts", a field of Investigation.
const FieldDescriptor* FieldOf(v1::InvestigationSection section) {
  const size_t prefix =
      v1::InvestigationSection_Name(v1::INVESTIGATION_SECTION_UNSPECIFIED).find("UNSPECIFIED");
  return FieldNamed(v1::Investigation::descriptor(),
                    Lower(v1::InvestigationSection_Name(section).substr(prefix)));
}

// Returns how many came, those that were there already included.
int TakeRecords(const SectionRead& read, v1::Investigation& investigation) {
  const FieldDescriptor* to = FieldOf(read.section);
  const FieldDescriptor* from = RecordField(read.response->GetDescriptor(), to->message_type());
  const FieldDescriptor* id = read.collection->id_field();
  const auto& reflection = *investigation.GetReflection();
  std::set<std::string> known;
  for (int i = 0; i < reflection.FieldSize(investigation, to); ++i) {
    known.insert(StringField(reflection.GetRepeatedMessage(investigation, to, i), id->name()));
  }
  const auto& of_response = *read.response->GetReflection();
  const int count = of_response.FieldSize(*read.response, from);
  for (int i = 0; i < count; ++i) {
    Message& record = *of_response.MutableRepeatedMessage(read.response.get(), from, i);
    if (!known.insert(StringField(record, id->name())).second) continue;
    Message& taken = *reflection.AddMessage(&investigation, to);
    taken.GetReflection()->Swap(&taken, &record);
  }
  return count;
}

v1::SectionStatus& StatusOf(v1::InvestigationSection section, v1::Investigation& investigation) {
  auto& all = *investigation.mutable_sections();
  const auto found = std::ranges::find(all, section, &v1::SectionStatus::section);
  if (found != all.end()) return *found;
  v1::SectionStatus& status = *all.Add();
  status.set_section(section);
  return status;
}

v1::SectionState Combine(v1::SectionState a, v1::SectionState b) {
  if (a == v1::SECTION_STATE_UNSPECIFIED || a == b) return b;
  if (a == v1::SECTION_STATE_EMPTY || b == v1::SECTION_STATE_EMPTY) {
    return a == v1::SECTION_STATE_EMPTY ? b : a;
  }
  return v1::SECTION_STATE_PARTIAL;
}

// What an answer lacks, in a sentence; empty: nothing.
std::string Lacks(const Running& running, int count) {
  const Message& response = *running.read.response;
  const upstream::CallStats& stats = running.context.stats;
  if (!stats.errors.empty()) return EscapeUnsafe(stats.errors.front().message, kMaxMessageBytes);
  const auto& type = *response.GetDescriptor();
  if (const FieldDescriptor* missing = type.FindFieldByName("missing");
      missing != nullptr && response.GetReflection()->FieldSize(response, missing) > 0) {
    return StrCat(response.GetReflection()->FieldSize(response, missing),
                  " of the ids asked for have no record.");
  }
  if (!stats.deferred_ids.empty()) {
    return StrCat(stats.deferred_ids.size(), " records did not fit into the answer.");
  }
  const bool more = type.FindFieldByName("next_page_token") != nullptr &&
                    !StringField(response, "next_page_token").empty();
  return more ? StrCat("These are the first ", count, "; a List with the same filter has the rest.")
              : std::string();
}

void Tell(const Running& running, const absl::Status& ended, v1::Investigation& investigation) {
  const v1::InvestigationSection section = running.read.section;
  if (!ended.ok()) return TellFailure(section, ended, investigation);
  const int count = TakeRecords(running.read, investigation);
  const std::string lacks = Lacks(running, count);
  const v1::SectionState state = !lacks.empty() ? v1::SECTION_STATE_PARTIAL
                                 : count == 0   ? v1::SECTION_STATE_EMPTY
                                                : v1::SECTION_STATE_COMPLETE;
  TellSection(section, state, lacks, investigation);
  const Message& response = *running.read.response;
  const FieldDescriptor* total = response.GetDescriptor()->FindFieldByName("total_size");
  if (lacks.empty() || total == nullptr || !response.GetReflection()->HasField(response, total)) {
    return;
  }
  StatusOf(section, investigation)
      .set_total_size(response.GetReflection()->GetInt64(response, total));
}

}  // namespace

Task<absl::Status> ReadSections(const ServiceDeps& deps, std::vector<SectionRead> reads,
                                RpcContext& context, v1::Investigation& investigation) {
  const Deadline until =
      Deadline::In(deps.clock, context.options.deadline.Left(deps.clock) * 3 / 4);
  std::vector<std::shared_ptr<Running>> running;
  running.reserve(reads.size());
  for (SectionRead& read : reads) {
    running.push_back(std::make_shared<Running>(std::move(read), context, until));
  }
  const std::function<Task<absl::Status>(size_t)> run = [running](size_t i) {
    return Run(running[i]);
  };
  const std::vector<absl::Status> ended =
      co_await runtime::CollectAllWindowed<absl::Status>(running.size(), running.size(), run);
  for (size_t i = 0; i < running.size(); ++i) {
    if (ended[i].code() == absl::StatusCode::kCancelled) co_return ended[i];
    Tell(*running[i], ended[i], investigation);
    upstream::CallStats& cost = running[i]->context.stats;
    cost.notes.clear();   // they speak of filters that the caller has not written
    cost.errors.clear();  // their section says them
    if (!ended[i].ok()) cost.age = milliseconds(0);
    context.stats.Merge(cost, /*charge=*/true);
    context.report.Add(running[i]->context.report);
  }
  co_return absl::OkStatus();
}

void TellSection(v1::InvestigationSection section, v1::SectionState state, std::string_view message,
                 v1::Investigation& investigation) {
  v1::SectionStatus& status = StatusOf(section, investigation);
  status.set_state(Combine(status.state(), state));
  if (message.empty()) return;
  status.set_message(status.message().empty() ? std::string(message)
                                              : StrCat(status.message(), " ", message));
}

void TellFailure(v1::InvestigationSection section, const absl::Status& status,
                 v1::Investigation& investigation) {
  TellSection(section, v1::SECTION_STATE_FAILED,
              EscapeUnsafe(ToStd(status.message()), kMaxMessageBytes), investigation);
  StatusOf(section, investigation).set_reason(Reason(status));
}

v1::SectionState StateOf(v1::InvestigationSection section, const v1::Investigation& investigation) {
  const auto& all = investigation.sections();
  const auto found = std::ranges::find(all, section, &v1::SectionStatus::section);
  return found == all.end() ? v1::SECTION_STATE_UNSPECIFIED : found->state();
}

void ClearSection(v1::InvestigationSection section, v1::Investigation& investigation) {
  investigation.GetReflection()->ClearField(&investigation, FieldOf(section));
  auto& all = *investigation.mutable_sections();
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const auto& status) { return status.section() == section; }),
            all.end());
}

}  // namespace falcon::rpc
