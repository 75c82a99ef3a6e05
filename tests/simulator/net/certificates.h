// A temporary certificate authority and a server certificate for this machine.
#pragma once

#include <string>

namespace falcon::simulator {

// What is wrong with the server certificate, for tests of clients.
enum class CertificateFlaw { kNone, kExpired, kWrongHost };

struct CertificateFiles {
  std::string ca;    // what clients trust
  std::string cert;  // for localhost, 127.0.0.1 and ::1
  std::string key;   // readable by the owner only
};

// Writes ca.pem, cert.pem and key.pem into an existing or new directory. When all three are there
// already they are used as they are; when only some are, nothing is touched. Returns what went
// wrong; empty on success.
std::string WriteCertificates(const std::string& directory, CertificateFlaw flaw,
                              CertificateFiles* files);

}  // namespace falcon::simulator
