// What the gateway logs in to Falcon with.
#ifndef FALCON_AUTH_CREDENTIALS_H_
#define FALCON_AUTH_CREDENTIALS_H_

#include <string>

#include "base/secret.h"

namespace falcon::auth {

struct Credentials {
  std::string client_id;  // of an API client; not secret, yet never logged
  Secret client_secret;
  std::string member_cid;  // Flight Control: act for this child customer; empty: for one's own
};

}  // namespace falcon::auth

#endif  // FALCON_AUTH_CREDENTIALS_H_
