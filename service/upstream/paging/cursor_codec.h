// A cursor as bytes and back.
#ifndef FALCON_UPSTREAM_PAGING_CURSOR_CODEC_H_
#define FALCON_UPSTREAM_PAGING_CURSOR_CODEC_H_

#include <optional>
#include <string>
#include <string_view>

#include "upstream/paging/page_token.h"

namespace falcon::upstream {

std::string EncodeCursor(const Cursor& cursor);

// Nullopt for anything that EncodeCursor of this version did not write.
std::optional<Cursor> DecodeCursor(std::string_view bytes);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_CURSOR_CODEC_H_
