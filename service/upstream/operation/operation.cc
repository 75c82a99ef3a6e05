// What the table says of an operation.
#include <array>
#include <iterator>

#include "upstream/operation/operation_table.h"

namespace falcon::upstream {

Answers AnswersOf(const Operation& operation) {
  const auto says = [&](std::string_view kind) {
    return operation.path.find(kind) != std::string_view::npos;
  };
  if (says("/queries/")) return Answers::kIds;
  return says("/aggregates/") ? Answers::kAggregates : Answers::kRecords;
}

std::string_view AreaOf(const Operation& operation) {
  const std::string_view path = operation.path.substr(1);
  return path.substr(0, path.find('/'));
}

std::span<const Operation* const> Operations() {
  static constexpr auto kAll = [] {
    std::array<const Operation*, std::size(operation_internal::kTable)> all{};
    std::ranges::transform(operation_internal::kTable, all.begin(),
                           [](const Operation& one) { return &one; });
    return all;
  }();
  return kAll;
}

const Operation* FindOperation(std::string_view id) {
  const auto found = std::ranges::find(operation_internal::kTable, id, &Operation::id);
  return found == std::end(operation_internal::kTable) ? nullptr : &*found;
}

}  // namespace falcon::upstream
