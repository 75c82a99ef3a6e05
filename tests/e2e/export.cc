// Reads the messages of an export, whatever their records.
#include "tests/e2e/export.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <initializer_list>
#include <set>

namespace falcon::e2e {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

// The first of `names` that the record has; null where it has none.
const FieldDescriptor* FieldOf(const Message& record, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto* field = record.GetDescriptor()->FindFieldByName(name)) return field;
  }
  return nullptr;
}

}  // namespace

void Exported::Add(const Message& batch) {
  const FieldDescriptor& records = *batch.GetDescriptor()->FindFieldByNumber(1);
  const int count = batch.GetReflection()->FieldSize(batch, &records);
  ++messages;
  largest = std::max(largest, count);
  largest_size = std::max(largest_size, batch.ByteSizeLong());
  for (int i = 0; i < count; ++i) {
    const Message& record = batch.GetReflection()->GetRepeatedMessage(batch, &records, i);
    const auto& reflection = *record.GetReflection();
    const auto* id = FieldOf(record, {"composite_id", "id", "device_id"});
    ids.push_back(reflection.GetString(record, id));
    const auto* instant =
        FieldOf(record, {"created_timestamp", "created_on", "created_at", "published_date",
                         "login_timestamp", "first_seen_timestamp", "first_seen"});
    if (!reflection.HasField(record, instant)) {
      ++undated;
      continue;
    }
    Timestamp when;
    when.CopyFrom(reflection.GetMessage(record, instant));
    if (when < newest_ || undated > 0) {
      ADD_FAILURE() << "message " << messages << ": " << when << " after " << newest_ << " and "
                    << undated << " without an instant";
    }
    newest_ = when;
  }
}

void ExpectWhole(const Exported& all, int64_t count, int undated) {
  EXPECT_TRUE(all.status.ok()) << all.status.error_message();
  EXPECT_EQ(all.count(), count);
  EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), all.ids.size());
  EXPECT_EQ(all.undated, undated);
  EXPECT_EQ(all.exported, count);
  EXPECT_EQ(all.total, count);
}

}  // namespace falcon::e2e
