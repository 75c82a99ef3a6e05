// AES-256-GCM: nonce, ciphertext, tag. One MAC gives each place its name and a key of its own, since
// random nonces wear a key out after four billion values.
#include "upstream/cache/cache_cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>

#include "absl/strings/escaping.h"
#include "base/digest.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

constexpr std::string_view kPrefix = "falcon:1:";
constexpr std::string_view kLabel = "falcon-gateway shared values key 1\n";
constexpr size_t kMacBytes = 64;
constexpr size_t kNameBytes = 32;
constexpr size_t kKeyBytes = kMacBytes - kNameBytes;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* Raw(char* text) { return reinterpret_cast<unsigned char*>(text); }
const unsigned char* Raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
int Size(std::string_view text) { return static_cast<int>(text.size()); }

enum class Way { kOpen = 0, kSeal = 1 };

// Ready for text; null: OpenSSL refuses, or refused to make the key.
CipherContext Begin(const EVP_CIPHER* cipher, Way way, const CacheCipher::SlotKey& slot,
                    std::string_view nonce) {
  CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int size = 0;
  const bool begun =
      context != nullptr && cipher != nullptr && slot.key.Reveal().size() == kKeyBytes &&
      EVP_CipherInit_ex(context.get(), cipher, nullptr, Raw(slot.key.Reveal()), Raw(nonce),
                        static_cast<int>(way)) == 1 &&
      EVP_CipherUpdate(context.get(), nullptr, &size, Raw(slot.name), Size(slot.name)) == 1;
  if (!begun) context.reset();
  return context;
}

}  // namespace

CacheCipher::CacheCipher(const Secret& key, std::string_view owner)
    : cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(
      EVP_MAC_fetch(nullptr, "HMAC", nullptr), &EVP_MAC_free);
  if (hmac == nullptr) return;
  slots_.reset(EVP_MAC_CTX_new(hmac.get()));
  char digest[] = "SHA512";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  Digest own = HmacSha256(key.Reveal(), StrCat(kLabel, owner));
  // Zeros: OpenSSL refused, and everybody knows them.
  const bool made = own != Digest{} && slots_ != nullptr &&
                    EVP_MAC_init(slots_.get(), own.data(), own.size(), parameters) == 1;
  if (!made) slots_.reset();
  OPENSSL_cleanse(own.data(), own.size());
}

CacheCipher::SlotKey CacheCipher::DeriveSlotKey(std::string_view key) const {
  if (slots_ == nullptr) return {};
  const std::unique_ptr<EVP_MAC_CTX, Free> mac(EVP_MAC_CTX_dup(slots_.get()));
  std::array<char, kMacBytes> bytes{};
  size_t size = 0;
  const bool made = mac != nullptr && EVP_MAC_update(mac.get(), Raw(key), key.size()) == 1 &&
                    EVP_MAC_final(mac.get(), Raw(bytes.data()), &size, bytes.size()) == 1 &&
                    size == kMacBytes;
  if (!made) return {};
  const std::string_view all(bytes.data(), bytes.size());
  const std::string name = absl::WebSafeBase64Escape(ToAbsl(all.substr(0, kNameBytes)));
  SlotKey slot{StrCat(kPrefix, name), Secret(all.substr(kNameBytes))};
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return slot;
}

std::string CacheCipher::Seal(const SlotKey& slot, std::string_view text) const {
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  if (RAND_bytes(Raw(sealed.data()), kNonceBytes) != 1) return "";
  const CipherContext context = Begin(cipher_.get(), Way::kSeal, slot, sealed);
  char* const body = sealed.data() + kNonceBytes;
  char* const tag = body + text.size();
  int size = 0;
  const bool done = context != nullptr &&
                    EVP_CipherUpdate(context.get(), Raw(body), &size, Raw(text), Size(text)) == 1 &&
                    EVP_CipherFinal_ex(context.get(), Raw(tag), &size) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1;
  return done ? sealed : "";
}

std::optional<std::string> CacheCipher::Open(const SlotKey& slot, std::string_view sealed) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string text(body.size() + kTagBytes, '\0');  // Final wants a place to write nothing to
  const CipherContext context = Begin(cipher_.get(), Way::kOpen, slot, sealed);
  int size = 0;
  const bool ours =
      context != nullptr &&
      EVP_CipherUpdate(context.get(), Raw(text.data()), &size, Raw(body), Size(body)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_CipherFinal_ex(context.get(), Raw(text.data() + body.size()), &size) == 1;
  if (!ours) return std::nullopt;
  text.resize(body.size());
  return text;
}

}  // namespace falcon::upstream
