// CVEs that everybody knows, with their published facts.
#pragma once

#include <span>
#include <string_view>

namespace falcon::simulator {

struct KnownCveFacts {
  std::string_view id;
  std::string_view name;
  std::string_view product;  // of product.h
  std::string_view description;
  std::string_view severity;
  double base_score;
  int exploit_status;
  std::string_view published;
  std::string_view due;  // date of the KEV entry; empty: not in that catalogue
  std::string_view cwe;
};

// In the order of KnownCve.
std::span<const KnownCveFacts> KnownCves();

}  // namespace falcon::simulator
