// Problems: collects what is wrong with the configuration, so that all of it is reported at once,
// and warnings.
#ifndef FALCON_CONFIG_PROBLEMS_H_
#define FALCON_CONFIG_PROBLEMS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon::config {

class Problems {
 public:
  // `where`: a flag or a variable. `what`: what is wrong with it, and what would be right.
  void Add(std::string_view where, std::string_view what) {
    problems_.push_back({std::string(where), std::string(what)});
  }
  void AddAll(const Problems& others) {
    problems_.insert(problems_.end(), others.problems_.begin(), others.problems_.end());
    warnings_.insert(warnings_.end(), others.warnings_.begin(), others.warnings_.end());
  }
  // To be logged; the gateway starts all the same.
  void Warn(std::string warning) { warnings_.push_back(std::move(warning)); }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // The value; or nullopt and one more problem.
  template <class T>
  std::optional<T> ValueOrAdd(std::string_view where, absl::StatusOr<T> result) {
    if (result.ok()) return *std::move(result);
    Add(where, ToStd(result.status().message()));
    return std::nullopt;
  }

  bool empty() const { return problems_.empty(); }
  // INVALID_ARGUMENT (INVALID_CONFIG) with one violation for each problem; OK when there is none.
  absl::Status status() const {
    return empty() ? absl::OkStatus() : InvalidFields(problems_, "INVALID_CONFIG");
  }

 private:
  std::vector<FieldViolation> problems_;
  std::vector<std::string> warnings_;
};

}  // namespace falcon::config

#endif  // FALCON_CONFIG_PROBLEMS_H_
