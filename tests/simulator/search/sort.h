// Ordering of rows by one field, ties by row, absent values last.
#pragma once

#include <vector>

#include "simulator/search/engine.h"

namespace falcon::simulator {

// Negative, zero or positive: `left` before, equal to, or after `right` under `key`. Absent sorts
// last both ways.
int CompareValues(const fql::Value& left, const fql::Value& right, bool descending);

// Sorts in place.
void SortRows(const Collection& collection, const SortKey& key, Rows* rows);

}  // namespace falcon::simulator
