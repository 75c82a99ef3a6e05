// Parses a body with simdjson, once more after a repair if need be, and reads its envelope.
// Services differ in small ways, all of which are accepted here.
#include "json/document.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "json/document_impl.h"
#include "json/values.h"

namespace falcon::json {

namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxErrors = 1000;

std::string TextOf(dom::element value) {
  if (value.is_null()) return "";
  Scalar<std::string> text = ReadText(value);
  return text.result == ParseResult::kValue ? std::move(text.value) : std::string();
}

std::optional<int64_t> NumberOf(dom::element value) {
  const Scalar<int64_t> number = ReadInt64(value);
  return number.result == ParseResult::kValue ? std::optional(number.value) : std::nullopt;
}

void ReadPagination(const dom::object& from, Pagination& pagination) {
  for (const auto [key, value] : from) {
    if (key == "total") {
      pagination.total = NumberOf(value);
    } else if (key == "limit") {
      pagination.limit = NumberOf(value);
    } else if (key == "offset") {
      pagination.offset = NumberOf(value);
      pagination.offset_token = value.is_string() ? TextOf(value) : "";
    } else if (key == "after") {
      pagination.after = TextOf(value);
    } else if (key == "next") {
      pagination.next = TextOf(value);
    }
  }
}

void ReadMeta(const dom::object& meta, Envelope& envelope) {
  for (const auto [key, value] : meta) {
    dom::object inner;
    if (key == "trace_id") {
      envelope.trace_id = TextOf(value);
    } else if (key == "next") {
      envelope.pagination.next = TextOf(value);
    } else if (key == "pagination" && value.get(inner) == simdjson::SUCCESS) {
      ReadPagination(inner, envelope.pagination);
    }
  }
}

ApiError ReadError(dom::element value) {
  ApiError error;
  dom::object fields;
  if (value.get(fields) != simdjson::SUCCESS) {
    error.message = TextOf(value);
    return error;
  }
  for (const auto [key, member] : fields) {
    if (key == "code") {
      const int64_t code = NumberOf(member).value_or(0);
      constexpr int64_t kMax = std::numeric_limits<int>::max();
      error.code = code >= 0 && code <= kMax ? static_cast<int>(code) : 0;
    } else if (key == "message") {
      error.message = TextOf(member);
    } else if (key == "id") {
      error.id = TextOf(member);
    }
  }
  return error;
}

// The elements of an array; a single object or text stands for itself.
std::vector<dom::element> Elements(dom::element value, size_t at_most) {
  std::vector<dom::element> elements;
  dom::array array;
  if (value.get(array) == simdjson::SUCCESS) {
    elements.reserve(std::min(array.size(), at_most));
    for (dom::element element : array) {
      if (elements.size() == at_most) break;
      elements.push_back(element);
    }
  } else if (value.is_object() || value.is_string()) {
    elements.push_back(value);
  }
  return elements;
}

Resources FormOf(dom::element value) {
  if (value.is_null()) return Resources::kNull;
  if (value.is_array()) return Resources::kList;
  return value.is_object() ? Resources::kObject : Resources::kOther;
}

void ReadResources(dom::element value, Envelope& envelope, std::vector<dom::element>& resources) {
  envelope.form = FormOf(value);
  if (envelope.form == Resources::kOther) return resources.clear();
  resources = Elements(value, std::numeric_limits<size_t>::max());
  envelope.texts = envelope.objects = 0;
  for (const dom::element resource : resources) {
    std::string_view text;
    if (resource.is_object()) {
      ++envelope.objects;
    } else if (resource.get(text) == simdjson::SUCCESS && !text.empty()) {
      ++envelope.texts;
    }
  }
}

constexpr size_t kFirstDepthRefused = 65;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::array kRepairable = {simdjson::UTF8_ERROR,      simdjson::STRING_ERROR,
                                    simdjson::UNESCAPED_CHARS, simdjson::NUMBER_ERROR,
                                    simdjson::TAPE_ERROR,      simdjson::T_ATOM_ERROR,
                                    simdjson::F_ATOM_ERROR,    simdjson::N_ATOM_ERROR};

simdjson::error_code ParseText(std::string& body, dom::parser& parser, dom::document& tape) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  const size_t start = body.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const size_t size = body.size() - start;
  if (parser.capacity() < size || parser.max_depth() != kFirstDepthRefused) {
    const simdjson::error_code error = parser.allocate(
        std::max(size, simdjson::dom::MINIMAL_DOCUMENT_CAPACITY), kFirstDepthRefused);
    if (error != simdjson::SUCCESS) return error;
  }
  return parser.parse_into_document(tape, body.data() + start, size, false).error();
}

absl::Status NotJson(std::string_view body, std::string_view why) {
  const size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    why = "it is empty";
  } else if (body[first] == '<') {
    why = "it looks like HTML or XML, perhaps from a proxy";
  }
  return Error(
      absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL",
      StrCat("Falcon's response is not a JSON object: ", why, " (", body.size(), " bytes)"));
}

}  // namespace

Envelope ReadEnvelope(const dom::object& root, std::vector<dom::element>& resources) {
  Envelope envelope;
  for (const auto [key, value] : root) {
    dom::object meta;
    if (key == "meta" && value.get(meta) == simdjson::SUCCESS) {
      envelope.has_meta = true;
      ReadMeta(meta, envelope);
    } else if (key == "errors") {
      envelope.errors.clear();
      envelope.has_errors = value.is_array();
      for (dom::element error : Elements(value, kMaxErrors)) {
        if (!error.is_null()) envelope.errors.push_back(ReadError(error));
      }
    } else if (key == "resources") {
      ReadResources(value, envelope, resources);
    }
  }
  envelope.resources = resources.size();
  return envelope;
}

Document::Document(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

absl::StatusOr<Document> Document::Parse(std::string body) {
  dom::parser parser;
  return ParseWith(parser, std::move(body), std::make_shared<Impl>());
}

absl::StatusOr<Document> Document::ParseWith(dom::parser& parser, std::string body,
                                             std::shared_ptr<Impl> impl) {
  simdjson::error_code error = ParseText(body, parser, impl->tape);
  if (std::find(kRepairable.begin(), kRepairable.end(), error) != kRepairable.end()) {
    body = Repair(body);
    error = ParseText(body, parser, impl->tape);
  }
  if (error != simdjson::SUCCESS) return NotJson(body, simdjson::error_message(error));
  dom::object root;
  if (impl->tape.root().get(root) != simdjson::SUCCESS) return NotJson(body, "it is another value");
  impl->envelope = ReadEnvelope(root, impl->resources);
  return Document(std::move(impl));
}

const Envelope& Document::envelope() const { return impl_->envelope; }

void Document::SetNext(std::string next) { impl_->envelope.pagination.next = std::move(next); }

std::vector<std::string> Document::Ids() const {
  std::vector<std::string> ids;
  ids.reserve(impl_->resources.size());
  for (dom::element resource : impl_->resources) {
    std::string_view id;
    if (resource.get(id) == simdjson::SUCCESS) ids.emplace_back(id);
  }
  return ids;
}

bool Document::Has(size_t index, std::string_view key) const {
  dom::element value;
  return impl_->resources.at(index)[key].get(value) == simdjson::SUCCESS;
}

std::string Document::TextOf(size_t index, std::string_view key) const {
  dom::element value;
  if (impl_->resources.at(index)[key].get(value) != simdjson::SUCCESS) return "";
  if (value.is_string()) return std::string(value.get_string().value_unsafe());
  return value.is_number() ? simdjson::to_string(value) : "";
}

std::string Document::ToJson() const { return simdjson::to_string(impl_->tape.root()); }

std::string Document::ResourceText(size_t index) const {
  return simdjson::to_string(impl_->resources.at(index));
}

std::string SimdjsonVersion() {
  return StrCat(std::to_string(simdjson::SIMDJSON_VERSION_MAJOR), ".",
                std::to_string(simdjson::SIMDJSON_VERSION_MINOR), ".",
                std::to_string(simdjson::SIMDJSON_VERSION_REVISION), " (",
                simdjson::get_active_implementation()->name(), ")");
}

Parser::Parser() : buffers_(std::make_shared<ParserBuffers>()) {}

absl::StatusOr<Document> Parser::Parse(std::string body) {
  auto impl = std::make_shared<Document::Impl>();
  impl->home = buffers_;
  impl->tape = buffers_->tapes.Take(body.size());
  simdjson::dom::parser parser = buffers_->parsers.Take(body.size());
  absl::StatusOr<Document> document = Document::ParseWith(parser, std::move(body), std::move(impl));
  buffers_->parsers.Return(std::move(parser));
  return document;
}

}  // namespace falcon::json
