// Fits and prints tables.
#include "render/table.h"

#include <algorithm>
#include <functional>

#include "text.h"

namespace falcon::client {
namespace {

// In the order of Tint.
constexpr std::string_view kAnsiCodes[] = {"", "1", "2", "1;31", "31", "33", "32"};

constexpr size_t kGap = 2;
// A column is worth showing from here on, and one that is cut in the middle from there on.
constexpr size_t kMinWidth = 8;
constexpr size_t kMinEnds = 16;

std::vector<size_t> NaturalWidths(const std::vector<Column>& columns,
                                  const std::vector<std::vector<Cell>>& rows) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns.size(); ++i) {
    size_t width = DisplayWidth(columns[i].header);
    for (const std::vector<Cell>& row : rows) width = std::max(width, DisplayWidth(row[i].text));
    widths.push_back(width);
  }
  return widths;
}

size_t TotalOf(const std::vector<size_t>& widths) {
  size_t total = 0;
  for (const size_t width : widths) total += width == 0 ? 0 : width + kGap;
  return total == 0 ? 0 : total - kGap;
}

size_t LeastOf(const Column& column, size_t natural, size_t limit) {
  const bool whole = column.rank == Rank::kFirst && natural <= limit / 2;
  if (whole || column.cut == Cut::kNever) return natural;
  const size_t least = column.cut == Cut::kMiddle ? kMinEnds : kMinWidth;
  return std::min(natural, std::max(least, DisplayWidth(column.header)));
}

// Those of the last rank, then the usual ones from the right; where no column is of the first rank,
// the leftmost stays.
std::vector<size_t> DropOrder(const std::vector<Column>& columns) {
  std::vector<size_t> order;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].rank == Rank::kLast) order.push_back(i);
  }
  for (size_t i = columns.size(); i-- > 0;) {
    if (columns[i].rank == Rank::kUsual) order.push_back(i);
  }
  if (order.size() == columns.size()) order.pop_back();
  return order;
}

// Takes a column's width away from the widest that can give, until the table fits or none can.
void Shrink(std::vector<size_t>& widths, const std::vector<size_t>& least, size_t limit) {
  while (TotalOf(widths) > limit) {
    size_t widest = widths.size();
    for (size_t i = 0; i < widths.size(); ++i) {
      const bool gives = widths[i] > least[i];
      if (gives && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

std::string Line(const TableLayout& layout, const Style& style,
                 const std::function<Cell(size_t)>& cell_at) {
  std::string line;
  size_t blanks = 0;
  for (size_t i = 0; i < layout.columns.size(); ++i) {
    const size_t width = layout.widths[i];
    if (width == 0) continue;
    const Cell cell = cell_at(i);
    const bool middle = layout.columns[i].cut == Cut::kMiddle;
    const std::string text = middle ? TruncateMiddle(cell.text, width) : Truncate(cell.text, width);
    const size_t rest = width - std::min(width, DisplayWidth(text));
    line.append(blanks + (layout.columns[i].right ? rest : 0), ' ');
    line.append(Painted(text, cell.tint, style));
    blanks = kGap + (layout.columns[i].right ? 0 : rest);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string Safe(std::string_view text, const Style& style) {
  return style.escape ? style.escape(text) : EscapeUnsafe(text);
}

std::string Painted(std::string_view text, Tint tint, const Style& style) {
  const std::string_view code = kAnsiCodes[static_cast<size_t>(tint)];
  if (!style.color || code.empty() || text.empty()) return std::string(text);
  return StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

TableLayout FitTable(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                     const Style& style) {
  const std::vector<size_t> natural = NaturalWidths(columns, rows);
  if (style.width == 0) return {columns, natural};
  std::vector<size_t> least;
  least.reserve(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    least.push_back(LeastOf(columns[i], natural[i], style.width));
  }
  for (const size_t i : DropOrder(columns)) {
    if (TotalOf(least) > style.width) least[i] = 0;
  }
  for (size_t i = columns.size(); i-- > 0;) {
    if (TotalOf(least) > style.width) least[i] = std::min(least[i], kMinWidth);
  }
  std::vector<size_t> widths = natural;
  for (size_t i = 0; i < widths.size(); ++i) widths[i] = least[i] == 0 ? 0 : natural[i];
  Shrink(widths, least, style.width);
  return {columns, widths};
}

std::string HeaderLine(const TableLayout& layout, const Style& style) {
  return Line(layout, style, [&](size_t i) { return Cell{layout.columns[i].header, Tint::kBold}; });
}

std::string RowLine(const TableLayout& layout, const std::vector<Cell>& row, const Style& style) {
  return Line(layout, style, [&](size_t i) { return row[i]; });
}

}  // namespace falcon::client
