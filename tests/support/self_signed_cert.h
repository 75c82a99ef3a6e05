// A throw-away certificate for servers of tests on 127.0.0.1.
#ifndef FALCON_TESTS_SUPPORT_SELF_SIGNED_CERT_H_
#define FALCON_TESTS_SUPPORT_SELF_SIGNED_CERT_H_

#include <string>

namespace falcon::testing {

struct Certificate {
  std::string pem;
  std::string key_pem;
};

// Made anew in memory; valid for one day and for 127.0.0.1 by that name only. It is its own CA.
Certificate MakeSelfSignedCertificate();

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_SELF_SIGNED_CERT_H_
