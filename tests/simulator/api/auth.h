// OAuth2: bearer tokens, and the calls that issue and revoke them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "simulator/api/envelope.h"
#include "simulator/base/time.h"
#include "simulator/search/store.h"

namespace falcon::simulator {

// Not synchronised: the owner guards it.
class Tokens {
 public:
  Tokens(uint64_t seed, Nanos lifetime) : seed_(seed), lifetime_(lifetime) {}

  // A text in the form of a JWT, without a region.
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

// Uses what it is given, which outlives it.
class AuthApi {
 public:
  AuthApi(Store& store, Tokens& tokens) : store_(store), tokens_(tokens) {}

  Reply Token(const Call& call);
  Reply Revoke(const Call& call);

 private:
  Reply Redirect(const Call& call);
  bool KnownMember(std::string_view member_cid) const;

  Store& store_;
  Tokens& tokens_;
};

}  // namespace falcon::simulator
