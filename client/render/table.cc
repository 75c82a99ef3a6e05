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
// A column is worth showing from here on.
constexpr size_t kMinWidth = 8;

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

size_t LeastOf(const Column& column, size_t natural) {
  if (column.whole || column.keep) return natural;
  return std::min(natural, std::max(kMinWidth, DisplayWidth(column.header)));
}

// Takes a column's width away from the widest that can give, until the table fits. False: it
// cannot.
bool Shrink(std::vector<size_t>& widths, const std::vector<size_t>& least, size_t limit) {
  while (TotalOf(widths) > limit) {
    size_t widest = widths.size();
    for (size_t i = 0; i < widths.size(); ++i) {
      const bool gives = widths[i] > least[i];
      if (gives && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == widths.size()) return false;
    --widths[widest];
  }
  return true;
}

std::string Line(const TableLayout& layout, const Style& style,
                 const std::function<Cell(size_t)>& cell_at) {
  std::string line;
  size_t blanks = 0;
  for (size_t i = 0; i < layout.columns.size(); ++i) {
    const size_t width = layout.widths[i];
    if (width == 0) continue;
    const Cell cell = cell_at(i);
    const std::string text = Truncate(cell.text, width);
    const size_t rest = width - std::min(width, DisplayWidth(text));
    line.append(blanks + (layout.columns[i].right ? rest : 0), ' ');
    line.append(Painted(text, cell.tint, style));
    blanks = kGap + (layout.columns[i].right ? 0 : rest);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

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
  for (size_t i = 0; i < columns.size(); ++i) least.push_back(LeastOf(columns[i], natural[i]));
  std::vector<size_t> widths = natural;
  const auto drop = [&](size_t i) {
    least[i] = 0;
    widths = natural;
    for (size_t j = 0; j < widths.size(); ++j) widths[j] = least[j] == 0 ? 0 : natural[j];
  };
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].whole && TotalOf(least) > style.width) drop(i);
  }
  for (size_t i = columns.size(); i-- > 1 && TotalOf(least) > style.width;) drop(i);
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
