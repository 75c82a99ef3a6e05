// Parser: lends its spare memory to one Document after the other.
#include "json/parser.h"

#include <utility>

#include "json/document_impl.h"
#include "json/spare_buffers.h"

namespace falcon::json {

Parser::Parser() : spare_(std::make_shared<SpareBuffers>()) {}
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;
Parser::~Parser() = default;

absl::StatusOr<Document> Parser::Parse(std::string body) {
  auto impl = std::make_shared<Document::Impl>();
  impl->home = spare_;
  impl->tape = spare_->tapes.Take(body.size());
  simdjson::dom::parser parser = spare_->parsers.Take(body.size());
  absl::StatusOr<Document> document = Document::ParseWith(parser, std::move(body), std::move(impl));
  spare_->parsers.Return(std::move(parser));
  return document;
}

}  // namespace falcon::json
