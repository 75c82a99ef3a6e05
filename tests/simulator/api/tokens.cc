// Token texts and their expiry.
#include "simulator/api/tokens.h"

#include "simulator/base/dice.h"

namespace falcon::simulator {

std::string Tokens::Issue(std::string_view cid, Nanos now) {
  std::erase_if(expiry_, [now](const auto& entry) { return entry.second <= now; });
  constexpr uint64_t kTokenKind = 21;
  const Dice dice(Mix(seed_ ^ static_cast<uint64_t>(now)), kTokenKind, ++issued_);
  std::string token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + std::string(cid) + dice.Hex(1, 64) +
                      "." + dice.Hex(2, 128);
  expiry_[token] = now + lifetime_;
  return token;
}

bool Tokens::Valid(std::string_view token, Nanos now) const {
  const auto found = expiry_.find(std::string(token));
  return found != expiry_.end() && found->second > now;
}

void Tokens::Revoke(std::string_view token) { expiry_.erase(std::string(token)); }

}  // namespace falcon::simulator
