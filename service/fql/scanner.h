// Scanner: reads the words of FQL text one by one, and words the errors with what stands there and
// what was expected.
#ifndef FALCON_FQL_SCANNER_H_
#define FALCON_FQL_SCANNER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fql/expression.h"
#include "fql/parser.h"

namespace falcon::fql {

// Holds views of `text` and `field_name` and a reference to `fault`, which outlive it. A method
// that fails leaves the position undefined.
class Scanner {
 public:
  Scanner(std::string_view text, std::string_view field_name, SyntaxFault& fault)
      : text_(text), field_name_(field_name), fault_(fault) {}

  size_t position() const { return position_; }
  bool AtEnd() const { return position_ == text_.size(); }
  // 0 at the end.
  char Peek() const { return AtEnd() ? '\0' : text_[position_]; }
  std::string_view Rest() const { return text_.substr(position_); }
  std::string_view Before() const { return text_.substr(0, position_); }

  void SkipBlanks();
  // Whether `token` stood here; then it is behind us.
  bool Take(std::string_view token);

  // Letters, digits, '_' and '-', with single dots between levels.
  absl::StatusOr<std::string> TakeField();
  // From one quote, ' or ", to the same quote. Escapes: \' \" \\; a backslash before anything else
  // is itself, but for a star, which no escape makes literal.
  absl::StatusOr<std::string> TakeQuoted();
  // null, true, false, a JSON number, or a word of letters, digits and _-./@ without quotes.
  // `field` is for the advice.
  absl::StatusOr<Value> TakeBare(std::string_view field);

  // "at byte 7: found `=`, expected ':'; advice". Empty advice adds nothing. `field` is for whoever
  // mends it.
  absl::Status Fail(SyntaxFault::Place place, std::string_view expected,
                    std::string_view advice = "", std::string_view field = "") const;
  // "at byte 7: problem".
  absl::Status FailAt(size_t position, std::string_view problem) const;

 private:
  std::string_view TakeNumber();

  std::string_view text_;
  std::string_view field_name_;
  SyntaxFault& fault_;
  size_t position_ = 0;
};

}  // namespace falcon::fql

#endif  // FALCON_FQL_SCANNER_H_
