// Calls and exports as far as they need no type of request.
#include "tests/e2e/calls.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <thread>

namespace falcon::e2e {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

// The first of `names` that the message has; null where it has none.
const FieldDescriptor* FieldOf(const Descriptor& message,
                               std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto* field = message.FindFieldByName(name)) return field;
  }
  return nullptr;
}
const FieldDescriptor* FieldOf(const Message& message, std::initializer_list<const char*> names) {
  return FieldOf(*message.GetDescriptor(), names);
}

}  // namespace

std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::map<std::string, std::string> Trailers(const grpc::ClientContext& context) {
  std::map<std::string, std::string> trailers;
  for (const auto& [name, value] : context.GetServerTrailingMetadata()) {
    trailers[{name.data(), name.size()}] = {value.data(), value.size()};
  }
  return trailers;
}

const FieldDescriptor* InstantOf(const Descriptor& record) {
  return FieldOf(record, {"created_timestamp", "created_on", "created_at", "published_date",
                          "login_timestamp", "first_seen_timestamp", "first_seen"});
}

void Exported::Add(const Message& batch) {
  const FieldDescriptor& records = *batch.GetDescriptor()->FindFieldByNumber(1);
  const auto& reflection = *batch.GetReflection();
  const int count = reflection.FieldSize(batch, &records);
  ++messages;
  largest = std::max(largest, count);
  largest_size = std::max(largest_size, batch.ByteSizeLong());
  resume_token = reflection.GetString(batch, FieldOf(batch, {"resume_token"}));
  exported = reflection.GetInt64(batch, FieldOf(batch, {"exported"}));
  total = reflection.GetInt64(batch, FieldOf(batch, {"total_size"}));
  for (int i = 0; i < count; ++i) {
    const Message& record = reflection.GetRepeatedMessage(batch, &records, i);
    const auto* id = FieldOf(record, {"composite_id", "id", "device_id"});
    ids.push_back(record.GetReflection()->GetString(record, id));
    const auto* instant = InstantOf(*record.GetDescriptor());
    if (!record.GetReflection()->HasField(record, instant)) {
      ++undated;
      continue;
    }
    Timestamp when;
    when.ParseFromString(record.GetReflection()->GetMessage(record, instant).SerializeAsString());
    if (when < newest_ || undated > 0) {
      ADD_FAILURE() << "message " << messages << ": " << when << " after " << newest_ << " and "
                    << undated << " without an instant";
    }
    newest_ = when;
  }
}

void Exported::Append(const Exported& rest) {
  ids.insert(ids.end(), rest.ids.begin(), rest.ids.end());
  status = rest.status;
  exported = rest.exported;
  undated += rest.undated;
}

void ExpectComplete(const Exported& all, int64_t count, int undated) {
  EXPECT_THAT(all, IsOk());
  EXPECT_EQ(all.count(), count);
  EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), all.ids.size());
  EXPECT_EQ(all.undated, undated);
  EXPECT_EQ(all.exported, count);
  EXPECT_EQ(all.total, count);
}

void WaitUntil(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  while (!done()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "what was waited for never came";
    std::this_thread::yield();
  }
}

Json Rule(const std::string& kind, const Json& more) {
  Json rule = {{"kind", kind}, {"path", "/alerts"}};
  rule.update(more);
  return rule;
}

}  // namespace falcon::e2e
