// One JSON value as a scalar, leniently (the scalar rows of the table in decoder.h), or as a
// google.protobuf.Value.
#ifndef FALCON_JSON_VALUES_H_
#define FALCON_JSON_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "simdjson.h"

namespace falcon::json {

// Since 1970-01-01T00:00:00Z; nanos from 0 to 999,999,999.
struct Instant {
  int64_t seconds = 0;
  int32_t nanos = 0;

  // Whether it means "never": Falcon's services send the epoch or 0001-01-01T00:00:00Z for that.
  bool IsNone() const;
  friend bool operator==(const Instant&, const Instant&) = default;
};

// "2025-03-01T12:00:00.123456789Z", with T, t or a space, 0 to 9 fraction digits (further ones are
// cut), zone Z, z, +01:00, +0100 or missing (UTC); "2025-03-01"; or digits as for InstantOfEpoch,
// with a fraction or not. Years 1 to 9999. Null: none of these.
std::optional<Instant> ParseInstant(std::string_view text);

// Seconds below 10^11, milliseconds from there to the year 9999. Null: negative or beyond.
std::optional<Instant> InstantOfEpoch(int64_t number);
std::optional<Instant> InstantOfEpoch(double number);

enum class ParseResult : uint8_t { kValue, kUnset, kMisfit };

template <class T>
struct Scalar {
  ParseResult result = ParseResult::kMisfit;
  T value{};
};

// `value` is not null.
Scalar<std::string> ReadText(simdjson::dom::element value);
Scalar<int64_t> ReadInt64(simdjson::dom::element value);
Scalar<uint64_t> ReadUint64(simdjson::dom::element value);
Scalar<double> ReadDouble(simdjson::dom::element value);
Scalar<bool> ReadBool(simdjson::dom::element value);
Scalar<Instant> ReadInstant(simdjson::dom::element value);

// ReadInt64 or ReadUint64 within the range of a narrower type.
template <class Narrow, class Wide>
Scalar<Narrow> Within(Scalar<Wide> wide) {
  const auto narrow = static_cast<Narrow>(wide.value);
  if (static_cast<Wide>(narrow) != wide.value) return {};
  return {wide.result, narrow};
}

// Nesting of a Value. Protobuf parsers refuse 100 levels of messages, and each level costs three
// here. A deeper value becomes its JSON text.
inline constexpr int kMaxValueDepth = 24;

// Whole numbers beyond 2^53 become text, so that their digits are exact.
void StoreValue(simdjson::dom::element from, google::protobuf::Value& to, int depth = 0);
void StoreStruct(const simdjson::dom::object& from, google::protobuf::Struct& to, int depth = 0);

}  // namespace falcon::json

#endif  // FALCON_JSON_VALUES_H_
