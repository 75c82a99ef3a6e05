#include "mcp/protocol/session.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "mcp/protocol/json.h"

namespace falcon::mcp {
namespace {

OrderedJson Number(double number) {
  constexpr double kMaxExact = 0x1p53;
  const bool whole = number == std::floor(number) && std::abs(number) <= kMaxExact;
  return whole ? OrderedJson(static_cast<int64_t>(number)) : OrderedJson(number);
}

}  // namespace

Call::Call(ReplyHead head, std::shared_ptr<ResponseSink> sink, std::string progress_token)
    : head_(std::move(head)),
      sink_(std::move(sink)),
      progress_token_(std::move(progress_token)),
      last_progress_at_(std::chrono::steady_clock::now()) {}

void Call::Progress(double progress, double total, const std::string& message) {
  last_progress_at_ = std::chrono::steady_clock::now();
  if (progress_token_.empty() || !std::isfinite(progress)) return;
  const std::lock_guard lock(mutex_);
  if (over_ || progress <= last_progress_) return;
  last_progress_ = progress;
  OrderedJson params = {{"progressToken", OrderedJson::parse(progress_token_)},
                        {"progress", Number(progress)}};
  if (total != 0 && std::isfinite(total)) params["total"] = Number(total);
  if (!message.empty()) params["message"] = message;
  sink_->Send({NotificationText("notifications/progress", params), false, 200});
}

void Call::Answer(std::string text) {
  const std::lock_guard lock(mutex_);
  // Before it is sent: who reads the answer may use the id anew.
  if (over_.exchange(true)) return;
  sink_->Send({std::move(text), true, 200});
}

void Call::Cancel() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  stop_.request_stop();
}

void Call::Fail(const RpcError& error) {
  Answer(ErrorReply(head_.id, error));
  stop_.request_stop();
}

void Session::CancelAll() {
  std::vector<std::shared_ptr<Call>> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(calls_);
  }
  for (const auto& call : calls) call->Cancel();
}

Session::Clock::time_point Session::last_progress() {
  const std::lock_guard lock(mutex_);
  std::optional<Clock::time_point> latest;
  for (const auto& call : calls_) {
    if (call->over()) continue;
    latest = std::max(latest.value_or(Clock::time_point::min()), call->last_progress());
  }
  return latest.value_or(Clock::now());
}

bool Session::EndStalled(std::chrono::milliseconds limit) {
  const Clock::time_point since = Clock::now() - limit;
  std::vector<std::shared_ptr<Call>> stalled;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::copy_if(calls_, std::back_inserter(stalled), [&](const auto& call) {
      return !call->over() && call->last_progress() <= since;
    });
  }
  const std::string span =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count());
  for (const auto& call : stalled) {
    call->Fail({kInternalError, "The call made no progress for " + span + " s and was ended."});
  }
  return !stalled.empty();
}

std::string Session::version() {
  const std::lock_guard lock(mutex_);
  return version_;
}

void Session::Agree(std::string_view version) {
  const std::lock_guard lock(mutex_);
  version_ = version;
}

bool Session::Begin(const std::shared_ptr<Call>& call) {
  const std::lock_guard lock(mutex_);
  const bool taken = std::ranges::any_of(calls_, [&](const std::shared_ptr<Call>& other) {
    return !other->over() && other->head().id == call->head().id;
  });
  if (!taken) calls_.push_back(call);
  return !taken;
}

void Session::End(const Call& call) {
  const std::lock_guard lock(mutex_);
  std::erase_if(calls_, [&](const std::shared_ptr<Call>& other) { return other.get() == &call; });
}

void Session::Cancel(std::string_view id) {
  std::shared_ptr<Call> found;
  {
    const std::lock_guard lock(mutex_);
    const auto at = std::ranges::find_if(calls_, [id](const std::shared_ptr<Call>& call) {
      return !call->over() && call->head().id == id;
    });
    if (at == calls_.end()) return;
    found = *at;
  }
  found->Cancel();
}

}  // namespace falcon::mcp
