// Colours and tables for a terminal: columns as wide as their cells need and the terminal allows.
#ifndef FALCON_CLIENT_RENDER_TABLE_H_
#define FALCON_CLIENT_RENDER_TABLE_H_

#include <cstddef>
#include <functional>
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
  // What relative times count from; unset: instants in full only.
  absl::Time now;
  // For programs: instants in full, true and false, numbers as they are, no marks.
  bool exact = false;
  // Whether the values of a card stand below each other.
  bool align = true;
  // Makes text of records safe to show; unset: EscapeUnsafe.
  std::function<std::string(std::string_view)> escape = nullptr;
};

enum class Tint { kPlain, kBold, kDim, kRed, kOrange, kYellow, kGreen };

std::string Safe(std::string_view text, const Style& style);

// The text in that colour where the style has colours.
std::string Painted(std::string_view text, Tint tint, const Style& style);

struct Cell {
  // Escaped already.
  std::string text;
  Tint tint = Tint::kPlain;
};

// What goes first where a terminal is narrow: the last rank, then usual columns from the right. The
// first rank stays.
enum class Rank { kFirst, kUsual, kLast };

// What of its text a column may lose. A text of kMiddle keeps its ends.
enum class Cut { kEnd, kMiddle, kNever };

struct Column {
  std::string header;
  // Numbers stand to the right.
  bool right = false;
  Rank rank = Rank::kUsual;
  Cut cut = Cut::kEnd;
};

// Which columns are shown, and how wide. Width 0: not shown.
struct TableLayout {
  std::vector<Column> columns;
  std::vector<size_t> widths;
};

// Fits the rows into style.width: columns are left out by their rank, and of the others the widest
// give way. Columns of the first rank are whole up to half of the width each. Rows that come later
// are cut to the same widths.
TableLayout FitTable(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                     const Style& style);

// One line each, without line break.
std::string HeaderLine(const TableLayout& layout, const Style& style);
std::string RowLine(const TableLayout& layout, const std::vector<Cell>& row, const Style& style);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_TABLE_H_
