// Draws the progress of an export.
#include "cli/progress.h"

#include <algorithm>
#include <string>

#include "text.h"
#include "time_text.h"

namespace falcon::client {
namespace {

constexpr int64_t kCells = 24;

std::string Bar(int64_t done, int64_t total) {
  const int64_t full = total <= 0 ? kCells : std::min(kCells, done * kCells / total);
  return StrCat("[", std::string(static_cast<size_t>(full), '#'),
                std::string(static_cast<size_t>(kCells - full), '.'), "]");
}

}  // namespace

Progress::Progress(std::ostream& err, bool bar, std::function<absl::Time()> now)
    : err_(err), bar_(bar), now_(std::move(now)), start_(now_()), drawn_(absl::InfinitePast()) {}

double Progress::Rate() const {
  const double seconds = std::max(0.001, absl::ToDoubleSeconds(now_() - start_));
  return static_cast<double>(done_) / seconds;
}

void Progress::Update(int64_t done, std::optional<int64_t> total) {
  done_ = done;
  total_ = total;
  if (!bar_ || now_() - drawn_ < absl::Milliseconds(100)) return;
  drawn_ = now_();
  Draw();
}

void Progress::Draw() {
  shown_ = true;
  const auto rate = static_cast<int64_t>(Rate());
  err_ << "\r\x1b[K";
  if (total_) {
    const int64_t left = std::max<int64_t>(0, *total_ - done_);
    err_ << Bar(done_, *total_) << ' ' << Grouped(done_) << '/' << Grouped(*total_) << "  "
         << Grouped(rate) << "/s";
    if (rate > 0) err_ << "  " << SpanText(absl::Seconds(left / rate)) << " left";
  } else {
    err_ << Grouped(done_) << " records  " << Grouped(rate) << "/s";
  }
  err_.flush();
}

void Progress::Clear() {
  if (shown_) err_ << "\r\x1b[K" << std::flush;
  shown_ = false;
}

void Progress::Finish() {
  Clear();
  err_ << Grouped(done_) << (done_ == 1 ? " record" : " records") << " in "
       << SpanText(now_() - start_) << " (" << Grouped(static_cast<int64_t>(Rate())) << "/s)\n";
}

}  // namespace falcon::client
