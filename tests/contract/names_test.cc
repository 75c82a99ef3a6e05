// Typed filters by name and by device, and what a cached method owes its callers: by descriptor, so
// that a new one is covered.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "tests/contract/protos.h"

namespace falcon {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using testing::Protos;

// The last part of an FQL field's name, where it holds the name of a host, a user or an account.
const std::set<std::string> kNames = {"hostname",  "hostnames",        "username", "usernames",
                                      "user_name", "assigned_to_name", "filename", "file_names"};
const std::set<std::string> kDevices = {"aid", "aids", "device_id"};

std::string LastPart(const std::string& field) { return field.substr(field.rfind('.') + 1); }

template <class Check>
void ForEachTypedFilter(const Protos& protos, const Check& check) {
  for (const Descriptor* filter : protos.filters()) {
    for (int i = 0; i < filter->field_count(); ++i) {
      const FieldDescriptor& field = *filter->field(i);
      if (!field.options().HasExtension(options::v1::typed_filter)) continue;
      check(field, field.options().GetExtension(options::v1::typed_filter));
    }
  }
}

TEST(TypedFilters, OnNamesCompareThemWhole) {
  const Protos protos;
  int names = 0;
  ForEachTypedFilter(
      protos, [&](const FieldDescriptor& field, const options::v1::TypedFilter& means) {
        if (!kNames.contains(LastPart(means.field()))) return;
        ++names;
        EXPECT_EQ(means.operator_(), options::v1::FILTER_OPERATOR_NAME) << field.full_name();
      });
  EXPECT_GE(names, 5);
}

TEST(TypedFilters, OnDevicesTakeJoinedIds) {
  const Protos protos;
  int devices = 0;
  ForEachTypedFilter(
      protos, [&](const FieldDescriptor& field, const options::v1::TypedFilter& means) {
        if (!kDevices.contains(LastPart(means.field()))) return;
        ++devices;
        EXPECT_EQ(means.operator_(), options::v1::FILTER_OPERATOR_DEVICE_ID) << field.full_name();
      });
  EXPECT_GE(devices, 3);
}

// Names are compared in the record, so requests for records are told from those for counts.
TEST(TypedFilters, OfRequestsForRecordsStandBesideAReadMask) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    const bool records = testing::ListsRecords(*method) || method->server_streaming();
    const bool counts = method->name().starts_with("Aggregate");
    if (!records && !counts) continue;
    EXPECT_EQ(method->input_type()->FindFieldByName("read_mask") != nullptr, records)
        << method->full_name();
  }
}

TEST(CachedMethods, TakeReadOptionsAndTellTheAge) {
  const Protos protos;
  int cached = 0;
  for (const MethodDescriptor* method : protos.methods()) {
    if (!method->options().GetExtension(options::v1::upstream).has_staleness()) continue;
    ++cached;
    EXPECT_NE(method->input_type()->FindFieldByName("read_options"), nullptr)
        << method->full_name();
    EXPECT_NE(method->output_type()->FindFieldByName("read_info"), nullptr) << method->full_name();
  }
  EXPECT_GE(cached, 20);
}

}  // namespace
}  // namespace falcon
