// Colours and tables for a terminal: columns as wide as their cells need and the terminal allows.
#ifndef FALCON_CLIENT_RENDER_TABLE_H_
#define FALCON_CLIENT_RENDER_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace falcon::client {

// How output looks.
struct Style {
  bool color = false;
  // Columns of the terminal. 0: no limit.
  size_t width = 0;
  // What relative times count from.
  absl::Time now;
  // For programs: instants in full, true and false, numbers as they are, no marks.
  bool exact = false;
};

enum class Tint { kPlain, kBold, kDim, kRed, kOrange, kYellow, kGreen };

// The text in that colour where the style has colours.
std::string Painted(std::string_view text, Tint tint, const Style& style);

struct Cell {
  // Escaped already.
  std::string text;
  Tint tint = Tint::kPlain;
};

struct Column {
  std::string header;
  // Numbers stand to the right.
  bool right = false;
  // Shown whole or not at all: half an id is of no use.
  bool whole = false;
  // Gives nothing away: short words, of which each letter counts.
  bool keep = false;
};

// Which columns are shown, and how wide. Width 0: not shown.
struct TableLayout {
  std::vector<Column> columns;
  std::vector<size_t> widths;
};

// Fits the rows into style.width: the widest columns give way first, then whole ones that do not
// fit and the rightmost are left out. Rows that come later are cut to the same widths.
TableLayout FitTable(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                     const Style& style);

// One line each, without line break.
std::string HeaderLine(const TableLayout& layout, const Style& style);
std::string RowLine(const TableLayout& layout, const std::vector<Cell>& row, const Style& style);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_TABLE_H_
