#include "mcp/tools/summary_run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "mcp/tools/arguments.h"
#include "mcp/tools/result.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "naming.h"

namespace falcon::mcp {
namespace {

using client::Failure;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using std::chrono::milliseconds;

// Of a value; longer ones that begin alike count as one. Shown, a character may stand as ten.
constexpr size_t kValueBytes = 128;
constexpr size_t kShownBytes = 512;
constexpr absl::Duration kMaxTime = absl::Minutes(10);
constexpr int kMaxResumes = 2;
constexpr milliseconds kUsualWait{1000};
// A longer wait is the model's to decide on.
constexpr milliseconds kMaxWait{60'000};

bool IsKind(const FieldDescriptor& field, client::MessageKind kind) {
  return field.message_type() != nullptr && client::KindOf(*field.message_type()) == kind;
}

// Enums by their words, instants by their day in UTC. Empty: not set.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  if (field.message_type() != nullptr) {
    return absl::FormatTime("%E4Y-%m-%d", client::TimeOf(client::MessageAt(message, field, index)),
                            absl::UTCTimeZone());
  }
  if (field.enum_type() == nullptr) return client::ScalarText(message, field, index);
  const int number = client::EnumAt(message, field, index);
  const auto* value = field.enum_type()->FindValueByNumber(number);
  if (number == 0) return {};
  return value == nullptr ? std::to_string(number) : client::EnumWord(*value);
}

// `place`: the message's path in the record.
void Collect(const Group& group, const Message& message, size_t step, const client::RawValues& raw,
             const std::string& place, std::set<std::string>& values) {
  const FieldDescriptor& field = *group.steps[step];
  const auto& reflection = *message.GetReflection();
  const bool last = step + 1 == group.steps.size();
  const auto add = [&](const std::string& value) {
    if (!value.empty()) values.emplace(Utf8Prefix(value, kValueBytes));
    return !value.empty();
  };
  if (last && !raw.empty()) {
    if (add(raw.At(client::PathBelow(place, field))) && !field.is_repeated()) return;
  }
  if (!field.is_repeated() && field.has_presence() && !reflection.HasField(message, &field)) return;
  const int size = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < size; ++i) {
    const int index = field.is_repeated() ? i : -1;
    if (last) {
      add(ValueText(message, field, index));
    } else {
      Collect(group, client::MessageAt(message, field, index), step + 1, raw,
              client::PathBelow(place, field, index), values);
    }
  }
}

// A record counts once for each value that it has.
void Count(const Message& record, Group& group) {
  std::set<std::string> values;
  Collect(group, record, 0, client::RawValues(record), {}, values);
  if (values.empty()) ++group.unset;
  for (const std::string& value : values) {
    const bool room = group.counts.size() < kMaxValues || group.counts.contains(value);
    ++(room ? group.counts[value] : group.beyond);
  }
}

class Run {
 public:
  Run(Summary& summary, const Bridge& bridge, const Pause& pause, const CallContext& context)
      : summary_(summary),
        method_(*summary.method),
        bridge_(bridge),
        pause_(pause),
        context_(context),
        deadline_(bridge.now() + kMaxTime) {}

  // Set: the export did not come to its end, and the counts are of a part.
  std::optional<Failure> ToEnd() {
    std::optional<Failure> failure;
    do {
      failure =
          bridge_.gateway.Stream(method_, *summary_.request,
                                 {.timeout = TimeLeft(), .stop = context_.stop, .metadata = {}},
                                 [this](const Message& batch) { return Take(batch); });
      if (!failure && context_.stop.stop_requested()) {
        failure.emplace().code = grpc::StatusCode::CANCELLED;
      }
    } while (failure && Resume(*failure));
    return failure;
  }

 private:
  milliseconds TimeLeft() const {
    return std::max(milliseconds(0), absl::ToChronoMilliseconds(deadline_ - bridge_.now()));
  }

  // False: nobody wants the answer any more.
  bool Take(const Message& batch) {
    const client::Shape& shape = method_.shape;
    const int size = batch.GetReflection()->FieldSize(batch, shape.records);
    for (int i = 0; i < size; ++i) {
      const Message& record = client::MessageAt(batch, *shape.records, i);
      for (Group& group : summary_.groups) Count(record, group);
    }
    summary_.counted += size;
    resumes_ = 0;
    if (shape.total_size != nullptr) {
      const auto total = client::NumberField(batch, shape.total_size->name());
      if (total) summary_.total = total;
    }
    if (shape.read_info != nullptr && batch.GetReflection()->HasField(batch, shape.read_info)) {
      const Message& info = client::MessageAt(batch, *shape.read_info, -1);
      summary_.partial |= client::TextField(info, "partial") == "true";
      summary_.skipped += client::NumberField(info, "skipped_values").value_or(0);
    }
    if (shape.resume_from != nullptr && shape.resume_token != nullptr) {
      summary_.request->GetReflection()->SetString(
          summary_.request.get(), shape.resume_from,
          batch.GetReflection()->GetString(batch, shape.resume_token));
    }
    if (size > 0 && context_.progress) {
      context_.progress(static_cast<double>(summary_.counted),
                        static_cast<double>(summary_.total.value_or(0)),
                        StrCat(client::Grouped(summary_.counted), " counted"));
    }
    return !context_.stop.stop_requested();
  }

  // Waits. False: it is not to be tried again.
  bool Resume(const Failure& failure) {
    // Nobody listens, unlike where a gateway went away in the middle.
    const bool nobody = IsUnreachable(failure) && summary_.counted == 0;
    const bool dead_end = failure.reason == "CURSOR_EXPIRED" || !failure.MayPass();
    if (nobody || dead_end || resumes_ == kMaxResumes) return false;
    const milliseconds wait = failure.retry_delay.value_or(kUsualWait);
    if (context_.stop.stop_requested() || wait > std::min(kMaxWait, TimeLeft())) return false;
    ++resumes_;
    pause_(wait, context_.stop);
    return !context_.stop.stop_requested() && TimeLeft() > milliseconds(0);
  }

  Summary& summary_;
  const client::Method& method_;
  const Bridge& bridge_;
  const Pause& pause_;
  const CallContext& context_;
  const absl::Time deadline_;
  // In a row, without a batch between.
  int resumes_ = 0;
};

}  // namespace

absl::StatusOr<Group> FindGroup(const Descriptor& record, const std::string& path) {
  const auto wrong = [&](std::string_view problem) {
    return absl::InvalidArgumentError(
        StrCat("`", client::Truncate(client::EscapeUnsafe(path), 100), "` ", problem));
  };
  Group group{.path = path, .steps = {}, .counts = {}};
  const Descriptor* type = &record;
  for (const std::string& name : client::Split(path, '.')) {
    if (type == nullptr) return wrong("goes on inside a plain value");
    const FieldDescriptor* field = type->FindFieldByName(name);
    if (field == nullptr || field->is_map()) {
      const std::string nearest = NearestPath(record, path);
      return wrong(StrCat("is no field that can be counted",
                          nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?")));
    }
    group.steps.push_back(field);
    type = IsKind(*field, client::MessageKind::kOther) ? field->message_type() : nullptr;
  }
  if (group.steps.empty()) return wrong("names no field");
  const FieldDescriptor& last = *group.steps.back();
  if (type != nullptr) {
    return wrong(StrCat("is an object: name a field inside it, such as ", path, ".",
                        type->field(0)->name()));
  }
  if (last.message_type() != nullptr && !IsKind(last, client::MessageKind::kTimestamp)) {
    return wrong("holds values of any shape, which cannot be counted");
  }
  return group;
}

OrderedJson GroupJson(const Group& group, size_t top) {
  std::vector<std::pair<std::string_view, int64_t>> sorted(group.counts.begin(),
                                                           group.counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second == b.second ? a.first < b.first : a.second > b.second;
  });
  OrderedJson values = OrderedJson::array();
  int64_t other = group.beyond;
  for (const auto& [value, count] : sorted) {
    if (values.size() == top) {
      other += count;
    } else {
      values.push_back({{"value", EscapedText(value, kShownBytes)}, {"count", count}});
    }
  }
  return {{"field", group.path},
          {"values", std::move(values)},
          {"other", other},
          {"unset", group.unset},
          {"distinct", group.counts.size()}};
}

std::optional<Failure> RunExport(Summary& summary, const Bridge& bridge, const Pause& pause,
                                 const CallContext& context) {
  return Run(summary, bridge, pause, context).ToEnd();
}

}  // namespace falcon::mcp
