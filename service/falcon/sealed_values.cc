// AES-256-GCM: nonce, ciphertext, tag. Each name has a key of its own, since random nonces wear a
// key out after four billion values.
#include "falcon/sealed_values.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "base/text.h"
#include "falcon/digest.h"

namespace falcon {
namespace {

constexpr std::string_view kPrefix = "falcon:1:";
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* Raw(char* text) { return reinterpret_cast<unsigned char*>(text); }
const unsigned char* Raw(const char* text) { return reinterpret_cast<const unsigned char*>(text); }
int Size(std::string_view text) { return static_cast<int>(text.size()); }

enum class Way { kOpen = 0, kSeal = 1 };

// Ready for text: key, nonce and additional data are in.
Cipher Begin(Way way, const Secret& key, std::string_view nonce, std::string_view name) {
  Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int size = 0;
  const bool begun =
      EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Raw(key.Reveal().data()),
                        Raw(nonce.data()), static_cast<int>(way)) == 1 &&
      EVP_CipherUpdate(cipher.get(), nullptr, &size, Raw(name.data()), Size(name)) == 1;
  if (!begun) cipher.reset();
  return cipher;
}

Secret KeyOf(const Secret& values, std::string_view name) {
  return Secret(Bytes(HmacSha256(values.Reveal(), name)));
}

}  // namespace

SealedValues::SealedValues(const Secret& key, std::string_view owner)
    : names_(Bytes(HmacSha256(key.Reveal(), Cat("falcon-gateway shared name key 1\n", owner)))),
      values_(Bytes(HmacSha256(key.Reveal(), Cat("falcon-gateway shared value key 1\n", owner)))) {}

std::string SealedValues::NameOf(std::string_view key) const {
  const Digest mac = HmacSha256(names_.Reveal(), key);
  return Cat(kPrefix, absl::WebSafeBase64Escape(ToAbsl(Bytes(mac))));
}

std::string SealedValues::Seal(std::string_view name, std::string_view text) const {
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  if (RAND_bytes(Raw(sealed.data()), kNonceBytes) != 1) return "";
  const std::string_view nonce = std::string_view(sealed).substr(0, kNonceBytes);
  const Cipher cipher = Begin(Way::kSeal, KeyOf(values_, name), nonce, name);
  char* const body = sealed.data() + kNonceBytes;
  char* const tag = body + text.size();
  int size = 0;
  const bool done =
      cipher != nullptr &&
      EVP_CipherUpdate(cipher.get(), Raw(body), &size, Raw(text.data()), Size(text)) == 1 &&
      EVP_CipherFinal_ex(cipher.get(), Raw(tag), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1;
  return done ? sealed : "";
}

std::optional<std::string> SealedValues::Open(std::string_view name,
                                              std::string_view sealed) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string text(body.size() + kTagBytes, '\0');  // Final wants a place to write nothing to
  const Cipher cipher =
      Begin(Way::kOpen, KeyOf(values_, name), sealed.substr(0, kNonceBytes), name);
  int size = 0;
  const bool ours =
      cipher != nullptr &&
      EVP_CipherUpdate(cipher.get(), Raw(text.data()), &size, Raw(body.data()), Size(body)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_CipherFinal_ex(cipher.get(), Raw(text.data() + body.size()), &size) == 1;
  if (!ours) return std::nullopt;
  text.resize(body.size());
  return text;
}

}  // namespace falcon
