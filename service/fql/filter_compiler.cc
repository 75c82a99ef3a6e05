// Gathers a request's typed filters and its raw one, and all that is wrong with them.
#include "fql/filter_compiler.h"

#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "fql/parser.h"
#include "fql/typed_filter.h"

namespace falcon::fql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kRawFilter = "filter";
// They travel in the trailers of an answer, where gRPC allows 8 KiB.
constexpr size_t kMaxViolations = 20;

bool IsSet(const Message& request, const FieldDescriptor& field) {
  const auto& reflection = *request.GetReflection();
  return field.is_repeated() ? reflection.FieldSize(request, &field) > 0
                             : reflection.HasField(request, &field);
}

class Compiler {
 public:
  Compiler(const Message& request, const Catalogue& catalogue, WallTime now,
           std::vector<FilterNote>& notes)
      : request_(request), catalogue_(catalogue), now_(now), notes_(notes) {}

  absl::StatusOr<Expression> Compile() {
    for (int i = 0; i < request_.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *request_.GetDescriptor()->field(i);
      if (!IsSet(request_, field)) continue;
      if (field.options().HasExtension(options::v1::typed_filter)) {
        RETURN_IF_ERROR(AddTyped(field, field.options().GetExtension(options::v1::typed_filter)));
      } else if (field.name() == kRawFilter) {
        AddRaw(request_.GetReflection()->GetString(request_, &field));
      }
    }
    if (violations_.empty()) return Expression::And(std::move(parts_));
    if (violations_.size() > kMaxViolations) violations_.resize(kMaxViolations);
    absl::Status status =
        InvalidFields(violations_, only_raw_is_wrong_ ? "FQL_INVALID" : "INVALID_FIELD");
    for (const auto& [key, fact] : facts_) status = WithFact(std::move(status), key, fact);
    return status;
  }

 private:
  absl::Status AddTyped(const FieldDescriptor& field, const options::v1::TypedFilter& means) {
    const absl::StatusOr<Expression> part =
        CompileTypedFilter({request_, field, means, catalogue_, now_});
    if (absl::IsInvalidArgument(part.status())) {
      Report({{field.name(), std::string(part.status().message())}});
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(part.status());
    ReportSecondSpan(field, means);
    absl::StatusOr<CheckedFilter> checked =
        CheckFilter(*part, {.catalogue = catalogue_, .field_name = field.name()});
    if (checked.ok()) {
      Add(*std::move(checked));
      return absl::OkStatus();
    }
    std::vector<FieldViolation> violations = Violations(checked.status());
    // The spellings of one word fail alike.
    const bool spellings = means.operator_() == options::v1::FILTER_OPERATOR_EQUAL_UPPER_OR_LOWER ||
                           means.operator_() == options::v1::FILTER_OPERATOR_NAME;
    if (spellings && violations.size() > 1) violations.resize(1);
    Report(std::move(violations));
    return absl::OkStatus();
  }

  // A number of days and an interval on the same field: one of them is a mistake.
  void ReportSecondSpan(const FieldDescriptor& field, const options::v1::TypedFilter& means) {
    const bool span = means.operator_() == options::v1::FILTER_OPERATOR_WITHIN_DAYS ||
                      means.operator_() == options::v1::FILTER_OPERATOR_WITHIN;
    if (!span) return;
    const auto [other, first] = spans_.emplace(means.field(), field.name());
    if (first) return;
    Report({{field.name(), Cat("cannot be set together with `", other->second, "`")}});
  }

  void AddRaw(const std::string& text) {
    absl::StatusOr<CheckedFilter> checked = CheckRaw(text);
    if (checked.ok()) {
      Add(*std::move(checked));
      return;
    }
    facts_ = Facts(checked.status());
    for (FieldViolation& violation : Violations(checked.status())) {
      violations_.push_back(std::move(violation));
    }
  }

  absl::StatusOr<CheckedFilter> CheckRaw(const std::string& text) const {
    if (!IsSyntaxOnly(request_)) {
      return CheckFilterText(
          text,
          {.catalogue = catalogue_, .field_name = kRawFilter, .request = request_.GetDescriptor()});
    }
    ASSIGN_OR_RETURN(Expression parsed, Parse(text, kRawFilter));
    return Unchecked(std::move(parsed), catalogue_);
  }

  void Add(CheckedFilter filter) {
    parts_.push_back(std::move(filter.expression));
    std::move(filter.notes.begin(), filter.notes.end(), std::back_inserter(notes_));
  }

  void Report(std::vector<FieldViolation> violations) {
    for (FieldViolation& violation : violations) {
      violations_.push_back(std::move(violation));
      only_raw_is_wrong_ = false;
    }
  }

  const Message& request_;
  const Catalogue& catalogue_;
  const WallTime now_;
  std::vector<FilterNote>& notes_;
  std::vector<Expression> parts_;
  std::vector<FieldViolation> violations_;
  std::map<std::string, std::string> facts_;  // of the raw filter's failure
  std::map<std::string, std::string> spans_;  // FQL field to the request field that bounds it
  bool only_raw_is_wrong_ = true;
};

}  // namespace

absl::StatusOr<Expression> CompileFilters(const Message& request, const Catalogue& catalogue,
                                          WallTime now, std::vector<FilterNote>* notes) {
  std::vector<FilterNote> unread;
  return Compiler(request, catalogue, now, notes == nullptr ? unread : *notes).Compile();
}

bool IsSyntaxOnly(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("read_options");
  if (field == nullptr || field->message_type() != v1::ReadOptions::descriptor()) return false;
  const auto& options =
      static_cast<const v1::ReadOptions&>(request.GetReflection()->GetMessage(request, field));
  return options.filter_check() == v1::FILTER_CHECK_SYNTAX_ONLY;
}

}  // namespace falcon::fql
