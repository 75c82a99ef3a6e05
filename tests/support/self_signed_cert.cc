// Creates the certificate by OpenSSL, without files.
#include "tests/support/self_signed_cert.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace falcon::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Cert = std::unique_ptr<X509, decltype(&X509_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

void AddExtension(X509* cert, int nid, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

Cert MakeCert(EVP_PKEY* key) {
  constexpr long kDay = 24 * 60 * 60;
  Cert cert(X509_new(), X509_free);
  X509_set_version(cert.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), kDay);
  X509_set_pubkey(cert.get(), key);
  X509_NAME* const name = X509_get_subject_name(cert.get());
  const auto* const common = reinterpret_cast<const unsigned char*>("falcon-gateway test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(cert.get(), name);
  AddExtension(cert.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(cert.get(), NID_subject_alt_name, "IP:127.0.0.1");
  X509_sign(cert.get(), key, EVP_sha256());
  return cert;
}

std::string Text(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

}  // namespace

Certificate MakeSelfSignedCertificate() {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Cert cert = MakeCert(key.get());
  const Memory cert_pem(BIO_new(BIO_s_mem()), BIO_free);
  const Memory key_pem(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(cert_pem.get(), cert.get());
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {Text(cert_pem.get()), Text(key_pem.get())};
}

}  // namespace falcon::testing
