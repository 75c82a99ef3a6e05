// How far an export is, on standard error.
#ifndef FALCON_CLIENT_CLI_PROGRESS_H_
#define FALCON_CLIENT_CLI_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>

#include "absl/time/time.h"

namespace falcon::client {

class Progress {
 public:
  // `bar`: redraw a bar in place; else only the final line is written. `err` must outlive it.
  Progress(std::ostream& err, bool bar, std::function<absl::Time()> now);

  // So many records are out, of so many in all if that is known. Draws at most ten times a second.
  void Update(int64_t done, std::optional<int64_t> total);

  // Takes the bar away, so that something else can be written.
  void Clear();

  // "100,000 records in 8 s (12,500/s)".
  void Finish();

 private:
  double Rate() const;
  void Draw();

  std::ostream& err_;
  const bool bar_;
  const std::function<absl::Time()> now_;
  const absl::Time start_;
  absl::Time drawn_;
  bool shown_ = false;
  int64_t done_ = 0;
  std::optional<int64_t> total_;
};

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_PROGRESS_H_
