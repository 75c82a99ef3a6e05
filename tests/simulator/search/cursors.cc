// Issue and expiry of cursors.
#include "simulator/search/cursors.h"

#include "simulator/base/dice.h"

namespace falcon::simulator {

std::string Cursors::Open(Cursor cursor, Nanos now) {
  while (!by_age_.empty() && by_age_.front().first <= now) {
    by_token_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
  constexpr uint64_t kCursorKind = 20;
  std::string token = "WzE3" + Dice(seed_, kCursorKind, ++issued_).Hex(1, 40) + "==";
  cursor.expires = now + lifetime_;
  by_age_.emplace_back(cursor.expires, token);
  by_token_[token] = std::move(cursor);
  return token;
}

const Cursor* Cursors::Find(std::string_view token, Nanos now) const {
  const auto found = by_token_.find(std::string(token));
  if (found == by_token_.end() || found->second.expires <= now) return nullptr;
  if (max_pages_ > 0 && found->second.pages >= max_pages_) return nullptr;
  return &found->second;
}

void Cursors::ExpireAll() {
  by_token_.clear();
  by_age_.clear();
}

}  // namespace falcon::simulator
