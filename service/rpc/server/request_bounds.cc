// Walks the fields that a request sets.
#include "rpc/server/request_bounds.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "rpc/server/field_access.h"

namespace falcon::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Defaults of fields without options.
constexpr FieldBounds kText = {.max_items = 1000, .max_bytes = 16 << 10};
constexpr FieldBounds kTexts = {.max_items = 1000, .max_bytes = 4 << 10};
constexpr FieldBounds kEnums = {.max_items = 100, .max_bytes = 0};
constexpr FieldBounds kMaskPaths = {.max_items = 200, .max_bytes = 512};

constexpr int kDefaultPage = 50;
constexpr int kDefaultSize = 10;
constexpr int64_t kMaxPage = 5000;
constexpr size_t kMaxViolations = 20;

bool IsMaskPath(const FieldDescriptor& field) {
  return field.containing_type()->full_name() == "google.protobuf.FieldMask";
}

bool IsPageSize(const FieldDescriptor& field) {
  return field.name() == "page_size" || field.name() == "batch_size";
}

bool IsSize(const FieldDescriptor& field) {
  return IsPageSize(field) || field.name() == "size" || field.name() == "limit";
}

double NumberOf(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  return field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ? reflection.GetDouble(message, &field)
                                                             : reflection.GetInt32(message, &field);
}

bool IsNumber(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_INT32;
}

class Walk {
 public:
  void Require(const Message& request) {
    const auto& type = *request.GetDescriptor();
    const auto& reflection = *request.GetReflection();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!field.options().GetExtension(options::v1::required)) continue;
      const auto* choice = field.real_containing_oneof();
      const bool set = field.is_repeated() ? reflection.FieldSize(request, &field) > 0
                       : choice != nullptr ? reflection.HasOneof(request, choice)
                                           : reflection.HasField(request, &field);
      if (set) continue;
      AddViolation(field.name(), field.is_repeated() ? StrCat("needs from 1 to ",
                                                              BoundsOf(field).max_items, " items")
                                 : choice == nullptr ? "is required"
                                                     : "one of these is required");
    }
  }

  void Visit(const Message& message, const std::string& path) {
    // A condition that is not understood must not be left out: the answer would not be what was
    // asked for.
    const auto& unknown = message.GetReflection()->GetUnknownFields(message);
    if (!unknown.empty()) {
      AddViolation(path.empty() ? "request" : path,
                   StrCat("has a field of number ", unknown.field(0).number(),
                          ", which this gateway does not know: it is older than the client"));
    }
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      ++size_.visited;
      // Callers see a mask as one field.
      const std::string name = IsMaskPath(*field) ? path
                               : path.empty()     ? field->name()
                                                  : StrCat(path, ".", field->name());
      if (field->is_repeated()) {
        VisitItems(message, *field, name);
      } else {
        VisitValue(message, *field, name);
      }
    }
  }

  absl::StatusOr<RequestSize> Finish(const Message& request) && {
    if (!violations_.empty()) return InvalidFields(violations_);
    size_.bytes = request.ByteSizeLong();
    if (size_.bytes > kMaxRequestBytes) {
      return InvalidField(largest_.empty() ? "request" : largest_,
                          StrCat("makes the request too large: it takes at most ", kMaxRequestBytes,
                                 " bytes in all, got ", size_.bytes));
    }
    if (size_.records == 0) size_.records = kDefaultPage;
    return size_;
  }

 private:
  void VisitItems(const Message& message, const FieldDescriptor& field, const std::string& name) {
    const auto& reflection = *message.GetReflection();
    const FieldBounds bounds = BoundsOf(field);
    const int items = reflection.FieldSize(message, &field);
    if (items > bounds.max_items) {
      AddViolation(name, StrCat("takes at most ", bounds.max_items, " items, got ", items,
                                "; split them over several calls"));
      return;
    }
    const bool texts = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (texts && !IsMaskPath(field)) ExpectRecords(items);
    if (messages) ExpectRecords(items);
    size_t bytes = 0;
    for (int i = 0; (texts || messages) && i < items; ++i) {
      ++size_.visited;
      std::string spare;
      if (messages) {
        Visit(reflection.GetRepeatedMessage(message, &field, i), StrCat(name, "[", i, "]"));
        continue;
      }
      const size_t size = reflection.GetRepeatedStringReference(message, &field, i, &spare).size();
      bytes += size;
      if (Fits(size, bounds)) continue;
      AddViolation(IsMaskPath(field) ? name : StrCat(name, "[", i, "]"), TooLong(size, bounds));
      return;
    }
    NoteLargest(name, bytes);
  }

  void VisitValue(const Message& message, const FieldDescriptor& field, const std::string& name) {
    const auto& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Visit(reflection.GetMessage(message, &field), name);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      std::string spare;
      const size_t size = reflection.GetStringReference(message, &field, &spare).size();
      const FieldBounds bounds = BoundsOf(field);
      if (!Fits(size, bounds)) AddViolation(name, TooLong(size, bounds));
      NoteLargest(name, size);
    } else if (IsNumber(field)) {
      VisitNumber(NumberOf(message, field), field, name);
    }
  }

  // NaN is out of every bound.
  void VisitNumber(double number, const FieldDescriptor& field, const std::string& name) {
    if (IsPageSize(field)) ExpectRecords(static_cast<int64_t>(number));
    const FieldBounds bounds = BoundsOf(field);
    if (bounds.max == 0 || (number >= 0 && (number <= bounds.max || IsSize(field)))) return;
    AddViolation(name, IsSize(field)
                           ? StrCat("must not be negative, got ", number)
                           : StrCat("must lie between 0 and ", bounds.max, ", got ", number));
  }

  static bool Fits(size_t size, const FieldBounds& bounds) {
    return size <= static_cast<size_t>(bounds.max_bytes);
  }
  static std::string TooLong(size_t size, const FieldBounds& bounds) {
    return StrCat("takes at most ", bounds.max_bytes, " bytes, got ", size);
  }

  void AddViolation(const std::string& field, const std::string& description) {
    if (violations_.size() < kMaxViolations) violations_.push_back({field, description});
  }
  void ExpectRecords(int64_t records) {
    size_.records = std::max(size_.records, std::min(records, kMaxPage));
  }
  void NoteLargest(const std::string& name, size_t bytes) {
    if (bytes <= largest_bytes_) return;
    largest_bytes_ = bytes;
    largest_ = name;
  }

  RequestSize size_;
  std::vector<FieldViolation> violations_;
  std::string largest_;
  size_t largest_bytes_ = 0;
};

}  // namespace

FieldBounds BoundsOf(const FieldDescriptor& field) {
  FieldBounds bounds = field.is_repeated() ? kTexts : kText;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) bounds = kEnums;
  if (IsMaskPath(field)) bounds = kMaskPaths;
  const options::v1::Bounds& own = field.options().GetExtension(options::v1::bounds);
  if (own.max_items() > 0) bounds.max_items = own.max_items();
  if (own.max_bytes() > 0) bounds.max_bytes = own.max_bytes();
  bounds.max = own.max();
  return bounds;
}

int PageSize(const Message& request, std::string_view field) {
  const FieldDescriptor* size = FieldNamed(request.GetDescriptor(), field);
  const int max = static_cast<int>(BoundsOf(*size).max);
  const int asked = request.GetReflection()->GetInt32(request, size);
  if (asked > 0) return std::min(asked, max);
  if (field == "batch_size") return max;
  return std::min(field == "page_size" ? kDefaultPage : kDefaultSize, max);
}

absl::StatusOr<RequestSize> CheckBounds(const Message& request) {
  Walk walk;
  walk.Require(request);
  walk.Visit(request, "");
  return std::move(walk).Finish(request);
}

}  // namespace falcon::rpc
