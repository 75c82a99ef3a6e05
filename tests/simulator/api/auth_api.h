// OAuth2: token and revoke.
#pragma once

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"
#include "simulator/api/tokens.h"

namespace falcon::simulator {

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
