// Holds the short cuts of searches against whole records.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "simulator/search/collection.h"

namespace falcon::simulator {

// Of a field that no record shows, by what the record says.
using LeftOut = std::function<bool(const fql::Field& field, const fql::Value& whole)>;

// Every field of `row` that a filter may name is what the whole record says.
inline void ExpectShortCutsAgree(const Collection& rows, uint32_t row,
                                 const LeftOut& left_out = {}) {
  const Json record = rows.Record(row);
  for (const fql::Field& field : rows.schema().fields) {
    const fql::Value quick = rows.Get(row, field);
    const fql::Value whole =
        ValueAt(record, field.path.empty() ? field.name : field.path, field.type);
    if (left_out && left_out(field, whole)) continue;
    EXPECT_EQ(fql::TextOf(quick), fql::TextOf(whole))
        << rows.name() << " " << row << " " << field.name;
    EXPECT_EQ(quick.index(), whole.index()) << rows.name() << " " << row << " " << field.name;
  }
}

}  // namespace falcon::simulator
