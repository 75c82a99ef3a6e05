// Reads the envelope of a Falcon answer. Services differ in small ways; all of them are tolerated
// here.
#include "json/envelope.h"

#include <limits>
#include <string>

#include "json/scalar_values.h"

namespace falcon::json {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxErrors = 1000;

std::string TextOf(dom::element value) {
  if (value.is_null()) return "";
  Scalar<std::string> text = ReadText(value);
  return text.taken == Taken::kValue ? std::move(text.value) : std::string();
}

std::optional<int64_t> NumberOf(dom::element value) {
  const Scalar<int64_t> number = ReadInt64(value);
  return number.taken == Taken::kValue ? std::optional(number.value) : std::nullopt;
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

}  // namespace falcon::json
