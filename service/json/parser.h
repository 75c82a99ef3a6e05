// Parser: makes Documents in memory that earlier ones have left behind. For whoever parses page
// after page: fresh memory for a page of some megabytes costs as much as decoding its brief view.
#ifndef FALCON_JSON_PARSER_H_
#define FALCON_JSON_PARSER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "json/document.h"

namespace falcon::json {

class SpareBuffers;

// Any thread, one at a time; its Documents go their own ways, and may outlive it.
class Parser {
 public:
  Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;
  ~Parser();

  // As Document::Parse. Between calls it keeps the memory of one page of 256 KiB to 16 MiB; smaller
  // and larger ones come and go.
  absl::StatusOr<Document> Parse(std::string body);

 private:
  std::shared_ptr<SpareBuffers> spare_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_PARSER_H_
