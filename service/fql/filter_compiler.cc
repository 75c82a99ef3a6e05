// Collects the conditions of a request's filter, and all violations; reads its names, and compares
// those of a record.
#include "fql/filter_compiler.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "fql/parser.h"
#include "fql/typed_filter.h"
#include "google/protobuf/util/time_util.h"

namespace falcon::fql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kFql = "fql";
constexpr std::string_view kFqlPath = "filter.fql";
// They are sent in trailers, for which gRPC allows 8 KiB.
constexpr size_t kMaxViolations = 20;

std::string PathOf(const FieldDescriptor& field) { return StrCat("filter.", field.name()); }

v1::TimeRange IntervalOf(int days, WallTime now) {
  using google::protobuf::util::TimeUtil;
  v1::TimeRange interval;
  const auto start = std::chrono::floor<std::chrono::minutes>(now) - std::chrono::days(days);
  *interval.mutable_start() = TimeUtil::SecondsToTimestamp(
      std::chrono::floor<std::chrono::seconds>(start).time_since_epoch().count());
  *interval.mutable_end() = TimeUtil::SecondsToTimestamp(
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  return interval;
}

class Compiler {
 public:
  Compiler(const Message& request, const Catalogue& catalogue, WallTime now)
      : request_(request), catalogue_(catalogue), now_(now) {}

  absl::StatusOr<CompiledFilter> Compile(const Message& filter) {
    std::vector<const FieldDescriptor*> fields;
    filter.GetReflection()->ListFields(filter, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->options().HasExtension(options::v1::typed_filter)) {
        RETURN_IF_ERROR(AddTyped(filter, *field));
      } else if (field->name() == kFql) {
        AddRaw(filter.GetReflection()->GetString(filter, field));
      }
    }
    if (violations_.empty()) {
      compiled_.expression = Expression::And(std::move(parts_));
      return std::move(compiled_);
    }
    if (violations_.size() > kMaxViolations) violations_.resize(kMaxViolations);
    absl::Status status =
        InvalidFields(violations_, only_fql_is_wrong_ ? "FQL_INVALID" : "INVALID_FIELD");
    for (const auto& [key, fact] : facts_) status = WithMetadata(std::move(status), key, fact);
    return status;
  }

 private:
  absl::Status AddTyped(const Message& filter, const FieldDescriptor& field) {
    const auto& means = field.options().GetExtension(options::v1::typed_filter);
    const absl::StatusOr<Expression> part = CompileTypedFilter(
        {filter, field, means, catalogue_, now_, YieldsRecords(*request_.GetDescriptor())});
    if (absl::IsInvalidArgument(part.status())) {
      Report({{PathOf(field), std::string(part.status().message())}});
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(part.status());
    if (means.operator_() == options::v1::FILTER_OPERATOR_WITHIN_DAYS) {
      compiled_.interval = IntervalOf(filter.GetReflection()->GetInt32(filter, &field), now_);
    }
    const std::string path = PathOf(field);
    absl::StatusOr<CheckedFilter> checked =
        CheckFilter(*part, {.catalogue = catalogue_, .field_name = path});
    if (checked.ok()) {
      Add(*std::move(checked));
      return absl::OkStatus();
    }
    std::vector<FieldViolation> violations = Violations(checked.status());
    // All spellings of one word fail for the same reason.
    const bool spellings = means.operator_() == options::v1::FILTER_OPERATOR_EQUAL_UPPER_OR_LOWER ||
                           means.operator_() == options::v1::FILTER_OPERATOR_NAME;
    if (spellings && violations.size() > 1) violations.resize(1);
    Report(std::move(violations));
    return absl::OkStatus();
  }

  void AddRaw(const std::string& text) {
    absl::StatusOr<CheckedFilter> checked = CheckRaw(text);
    if (checked.ok()) {
      Add(*std::move(checked));
      return;
    }
    facts_ = Metadata(checked.status());
    for (FieldViolation& violation : Violations(checked.status())) {
      violations_.push_back(std::move(violation));
    }
  }

  absl::StatusOr<CheckedFilter> CheckRaw(const std::string& text) const {
    if (!IsSyntaxOnly(request_)) {
      return CheckFilterText(
          text,
          {.catalogue = catalogue_, .field_name = kFqlPath, .request = request_.GetDescriptor()});
    }
    ASSIGN_OR_RETURN(Expression parsed, Parse(text, kFqlPath));
    return Unchecked(std::move(parsed), catalogue_);
  }

  void Add(CheckedFilter filter) {
    parts_.push_back(std::move(filter.expression));
    std::move(filter.notes.begin(), filter.notes.end(), std::back_inserter(compiled_.notes));
  }

  void Report(std::vector<FieldViolation> violations) {
    for (FieldViolation& violation : violations) {
      violations_.push_back(std::move(violation));
      only_fql_is_wrong_ = false;
    }
  }

  const Message& request_;
  const Catalogue& catalogue_;
  const WallTime now_;
  CompiledFilter compiled_;
  std::vector<Expression> parts_;
  std::vector<FieldViolation> violations_;
  std::map<std::string, std::string> facts_;  // of the FQL's error
  bool only_fql_is_wrong_ = true;
};

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Visit = std::function<void(const std::string& text)>;

void VisitTexts(const Message& message, const FieldDescriptor& field, const Visit& visit) {
  const auto& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    if (reflection.HasField(message, &field)) visit(reflection.GetString(message, &field));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    visit(reflection.GetRepeatedString(message, &field, i));
  }
}

// All texts at `path`, from its element `at` on.
void VisitPath(const Message& message, const NameFilter::Path& path, size_t at,
               const Visit& visit) {
  const FieldDescriptor& field = *path[at];
  const auto& reflection = *message.GetReflection();
  if (at + 1 == path.size()) {
    VisitTexts(message, field, visit);
  } else if (!field.is_repeated()) {
    if (!reflection.HasField(message, &field)) return;
    VisitPath(reflection.GetMessage(message, &field), path, at + 1, visit);
  } else {
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      VisitPath(reflection.GetRepeatedMessage(message, &field, i), path, at + 1, visit);
    }
  }
}

bool IsName(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         field.options().GetExtension(options::v1::typed_filter).operator_() ==
             options::v1::FILTER_OPERATOR_NAME;
}

// The record fields that a typed filter compares; none, if one of its FQL fields is in no record.
std::vector<NameFilter::Path> PathsOf(const options::v1::TypedFilter& means,
                                      const Catalogue& catalogue) {
  std::vector<std::string> names = {means.field()};
  names.insert(names.end(), means.or_fields().begin(), means.or_fields().end());
  std::vector<NameFilter::Path> paths;
  for (const std::string& name : names) {
    const Field* field = catalogue.Find(name);
    const bool text = field != nullptr && !field->path.empty() &&
                      field->path.back()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (!text) return {};
    paths.push_back(field->path);
  }
  return paths;
}

// The fields of the request's filter that ask for a name.
std::vector<std::pair<const Message*, const FieldDescriptor*>> NamesOf(const Message& request) {
  std::vector<std::pair<const Message*, const FieldDescriptor*>> names;
  const Message* filter = FilterOf(request);
  if (filter == nullptr) return names;
  std::vector<const FieldDescriptor*> fields;
  filter->GetReflection()->ListFields(*filter, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsName(*field)) names.emplace_back(filter, field);
  }
  return names;
}

bool HasStar(const std::string& text) { return text.find('*') != std::string::npos; }

}  // namespace

const Message* FilterOf(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("filter");
  const bool set = field != nullptr && field->message_type() != nullptr &&
                   request.GetReflection()->HasField(request, field);
  return set ? &request.GetReflection()->GetMessage(request, field) : nullptr;
}

absl::StatusOr<CompiledFilter> CompileFilters(const Message& request, const Catalogue& catalogue,
                                              WallTime now) {
  const Message* filter = FilterOf(request);
  if (filter == nullptr) return CompiledFilter();
  return Compiler(request, catalogue, now).Compile(*filter);
}

bool IsSyntaxOnly(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("read_options");
  if (field == nullptr || field->message_type() != v1::ReadOptions::descriptor()) return false;
  const auto& options =
      static_cast<const v1::ReadOptions&>(request.GetReflection()->GetMessage(request, field));
  return options.filter_check() == v1::FILTER_CHECK_SYNTAX_ONLY;
}

bool YieldsRecords(const Descriptor& request) {
  return request.FindFieldByName("read_mask") != nullptr;
}

NameFilter::NameFilter(const Message& request, const Catalogue& catalogue) {
  for (const auto& [filter, name_field] : NamesOf(request)) {
    const FieldDescriptor& field = *name_field;
    Condition condition;
    bool star = false;
    VisitTexts(*filter, field, [&](const std::string& name) {
      star = star || HasStar(name);
      condition.names.push_back(FoldCase(name));
    });
    if (condition.names.empty() || star) continue;
    condition.paths = PathsOf(field.options().GetExtension(options::v1::typed_filter), catalogue);
    if (condition.paths.empty()) continue;
    paths_.insert(paths_.end(), condition.paths.begin(), condition.paths.end());
    conditions_.push_back(std::move(condition));
  }
}

bool NameFilter::Matches(const Message& record) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    bool named = false;
    bool equal = false;
    for (const Path& path : condition.paths) {
      VisitPath(record, path, 0, [&](const std::string& text) {
        if (text.empty() || equal) return;
        named = true;
        equal = std::ranges::find(condition.names, FoldCase(text)) != condition.names.end();
      });
    }
    return equal || !named;
  });
}

std::vector<std::string> CaseSensitiveFields(const Message& request) {
  std::vector<std::string> fields;
  if (YieldsRecords(*request.GetDescriptor())) return fields;
  for (const auto& [filter, field] : NamesOf(request)) {
    bool cased = false;
    VisitTexts(*filter, *field, [&cased](const std::string& text) {
      cased = cased || UpperCase(text) != LowerCase(text);
    });
    if (cased) fields.push_back(StrCat("filter.", field->name()));
  }
  return fields;
}

}  // namespace falcon::fql
