// Certificates by OpenSSL's EVP and X509 interfaces.
#include "simulator/net/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace falcon::simulator {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Deleter<std::fclose>>;

constexpr long kDaySeconds = 24 * 3600;

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate NewCertificate(const char* name, EVP_PKEY* key, long from, long to) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

Certificate MakeAuthority(EVP_PKEY* key) {
  Certificate ca = NewCertificate("falcon-simulator CA", key, -kDaySeconds, 365 * kDaySeconds);
  if (!ca) return nullptr;
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  const bool fine =
      AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE") &&
      AddExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
      AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  return fine && X509_sign(ca.get(), key, EVP_sha256()) > 0 ? std::move(ca) : nullptr;
}

Certificate MakeServer(EVP_PKEY* key, X509* ca, EVP_PKEY* ca_key, CertificateFlaw flaw) {
  const bool expired = flaw == CertificateFlaw::kExpired;
  const bool elsewhere = flaw == CertificateFlaw::kWrongHost;
  Certificate server =
      NewCertificate(elsewhere ? "elsewhere.example" : "localhost", key,
                     (expired ? -30 : -1) * kDaySeconds, (expired ? -1 : 365) * kDaySeconds);
  if (!server) return nullptr;
  X509_set_issuer_name(server.get(), X509_get_subject_name(ca));
  const char* names = elsewhere ? "DNS:elsewhere.example" : "DNS:localhost,IP:127.0.0.1,IP:::1";
  const bool fine = AddExtension(server.get(), ca, NID_basic_constraints, "critical,CA:FALSE") &&
                    AddExtension(server.get(), ca, NID_subject_alt_name, names) &&
                    AddExtension(server.get(), ca, NID_ext_key_usage, "serverAuth") &&
                    AddExtension(server.get(), ca, NID_authority_key_identifier, "keyid");
  return fine && X509_sign(server.get(), ca_key, EVP_sha256()) > 0 ? std::move(server) : nullptr;
}

File Create(const std::string& path, mode_t mode) {
  File file(std::fopen(path.c_str(), "wx"));  // never over an existing file
  if (file) chmod(path.c_str(), mode);
  return file;
}

bool WriteAll(const CertificateFiles& files, X509* ca, X509* server, EVP_PKEY* key) {
  const File ca_file = Create(files.ca, 0644);
  const File cert_file = Create(files.cert, 0644);
  const File key_file = Create(files.key, 0600);
  return ca_file && cert_file && key_file && PEM_write_X509(ca_file.get(), ca) == 1 &&
         PEM_write_X509(cert_file.get(), server) == 1 && PEM_write_X509(cert_file.get(), ca) == 1 &&
         PEM_write_PrivateKey(key_file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
}

}  // namespace

std::string WriteCertificates(const std::string& directory, CertificateFlaw flaw,
                              CertificateFiles* files) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error || !std::filesystem::is_directory(directory, error))
    return "cannot use directory " + directory;
  *files = {directory + "/ca.pem", directory + "/cert.pem", directory + "/key.pem"};
  int there = 0;
  for (const std::string& path : {files->ca, files->cert, files->key})
    there += std::filesystem::exists(path, error) ? 1 : 0;
  if (there == 3) return "";
  if (there > 0)
    return "refusing to write into " + directory +
           ": it holds some of ca.pem, cert.pem and key.pem already";
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!ca_key || !key) return "cannot make keys";
  const Certificate ca = MakeAuthority(ca_key.get());
  const Certificate server = ca ? MakeServer(key.get(), ca.get(), ca_key.get(), flaw) : nullptr;
  if (!server) return "cannot make certificates";
  return WriteAll(*files, ca.get(), server.get(), key.get())
             ? ""
             : "cannot write certificates into " + directory;
}

}  // namespace falcon::simulator
