// Token: base64url(binding, cursor, MAC). The MAC is checked before a byte is read; the binding
// tells a stranger's request from a forged token.
#include "upstream/paging/page_token.h"

#include <openssl/crypto.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace falcon::upstream {
namespace {

constexpr size_t kMacBytes = 16;
constexpr size_t kBindingBytes = 16;
constexpr size_t kUsualTokenBytes = 16 << 10;
// A filter of a thousand listed values is long; anything longer is no token of ours.
constexpr size_t kMaxTokenBytes = 1 << 20;

bool SameBytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// All requests of different hashes must differ in these bytes.
std::string Shortened(std::string_view binding) {
  std::string bytes(binding.substr(0, kBindingBytes));
  bytes.resize(kBindingBytes, '\0');
  return bytes;
}

absl::Status Invalid(std::string_view field) {
  return InvalidField(
      field,
      "is no token of this gateway; pass the one that an answer gave, unchanged, or "
      "leave it out to start at the beginning",
      "PAGE_TOKEN_INVALID");
}

// Base64url has several spellings of the same bytes; only one is ours.
bool Unescape(std::string_view token, std::string& sealed) {
  if (token.size() > kMaxTokenBytes) return false;
  if (!absl::WebSafeBase64Unescape(ToAbsl(token), &sealed)) return false;
  return absl::WebSafeBase64Escape(sealed) == ToAbsl(token);
}

std::string Serialized(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream sink(&bytes);
    google::protobuf::io::CodedOutputStream out(&sink);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  return bytes;
}

}  // namespace

PageTokens::PageTokens(Secret key, std::string tenant)
    : key_(std::move(key)), tenant_(std::move(tenant)) {}

std::string PageTokens::Mac(std::string_view payload) const {
  const std::string text = StrCat(tenant_.size(), ":", tenant_, payload);
  return std::string(Bytes(HmacSha256(key_.Reveal(), text)).substr(0, kMacBytes));
}

std::string PageTokens::Seal(const Cursor& cursor, std::string_view binding) const {
  const size_t most = kUsualTokenBytes / 4 * 3 - kMacBytes;
  std::string payload = Shortened(binding) + EncodeCursor(cursor);
  if (payload.size() > most && !cursor.seen.empty()) {
    Cursor bare = cursor;
    ForgetSeen(bare);
    payload = Shortened(binding) + EncodeCursor(bare);
  }
  payload += Mac(payload);
  return absl::WebSafeBase64Escape(payload);
}

absl::StatusOr<Cursor> PageTokens::Open(std::string_view token, std::string_view binding,
                                        std::string_view field) const {
  std::string sealed;
  if (!Unescape(token, sealed) || sealed.size() < kBindingBytes + kMacBytes) {
    return Invalid(field);
  }
  const std::string_view payload = std::string_view(sealed).substr(0, sealed.size() - kMacBytes);
  const std::string_view mac = std::string_view(sealed).substr(payload.size());
  if (!SameBytes(Mac(payload), mac)) return Invalid(field);
  const std::optional<Cursor> cursor = DecodeCursor(payload.substr(kBindingBytes));
  if (!cursor.has_value()) return Invalid(field);
  if (payload.substr(0, kBindingBytes) != Shortened(binding)) {
    return InvalidField(field,
                        "belongs to another request; leave all other fields as they were when it "
                        "was given, or leave it out to start at the beginning",
                        "PAGE_TOKEN_MISMATCH");
  }
  return *cursor;
}

std::string PageTokens::Binding(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> kept(request.New());
  kept->CopyFrom(request);
  for (const char* name : {"page_size", "page_token", "resume_token", "batch_size"}) {
    const auto* field = request.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) request.GetReflection()->ClearField(kept.get(), field);
  }
  const std::string text = StrCat(request.GetDescriptor()->full_name(), "\n", Serialized(*kept));
  return std::string(Bytes(Sha256(text)));
}

Secret DerivePageTokenKey(const Secret& client_secret) {
  const Digest key = HmacSha256(client_secret.Reveal(), "falcon-gateway page token key 1");
  return Secret(Bytes(key));
}

}  // namespace falcon::upstream
