// SHA-256, bare and keyed.
#ifndef FALCON_BASE_DIGEST_H_
#define FALCON_BASE_DIGEST_H_

#include <array>
#include <string_view>

namespace falcon {

using Digest = std::array<unsigned char, 32>;

inline std::string_view Bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest Sha256(std::string_view text);
Digest HmacSha256(std::string_view key, std::string_view text);

}  // namespace falcon

#endif  // FALCON_BASE_DIGEST_H_
