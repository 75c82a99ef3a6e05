// Bearer tokens: issue, check and revoke.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "simulator/base/time.h"

namespace falcon::simulator {

// Not synchronised: the owner guards it.
class Tokens {
 public:
  Tokens(uint64_t seed, Nanos lifetime) : seed_(seed), lifetime_(lifetime) {}

  // Looks like a JWT; says nothing about its region.
  std::string Issue(std::string_view cid, Nanos now);
  bool Valid(std::string_view token, Nanos now) const;
  void Revoke(std::string_view token);
  void RevokeAll() { expiry_.clear(); }
  Nanos lifetime() const { return lifetime_; }
  uint64_t issued() const { return issued_; }

 private:
  uint64_t seed_;
  Nanos lifetime_;
  uint64_t issued_ = 0;
  std::unordered_map<std::string, Nanos> expiry_;
};

}  // namespace falcon::simulator
