// Document: a response of Falcon, parsed once: its envelope, and its resources for the decoder.
#ifndef FALCON_JSON_DOCUMENT_H_
#define FALCON_JSON_DOCUMENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace simdjson::dom {
class parser;  // NOLINT(readability-identifier-naming): simdjson's name
}

namespace falcon::json {

// An element of `errors`.
struct ApiError {
  int code = 0;
  std::string message;
  std::string id;  // the resource concerned; empty: none
};

// `meta.pagination`, and `meta.next` where a service puts it there. Unset and empty: not sent. A
// string `offset` is a scroll token, a number is an offset; text of digits only is returned as
// both.
struct Pagination {
  std::optional<int64_t> total;
  std::optional<int64_t> offset;
  std::optional<int64_t> limit;
  std::string offset_token;
  std::string after;
  std::string next;
};

// The JSON type of `resources`.
enum class Resources {
  kAbsent,
  kNull,
  kList,
  kObject,  // stands for a list of one
  kOther,   // text, a number, a flag
};

struct Envelope {
  bool has_meta = false;    // `meta` is an object
  bool has_errors = false;  // `errors` is a list, maybe empty
  Resources form = Resources::kAbsent;
  std::string trace_id;
  Pagination pagination;
  std::vector<ApiError> errors;  // the first 1000
  size_t resources = 0;          // elements of `resources`; null and absent count as none
  size_t texts = 0;              // of them, texts that are not empty
  size_t objects = 0;            // of them, objects
};

// Holds the parsed form, not the body; copies share it. Any thread; concurrent reads are safe.
class Document {
 public:
  // Parses `body`, in place if it has 64 bytes of spare capacity. INTERNAL (UPSTREAM_PROTOCOL) when
  // it is not one JSON object or is deeper than 64 levels. Bytes that are not UTF-8, lone
  // surrogates and bare control characters are repaired; numbers beyond 64 bits, NaN and Infinity
  // become text as they are spelled. For page after page, use a Parser.
  static absl::StatusOr<Document> Parse(std::string body);

  const Envelope& envelope() const;
  // Where the next page starts, for a service that says so outside the body. Copies share it.
  void SetNext(std::string next);
  // The resources that are strings, in order: the ids of a query response.
  std::vector<std::string> Ids() const;
  // Whether resource `index` is an object with a member `key`.
  bool Has(size_t index, std::string_view key) const;
  // Member `key` of resource `index`, if it is text or a number; else empty.
  std::string TextOf(size_t index, std::string_view key) const;
  // The whole response as compact JSON, repairs included.
  std::string ToJson() const;
  // Resource `index` as compact JSON.
  std::string ResourceText(size_t index) const;

  struct Impl;  // simdjson stays in this room
  const Impl& impl() const { return *impl_; }

 private:
  friend class Parser;
  explicit Document(std::shared_ptr<Impl> impl);
  static absl::StatusOr<Document> ParseWith(simdjson::dom::parser& parser, std::string body,
                                            std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

// The version and the kernel in use: "3.0.1 (haswell)".
std::string SimdjsonVersion();

struct ParserBuffers;

// Makes Documents in memory that earlier ones have left: for large pages, fresh memory costs as
// much as decoding their brief view. Any thread, one at a time; its Documents may outlive it.
class Parser {
 public:
  Parser();
  Parser(Parser&&) noexcept = default;
  Parser& operator=(Parser&&) noexcept = default;

  // As Document::Parse. Between calls it keeps the memory of one page of 256 KiB to 16 MiB; smaller
  // and larger ones come and go.
  absl::StatusOr<Document> Parse(std::string body);

 private:
  std::shared_ptr<ParserBuffers> buffers_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DOCUMENT_H_
