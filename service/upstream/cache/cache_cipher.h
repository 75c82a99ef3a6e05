// CacheCipher: names and values for a store that others can read and write, so that they neither
// learn nor change anything.
#ifndef FALCON_UPSTREAM_CACHE_CACHE_CIPHER_H_
#define FALCON_UPSTREAM_CACHE_CACHE_CIPHER_H_

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace falcon::upstream {

// Any thread; immutable.
class CacheCipher {
 public:
  // The slot of one value.
  struct SlotKey {
    std::string name;  // in the store: "falcon:1:" and a MAC
    Secret key;        // of its value; empty: OpenSSL failed, and nothing is sealed or opened
  };

  // `key`: 32 bytes or more of secret, the same on every replica. `owner`: whose data, and from
  // which cloud; the slots of two owners are unrelated.
  CacheCipher(const Secret& key, std::string_view owner);

  // The slot of `key`, the same on every replica.
  SlotKey DeriveSlotKey(std::string_view key) const;
  // `text`, encrypted, for `slot` only; empty: OpenSSL failed.
  std::string Seal(const SlotKey& slot, std::string_view text) const;
  // What Seal was given; nullopt for anything that it did not make for `slot`. An earlier value of
  // the same slot does open.
  std::optional<std::string> Open(const SlotKey& slot, std::string_view sealed) const;

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* mac) const { EVP_MAC_CTX_free(mac); }
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  };
  // Made once: OpenSSL takes longer to find them than to use them.
  std::unique_ptr<EVP_MAC_CTX, Free> slots_;  // null: OpenSSL failed
  std::unique_ptr<EVP_CIPHER, Free> cipher_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_CACHE_CIPHER_H_
