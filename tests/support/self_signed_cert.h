// A temporary certificate for test servers on 127.0.0.1.
#ifndef FALCON_TESTS_SUPPORT_SELF_SIGNED_CERT_H_
#define FALCON_TESTS_SUPPORT_SELF_SIGNED_CERT_H_

#include <string>

namespace falcon::testing {

struct Certificate {
  std::string pem;
  std::string key_pem;
};

// Created in memory. It is valid for one day and for the name 127.0.0.1 only, and is its own CA.
Certificate MakeSelfSignedCertificate();

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_SELF_SIGNED_CERT_H_
