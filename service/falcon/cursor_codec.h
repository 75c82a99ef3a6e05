// A cursor as bytes and back.
#ifndef FALCON_FALCON_CURSOR_CODEC_H_
#define FALCON_FALCON_CURSOR_CODEC_H_

#include <optional>
#include <string>
#include <string_view>

#include "falcon/page_token.h"

namespace falcon {

std::string EncodeCursor(const Cursor& cursor);

// Nullopt for anything that EncodeCursor of this version did not write.
std::optional<Cursor> DecodeCursor(std::string_view bytes);

}  // namespace falcon

#endif  // FALCON_FALCON_CURSOR_CODEC_H_
