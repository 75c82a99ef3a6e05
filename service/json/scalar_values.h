// One JSON value as one scalar, leniently: the scalar rows of the table in decoder.h.
#ifndef FALCON_JSON_SCALAR_VALUES_H_
#define FALCON_JSON_SCALAR_VALUES_H_

#include <cstdint>
#include <string>

#include "json/timestamp_text.h"
#include "simdjson.h"

namespace falcon::json {

enum class Taken : uint8_t { kValue, kUnset, kSkipped };

template <class T>
struct Scalar {
  Taken taken = Taken::kSkipped;
  T value{};
};

// None of these is asked for null.
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
  return {wide.taken, narrow};
}

}  // namespace falcon::json

#endif  // FALCON_JSON_SCALAR_VALUES_H_
