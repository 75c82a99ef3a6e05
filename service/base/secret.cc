// Wiping.
#include "base/secret.h"

#include <openssl/crypto.h>

namespace falcon {

Secret::~Secret() {
  if (!bytes_.empty()) OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

void SecureErase(std::string& text) {
  text.resize(
      text.capacity());  // a string that was shortened or moved from keeps bytes beyond its end
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace falcon
