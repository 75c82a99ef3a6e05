// Runs an export whose messages are counted instead of sent.
#include "rpc/services/full_read.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "google/protobuf/field_mask.pb.h"
#include "rpc/server/field_access.h"
#include "rpc/server/request_bounds.h"
#include "runtime/cpu_pool.h"
#include "upstream/paging/cursor.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kNotFound = 404;
constexpr size_t kKeptBytes = 4096;  // of a result besides its texts

// Takes the messages of an export and adds their records to the counts.
class CountingStream final : public MessageStream {
 public:
  CountingStream(RpcContext& context, const Message& prototype, const Descriptor* record,
                 const FieldDescriptor* id, std::vector<ValueCounts>& counts,
                 runtime::CpuPool* pool)
      : context_(context),
        prototype_(prototype),
        records_(RecordField(prototype.GetDescriptor(), record)),
        id_(id),
        counts_(counts),
        pool_(pool) {}

  const Message& prototype() const override { return prototype_; }

  Task<absl::Status> Write(const Message& message) override {
    CO_RETURN_IF_ERROR(TakeFacts());
    absl::Status status;
    std::function<void()> add = [&] { status = Add(message); };
    co_await runtime::RunHeavy(pool_, HoldsManyRecords(message), std::move(add));
    co_return status;
  }

  ReadFacts& facts() { return facts_; }

 private:
  // What is missing of this message would be missing in the counts. A record that Falcon listed and
  // no longer knows is not: it is gone.
  absl::Status TakeFacts() {
    for (const json::ApiError& error : context_.stats.errors) {
      if (error.code == kNotFound) continue;
      return WithMetadata(Error(absl::StatusCode::kUnavailable, "UPSTREAM_ERROR",
                                "Falcon did not answer for all records, so nothing is counted"),
                          kUpstreamText, error.message);
    }
    if (context_.report.skipped_records > 0) {
      return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                   "Falcon's answer holds records that cannot be read, so nothing is counted");
    }
    if (!context_.effective_filter.empty() && facts_.effective_filter.empty()) {
      facts_.effective_filter = context_.effective_filter;
      facts_.interval = context_.interval;
    }
    facts_.stats.Merge(context_.stats, /*charge=*/false);
    facts_.report.Add(context_.report);
    return absl::OkStatus();
  }

  absl::Status Add(const Message& message) {
    const auto& reflection = *message.GetReflection();
    std::unordered_set<uint64_t> ids;
    for (int i = 0; i < reflection.FieldSize(message, records_); ++i) {
      const Message& record = reflection.GetRepeatedMessage(message, records_, i);
      const std::string id = record.GetReflection()->GetString(record, id_);
      const uint64_t hash = upstream::IdHash(id);
      const bool seen = before_.contains(hash) || !ids.insert(hash).second;
      if (seen && !id.empty()) continue;
      ++facts_.records;
      for (ValueCounts& counts : counts_) RETURN_IF_ERROR(counts.Add(record));
    }
    before_ = std::move(ids);
    return absl::OkStatus();
  }

  RpcContext& context_;
  const Message& prototype_;
  const FieldDescriptor* records_;
  const FieldDescriptor* id_;
  std::vector<ValueCounts>& counts_;
  runtime::CpuPool* pool_;
  ReadFacts facts_;
  // An export has each record once. Should Falcon's pages overlap, the record comes within two.
  std::unordered_set<uint64_t> before_;  // IdHash of the message before
};

// Never called: its export ends before Falcon is asked.
class NoStream final : public MessageStream {
 public:
  explicit NoStream(const Message& prototype) : prototype_(prototype) {}
  const Message& prototype() const override { return prototype_; }
  Task<absl::Status> Write(const Message& /*message*/) override { co_return absl::OkStatus(); }

 private:
  const Message& prototype_;
};

v1::AggregationInterval IntervalOf(const Message& request, RequestValidator& validator) {
  const auto* field = FieldNamed(request.GetDescriptor(), "interval");
  const int interval = request.GetReflection()->GetEnumValue(request, field);
  if (!v1::AggregationInterval_IsValid(interval)) {
    validator.AddViolation(
        "interval", StrCat("no interval has number ", interval, "; HOUR, DAY, WEEK or MONTH"));
  }
  return static_cast<v1::AggregationInterval>(interval);
}

// Equal for requests with equal results.
std::string KeyOf(const Message& request) {
  const std::unique_ptr<Message> key(request.New());
  key->CopyFrom(request);
  key->GetReflection()->ClearField(key.get(), FieldNamed(key->GetDescriptor(), "read_options"));
  return StrCat(ReadOptionsOf(request).filter_check(), " ", key->SerializeAsString());
}

void CopyField(const Message& from, std::string_view name, Message& to) {
  const auto* source = FieldNamed(from.GetDescriptor(), name);
  if (!from.GetReflection()->HasField(from, source)) return;
  to.GetReflection()
      ->MutableMessage(&to, FieldNamed(to.GetDescriptor(), name))
      ->CopyFrom(from.GetReflection()->GetMessage(from, source));
}

// `upstream_calls`: of this RPC.
void Describe(const ReadFacts& facts, int upstream_calls, RpcContext& context) {
  context.stats = facts.stats;
  context.stats.upstream_calls = upstream_calls;
  context.report = facts.report;
  context.effective_filter = facts.effective_filter;
  context.interval = facts.interval;
  context.earlier_calls = 0;
  context.earlier_skipped = 0;
}

}  // namespace

std::vector<ValueCounts> FullReads::CountsOf(const Message& request,
                                             RequestValidator& validator) const {
  const v1::AggregationInterval interval = IntervalOf(request, validator);
  const auto* field = FieldNamed(request.GetDescriptor(), "fields");
  std::vector<ValueCounts> counts;
  for (int i = 0; i < request.GetReflection()->FieldSize(request, field); ++i) {
    absl::StatusOr<ValueCounts> one =
        ValueCounts::Of(request.GetReflection()->GetRepeatedString(request, field, i),
                        StrCat("fields[", i, "]"), interval, record_, catalogue_);
    if (one.ok()) {
      counts.push_back(*std::move(one));
    } else {
      validator.Add(one.status());
    }
  }
  return counts;
}

std::unique_ptr<Message> FullReads::ExportRequest(const Message& request,
                                                  const std::vector<ValueCounts>& counts,
                                                  const ExportMethod& method) const {
  std::unique_ptr<Message> all(method.request.New());
  CopyField(request, "filter", *all);
  CopyField(request, "read_options", *all);
  auto& mask = *MutableMessage<google::protobuf::FieldMask>(*all, "read_mask");
  mask.add_paths(id_field_->name());
  for (const ValueCounts& one : counts) mask.add_paths(one.path());
  return all;
}

bool FullReads::Reuse(const std::string& key, RpcContext& context, Message& response) {
  const milliseconds max_age =
      std::min<milliseconds>(context.options.max_staleness.value_or(kMaxAge), kMaxAge);
  if (context.options.validate_only || max_age.count() == 0) return false;
  const SteadyTime now = deps_.clock.Now();
  const Kept* kept =
      kept_.Find(key, [&](const Kept& result) { return now - result.at <= max_age; });
  if (kept == nullptr || !response.ParseFromString(kept->response)) return false;
  Describe(kept->facts, /*upstream_calls=*/0, context);
  context.stats.AddAge(std::chrono::ceil<milliseconds>(now - kept->at));
  return true;
}

Task<absl::Status> FullReads::Count(RpcContext& context, const Message& request, Message& response,
                                    ExportMethod method) {
  RequestValidator validator;
  std::vector<ValueCounts> counts = CountsOf(request, validator);
  if (!BoolField(request, "allow_full_read")) {
    validator.Add(InvalidField(
        "allow_full_read",
        "Falcon does not count these records, so the gateway reads every one that matches, as an "
        "export does; set it to allow that",
        "FULL_READ_REQUIRED"));
  }
  const std::unique_ptr<Message> all = ExportRequest(request, counts, method);
  if (!validator.status().ok()) {
    context.options.validate_only = true;
    NoStream nowhere(method.response);
    const absl::Status checked = co_await method.run(context, *all, nowhere);
    if (!upstream::IsValidated(checked)) validator.Add(checked);
    co_return validator.status();
  }
  std::string key = KeyOf(request);
  if (Reuse(key, context, response)) co_return absl::OkStatus();
  // The age of a result is that of its oldest page.
  context.options.max_staleness.reset();
  const SteadyTime start = deps_.clock.Now();
  CountingStream stream(context, method.response, record_, id_field_, counts, deps_.pool);
  CO_RETURN_IF_ERROR(co_await method.run(context, *all, stream));
  ReadFacts& facts = stream.facts();
  const auto* tables = RecordField(response.GetDescriptor(), v1::AggregationTable::descriptor());
  const auto size = static_cast<size_t>(PageSize(request, "size"));
  for (const ValueCounts& one : counts) {
    response.GetReflection()->AddMessage(&response, tables)->CopyFrom(one.Table(size));
  }
  auto& cost = *MutableMessage<v1::FullReadCost>(response, "cost");
  cost.set_records(facts.records);
  cost.set_upstream_calls(context.upstream_calls());
  Describe(facts, context.upstream_calls(), context);
  std::string text = response.SerializeAsString();
  const size_t weight = key.size() + text.size() + kKeptBytes;
  kept_.Put(std::move(key), {std::move(text), std::move(facts), start}, weight);
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc
