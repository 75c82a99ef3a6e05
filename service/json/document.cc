// Document: parses a body with simdjson, at need once more after a repair.
#include "json/document.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "json/document_impl.h"
#include "json/envelope.h"
#include "json/repair.h"

namespace falcon::json {
namespace {

namespace dom = simdjson::dom;

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
  return Error(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL",
               StrCat("Falcon's answer is not a JSON object: ", why, " (", body.size(), " bytes)"));
}

}  // namespace

Document::Document(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(const Document&) = default;
Document& Document::operator=(const Document&) = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

absl::StatusOr<Document> Document::Parse(std::string body) {
  dom::parser parser;
  return ParseWith(parser, std::move(body), std::make_shared<Impl>());
}

absl::StatusOr<Document> Document::ParseWith(dom::parser& parser, std::string body,
                                             std::shared_ptr<Impl> impl) {
  simdjson::error_code error = ParseText(body, parser, impl->tape);
  if (std::find(kRepairable.begin(), kRepairable.end(), error) != kRepairable.end()) {
    Repaired repaired = Repair(body);
    impl->repaired = repaired.replaced > 0;
    body = std::move(repaired.text);
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

bool Document::repaired() const { return impl_->repaired; }

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

std::string Document::Text() const { return simdjson::to_string(impl_->tape.root()); }

std::string Document::ResourceText(size_t index) const {
  return simdjson::to_string(impl_->resources.at(index));
}

std::string SimdjsonVersion() {
  return StrCat(std::to_string(simdjson::SIMDJSON_VERSION_MAJOR), ".",
                std::to_string(simdjson::SIMDJSON_VERSION_MINOR), ".",
                std::to_string(simdjson::SIMDJSON_VERSION_REVISION), " (",
                simdjson::get_active_implementation()->name(), ")");
}

}  // namespace falcon::json
