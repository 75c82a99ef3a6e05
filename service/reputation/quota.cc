// Turns from two windows and a cooldown. Sources: docs.virustotal.com, "Public vs Premium API" (4 a
// minute and 500 a day with a free key) and "How consumption quotas are handled" (daily quotas
// begin anew at 00:00 UTC).
#include "reputation/quota.h"

#include <algorithm>
#include <iterator>
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

bool Quota::HadShare(const std::string& caller, int64_t day) const {
  const auto share = book_->shares.find(caller);
  if (share == book_->shares.end()) return false;
  const auto used = share->second.by_day.find(day);
  if (used == share->second.by_day.end()) return false;
  const int others = UsedOn(day) - used->second;
  return 2 * used->second >= limits_.per_day - others;
}

Quota::Next Quota::FindNext(const std::string& caller) const {
  const SteadyTime now = clock_.Now();
  Next next{now, 0, Cause::kMinute};
  const auto per_minute = static_cast<size_t>(limits_.per_minute);
  if (book_->turns.size() >= per_minute) {
    next.at = std::max(now, book_->turns[book_->turns.size() - per_minute] + kMinute);
  }
  if (open_at_ > next.at) next = {open_at_, 0, Cause::kCooldown};
  next.day = DayAt(next.at);
  while (true) {
    const bool spent = UsedOn(next.day) >= limits_.per_day;
    if (!spent && !HadShare(caller, next.day)) break;
    ++next.day;
    const WallTime midnight{std::chrono::days(next.day)};
    const SteadyTime begins = now + std::chrono::ceil<milliseconds>(midnight - clock_.WallNow());
    next.at = std::max(next.at, begins);
    next.cause = spent ? Cause::kDay : Cause::kShare;
  }
  return next;
}

void Quota::Forget() {
  const SteadyTime now = clock_.Now();
  while (!book_->turns.empty() && book_->turns.front() + kMinute <= now) book_->turns.pop_front();
  const int64_t today = DayAt(now);
  const auto past = [today](const auto& day) { return day.first < today || day.first > today + 1; };
  std::erase_if(book_->by_day, past);
  for (auto entry = book_->shares.begin(); entry != book_->shares.end();) {
    Book::Share& share = entry->second;
    std::erase_if(share.to_come, [now](SteadyTime at) { return at <= now; });
    std::erase_if(share.by_day, past);
    const bool idle = share.to_come.empty() && share.by_day.empty();
    entry = idle ? book_->shares.erase(entry) : std::next(entry);
  }
}

absl::StatusOr<Quota::Turn> Quota::Reserve(const std::string& caller, Deadline deadline) {
  loop_thread_.Check();
  Forget();
  Next next = FindNext(caller);
  const auto share = book_->shares.find(caller);
  const size_t max_to_come = (static_cast<size_t>(limits_.per_minute) + 1) / 2;
  const bool enough = share != book_->shares.end() && share->second.to_come.size() >= max_to_come;
  if (enough) next.at = std::max(next.at, share->second.to_come.front());
  if (next.at >= deadline.at()) {
    // A passed deadline says nothing about the quota.
    if (next.at > clock_.Now()) return Exhausted(next.at, next.cause);
    return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                 "the deadline passed before VirusTotal was asked");
  }
  if (enough) return Turn(nullptr, caller, share->second.to_come.front(), 0);
  return Enter(caller, next);
}

Quota::Turn Quota::Enter(const std::string& caller, const Next& next) {
  const auto insert = [&next](std::deque<SteadyTime>& turns) {
    turns.insert(std::ranges::upper_bound(turns, next.at), next.at);
  };
  insert(book_->turns);
  ++book_->by_day[next.day];
  Book::Share& share = book_->shares[caller];
  if (next.at > clock_.Now()) insert(share.to_come);
  ++share.by_day[next.day];
  return Turn(book_, caller, next.at, next.day);
}

Task<bool> Quota::Await(const Turn& turn) {
  co_await timer_.SleepUntil(turn.at());
  co_return turn.book_ != nullptr&& clock_.Now() >= open_at_;
}

void Quota::Book::GiveBack(const std::string& caller, SteadyTime at, int64_t day) {
  const auto erase = [at](std::deque<SteadyTime>& instants) {
    const auto turn = std::ranges::find(instants, at);
    if (turn != instants.end()) instants.erase(turn);
  };
  const auto decrement = [day](std::map<int64_t, int>& days) {
    const auto used = days.find(day);
    if (used != days.end() && used->second > 0) --used->second;
  };
  erase(turns);
  decrement(by_day);
  const auto share = shares.find(caller);
  if (share == shares.end()) return;
  erase(share->second.to_come);
  decrement(share->second.by_day);
}

void Quota::CoolDown(milliseconds delay) { open_at_ = std::max(open_at_, clock_.Now() + delay); }

absl::Status Quota::TooLate(SteadyTime at) const {
  return Exhausted(at, open_at_ >= at ? Cause::kCooldown : Cause::kMinute);
}

absl::Status Quota::Exhausted(SteadyTime at, Cause cause) const {
  const auto wait = std::chrono::ceil<milliseconds>(at - clock_.Now());
  const auto& [name, text] = [&]() -> std::pair<std::string_view, std::string> {
    switch (cause) {
      case Cause::kMinute:
        return {"minute",
                StrCat("the quota of ", limits_.per_minute, " look-ups a minute is spent")};
      case Cause::kDay:
        return {"day", StrCat("the quota of ", limits_.per_day, " look-ups a day is spent")};
      case Cause::kShare:
        return {"share", StrCat("one caller gets half of what the others leave of ",
                                limits_.per_day, " look-ups a day, and this one has had it")};
      case Cause::kCooldown:
        break;
    }
    return {"cooldown", "VirusTotal asked the gateway to pause"};
  }();
  const absl::Status exhausted =
      Error(absl::StatusCode::kResourceExhausted, "REPUTATION_QUOTA",
            StrCat(text, "; the next turn is in ", std::chrono::ceil<seconds>(wait).count(),
                   " s, past the deadline"));
  return WithRetryAfter(WithMetadata(exhausted, "quota", name), wait);
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
