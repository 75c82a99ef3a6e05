// What does not depend on a message's type: retries, progress of exports, chunks of batches.
#include "falcon_gateway/client.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <vector>

#include "base/time.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"

namespace falcon_gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kMaxAttempts = 5;
constexpr int kDefaultMaxItems = 1000;
constexpr falcon::Backoff kBackoff(milliseconds(500), milliseconds(8'000));

// At least as long as the server told. Clients that failed together spread.
milliseconds DelayAfter(const Failure& failure, int failures) {
  const double jitter = falcon::RandomJitter()();
  if (!failure.retry_delay) return kBackoff.After(failures, jitter);
  return *failure.retry_delay +
         milliseconds(static_cast<int64_t>(static_cast<double>(failure.retry_delay->count()) * 0.1 *
                                           jitter));
}

// False: it was told to stop.
bool Sleep(milliseconds span, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, span, [] { return false; });
  return !stop.stop_requested();
}

std::vector<std::string> TextsOf(const Message& message, const FieldDescriptor& field) {
  const auto& texts = message.GetReflection()->GetRepeatedFieldRef<std::string>(message, &field);
  return {texts.begin(), texts.end()};
}

// The gateway answers a repeated id once.
std::vector<std::string> WithoutRepetition(const std::vector<std::string>& ids) {
  std::vector<std::string> once;
  std::set<std::string_view> seen;
  for (const std::string& id : ids) {
    if (seen.insert(id).second) once.push_back(id);
  }
  return once;
}

v1::ReadInfo* ReadInfoOf(Message& response) {
  const FieldDescriptor* field = response.GetDescriptor()->FindFieldByName("read_info");
  if (field == nullptr) return nullptr;
  return static_cast<v1::ReadInfo*>(response.GetReflection()->MutableMessage(&response, field));
}

}  // namespace

std::optional<Failure> CallWithRetries(
    const CallOptions& options,
    const std::function<grpc::Status(grpc::ClientContext& context)>& attempt) {
  const auto end = std::chrono::system_clock::now() + options.timeout;
  for (int failures = 1;; ++failures) {
    grpc::ClientContext context;
    context.set_deadline(end);
    const std::stop_callback stop(options.stop, [&context] { context.TryCancel(); });
    const grpc::Status status = attempt(context);
    if (status.ok()) return std::nullopt;
    Failure failure = FailureFrom(status, context);
    const milliseconds delay = DelayAfter(failure, failures);
    const bool late = std::chrono::system_clock::now() + delay >= end;
    // A list whose cursor expired starts over.
    const bool again = failure.MayPass() && !failure.EndsToken() && failures < kMaxAttempts;
    if (!again || late) return failure;
    if (!Sleep(delay, options.stop)) return failure;
  }
}

void ExportProgress::Received(std::string resume_token) {
  resume_token_ = std::move(resume_token);
  received_ = true;
  failures_ = 0;
}

bool ExportProgress::WaitAfter(const Failure& failure) {
  if (options_.stop.stop_requested() || !failure.MayResume()) return false;
  if (received_ && resume_token_.empty()) return false;  // its records would come twice
  const auto now = steady_clock::now();
  if (failures_ == 0) broken_since_ = now;
  const milliseconds delay = DelayAfter(failure, ++failures_);
  if (now + delay > broken_since_ + options_.retry_for) return false;
  return Sleep(delay, options_.stop);
}

absl::StatusOr<Client> Client::Connect(Connection connection, std::string caller) {
  auto complete = Complete(std::move(connection), [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  });
  if (!complete.ok()) return complete.status();
  auto channel = OpenChannel(*complete, "falcon-gateway-client-cpp/" FALCON_GATEWAY_VERSION);
  if (!channel.ok()) return channel.status();
  return Client(*std::move(channel), std::move(caller));
}

void Client::Prepare(grpc::ClientContext& context) const {
  if (!caller_.empty()) context.AddMetadata("falcon-caller", caller_);
}

std::optional<Failure> Client::InChunks(Message& request, Message& whole, Message& part,
                                        const std::function<std::optional<Failure>()>& ask) {
  const FieldDescriptor& field = *request.GetDescriptor()->field(0);
  const int bound = field.options().GetExtension(options::v1::bounds).max_items();
  const size_t most = static_cast<size_t>(bound > 0 ? bound : kDefaultMaxItems);
  std::vector<std::string> ids = TextsOf(request, field);
  if (ids.size() > most) ids = WithoutRepetition(ids);
  do {
    const size_t size = std::min(most, ids.size());
    request.GetReflection()->ClearField(&request, &field);
    for (size_t i = 0; i < size; ++i) {
      request.GetReflection()->AddString(&request, &field, ids[i]);
    }
    if (std::optional<Failure> failure = ask()) return failure;
    ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(size));
    v1::ReadInfo* all = ReadInfoOf(whole);
    const int32_t calls = all == nullptr ? 0 : all->upstream_calls();
    const int64_t skipped = all == nullptr ? 0 : all->skipped_values();
    if (v1::ReadInfo* info = ReadInfoOf(part)) {
      info->set_upstream_calls(info->upstream_calls() + calls);
      info->set_skipped_values(info->skipped_values() + skipped);
      // Ids beyond the size limit of a response are asked for again, unless that is no progress.
      const auto& deferred = info->deferred_ids();
      if (static_cast<size_t>(deferred.size()) < size) {
        ids.insert(ids.begin(), deferred.begin(), deferred.end());
        info->clear_deferred_ids();
      }
    }
    whole.MergeFrom(part);
  } while (!ids.empty());
  return std::nullopt;
}

}  // namespace falcon_gateway
