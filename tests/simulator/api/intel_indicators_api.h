// The indicators of Falcon Intelligence: searches whose pages lead on by a header, and look-ups.
#pragma once

#include <variant>

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class IntelIndicatorsApi {
 public:
  explicit IntelIndicatorsApi(Store& store) : store_(store) {}

  Reply Queries(const Call& call) { return Page(call, false); }
  Reply Combined(const Call& call) { return Page(call, true); }
  Reply Entities(const Call& call);

 private:
  // While more follows, the header `Next-Page` holds path and query of the next page, which pass
  // the wall of offsets and die with age.
  Reply Page(const Call& call, bool records);
  // Where the page stands: behind the one that led to it, or at an offset.
  std::variant<Cursor, Reply> Resume(const Call& call, const Search& search, size_t offset);
  void Add(const Call& call, uint32_t row, bool records, Envelope* envelope);
  // With relations.
  Json Record(uint32_t row) const;

  Store& store_;
};

}  // namespace falcon::simulator
