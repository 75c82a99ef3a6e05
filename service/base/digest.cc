// By OpenSSL.
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <climits>
#include <cstdio>
#include <cstdlib>

namespace falcon {

namespace {

// A digest that was not computed must never pass for one: all of them would be equal.
void Require(bool computed, const char* what) {
  if (computed) return;
  std::fprintf(stderr, "falcon: %s failed\n", what);
  std::abort();
}

}  // namespace

Digest Sha256(std::string_view text) {
  Digest digest{};
  Require(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
          "SHA-256");
  return digest;
}

Digest HmacSha256(std::string_view key, std::string_view text) {
  Digest digest{};
  Require(key.size() <= INT_MAX, "HMAC-SHA-256: the key is too long");
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* const mac = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                        bytes, text.size(), digest.data(), nullptr);
  Require(mac != nullptr, "HMAC-SHA-256");
  return digest;
}

}  // namespace falcon
