// A walk over the fields that a request sets.
#include "rpc/request_bounds.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"

namespace falcon::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The defaults: the only place of them.
constexpr FieldBounds kText = {.max_items = 1000, .max_bytes = 16 << 10};
constexpr FieldBounds kTexts = {.max_items = 1000, .max_bytes = 4 << 10};
constexpr FieldBounds kEnums = {.max_items = 100, .max_bytes = 0};
constexpr FieldBounds kMaskPaths = {.max_items = 200, .max_bytes = 512};

constexpr int64_t kDefaultPage = 50;
constexpr int64_t kMaxPage = 5000;
constexpr size_t kMaxViolations = 20;

bool IsMaskPath(const FieldDescriptor& field) {
  return field.containing_type()->full_name() == "google.protobuf.FieldMask";
}

bool IsPageSize(const FieldDescriptor& field) {
  return field.name() == "page_size" || field.name() == "batch_size";
}

class Walk {
 public:
  void Visit(const Message& message, const std::string& path) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      ++size_.visited;
      // A caller knows a mask as one field.
      const std::string name = IsMaskPath(*field) ? path
                               : path.empty()     ? field->name()
                                                  : Cat(path, ".", field->name());
      if (field->is_repeated()) {
        VisitItems(message, *field, name);
      } else {
        VisitValue(message, *field, name);
      }
    }
  }

  absl::StatusOr<RequestSize> Conclude(const Message& request) && {
    if (!violations_.empty()) return InvalidFields(violations_);
    size_.bytes = request.ByteSizeLong();
    if (size_.bytes > kMaxRequestBytes) {
      return InvalidField(largest_.empty() ? "request" : largest_,
                          Cat("makes the request too large: it takes at most ", kMaxRequestBytes,
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
      Violate(name, Cat("takes at most ", bounds.max_items, " items, got ", items,
                        "; split them over several calls"));
      return;
    }
    const bool texts = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (texts && !IsMaskPath(field)) Answers(items);
    if (messages) Answers(items);
    size_t bytes = 0;
    for (int i = 0; (texts || messages) && i < items; ++i) {
      ++size_.visited;
      std::string spare;
      if (messages) {
        Visit(reflection.GetRepeatedMessage(message, &field, i), Cat(name, "[", i, "]"));
        continue;
      }
      const size_t size = reflection.GetRepeatedStringReference(message, &field, i, &spare).size();
      bytes += size;
      if (Fits(size, bounds)) continue;
      Violate(IsMaskPath(field) ? name : Cat(name, "[", i, "]"), TooLong(size, bounds));
      return;
    }
    Weigh(name, bytes);
  }

  void VisitValue(const Message& message, const FieldDescriptor& field, const std::string& name) {
    const auto& reflection = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Visit(reflection.GetMessage(message, &field), name);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      std::string spare;
      const size_t size = reflection.GetStringReference(message, &field, &spare).size();
      const FieldBounds bounds = BoundsOf(field);
      if (!Fits(size, bounds)) Violate(name, TooLong(size, bounds));
      Weigh(name, size);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 && IsPageSize(field)) {
      Answers(reflection.GetInt32(message, &field));
    }
  }

  static bool Fits(size_t size, const FieldBounds& bounds) {
    return size <= static_cast<size_t>(bounds.max_bytes);
  }
  static std::string TooLong(size_t size, const FieldBounds& bounds) {
    return Cat("takes at most ", bounds.max_bytes, " bytes, got ", size);
  }

  void Violate(const std::string& field, const std::string& description) {
    if (violations_.size() < kMaxViolations) violations_.push_back({field, description});
  }
  void Answers(int64_t records) {
    size_.records = std::max(size_.records, std::min(records, kMaxPage));
  }
  void Weigh(const std::string& name, size_t bytes) {
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
  return bounds;
}

absl::StatusOr<RequestSize> CheckBounds(const Message& request) {
  Walk walk;
  walk.Visit(request, "");
  return std::move(walk).Conclude(request);
}

}  // namespace falcon::rpc
