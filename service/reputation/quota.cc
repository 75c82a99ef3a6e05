// Turns by two windows and a cooldown. Sources: docs.virustotal.com, "Public vs Premium API" (4 a
// minute and 500 a day with a free key) and "How consumption quotas are handled" (daily quotas
// begin anew at 00:00 UTC).
#include "reputation/quota.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace falcon::reputation {
namespace {

constexpr seconds kMinute{61};

}  // namespace

int64_t Quota::DayAt(SteadyTime at) const {
  const auto ahead = std::chrono::duration_cast<WallTime::duration>(at - clock_.Now());
  const auto day = std::chrono::floor<std::chrono::days>(clock_.WallNow() + ahead);
  return day.time_since_epoch().count();
}

int Quota::UsedOn(int64_t day) const {
  const auto found = book_->by_day.find(day);
  return found == book_->by_day.end() ? 0 : found->second;
}

Quota::Next Quota::FindNext() const {
  const SteadyTime now = clock_.Now();
  Next next{now, 0, Cause::kMinute};
  const auto per_minute = static_cast<size_t>(limits_.per_minute);
  if (book_->turns.size() >= per_minute) {
    next.at = std::max(now, book_->turns[book_->turns.size() - per_minute] + kMinute);
  }
  if (open_at_ > next.at) next = {open_at_, 0, Cause::kCooldown};
  next.day = DayAt(next.at);
  while (UsedOn(next.day) >= limits_.per_day) {
    ++next.day;
    const WallTime midnight{std::chrono::days(next.day)};
    const SteadyTime begins = now + std::chrono::ceil<milliseconds>(midnight - clock_.WallNow());
    next.at = std::max(next.at, begins);
    next.cause = Cause::kDay;
  }
  return next;
}

void Quota::Forget() {
  const SteadyTime now = clock_.Now();
  while (!book_->turns.empty() && book_->turns.front() + kMinute <= now) book_->turns.pop_front();
  const int64_t today = DayAt(now);
  std::erase_if(book_->by_day,
                [today](const auto& day) { return day.first < today || day.first > today + 1; });
}

absl::StatusOr<Quota::Turn> Quota::Reserve(Deadline deadline) {
  Forget();
  const Next next = FindNext();
  if (next.at >= deadline.at()) {
    // A deadline that is over says nothing about the quota.
    if (next.at > clock_.Now()) return Exhausted(next.at, next.cause);
    return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                 "the deadline passed before VirusTotal was asked");
  }
  book_->turns.insert(std::ranges::upper_bound(book_->turns, next.at), next.at);
  ++book_->by_day[next.day];
  return Turn(book_, next.at, next.day);
}

Task<bool> Quota::Await(const Turn& turn) {
  co_await timer_.SleepUntil(turn.at());
  co_return clock_.Now() >= open_at_;
}

void Quota::Book::GiveBack(SteadyTime at, int64_t day) {
  const auto turn = std::ranges::find(turns, at);
  if (turn != turns.end()) turns.erase(turn);
  const auto used = by_day.find(day);
  if (used != by_day.end() && used->second > 0) --used->second;
}

void Quota::CoolDown(milliseconds delay) { open_at_ = std::max(open_at_, clock_.Now() + delay); }

absl::Status Quota::TooLate(SteadyTime at) const {
  return Exhausted(at, open_at_ >= at ? Cause::kCooldown : Cause::kMinute);
}

absl::Status Quota::Exhausted(SteadyTime at, Cause cause) const {
  const auto wait = std::chrono::ceil<milliseconds>(at - clock_.Now());
  const std::string which =
      cause == Cause::kMinute
          ? Cat("the quota of ", limits_.per_minute, " look-ups a minute is spent")
      : cause == Cause::kDay ? Cat("the quota of ", limits_.per_day, " look-ups a day is spent")
                             : std::string("VirusTotal asked the gateway to pause");
  const std::string_view name = cause == Cause::kMinute ? "minute"
                                : cause == Cause::kDay  ? "day"
                                                        : "cooldown";
  const absl::Status exhausted =
      Error(absl::StatusCode::kResourceExhausted, "REPUTATION_QUOTA",
            Cat(which, "; the next turn is in ", std::chrono::ceil<seconds>(wait).count(),
                " s, past the deadline"));
  return WithRetryAfter(WithFact(exhausted, "quota", name), wait);
}

QuotaState Quota::state() const {
  const SteadyTime now = clock_.Now();
  const auto recent =
      std::ranges::count_if(book_->turns, [now](SteadyTime turn) { return turn + kMinute > now; });
  QuotaState state{.limits = limits_};
  state.minute_left = std::max(0, limits_.per_minute - static_cast<int>(recent));
  state.day_left = std::max(0, limits_.per_day - UsedOn(DayAt(now)));
  state.cooldown = std::max(milliseconds(0), std::chrono::ceil<milliseconds>(open_at_ - now));
  return state;
}

}  // namespace falcon::reputation
