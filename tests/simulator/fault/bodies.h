// Bodies that test how a client reads: compressed, huge, deep.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace falcon::simulator {

std::string Gzip(std::string_view text);
// A gzip stream of an envelope that unpacks to about `unpacked_bytes`.
std::string GzipBomb(size_t unpacked_bytes);
// A valid envelope of about `bytes`.
std::string OversizeBody(size_t bytes);
// A valid envelope whose one resource nests `depth` objects.
std::string DeepBody(size_t depth);

}  // namespace falcon::simulator
