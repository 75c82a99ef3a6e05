// Requests and answers of all nouns have the same shape, which the service code reads by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/catalogue.h"
#include "tests/contract/protos.h"

namespace falcon {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using testing::ListsRecords;
using testing::Protos;
using testing::RecordOf;

void ExpectFields(const Descriptor* message, std::initializer_list<const char*> fields) {
  for (const char* field : fields) {
    EXPECT_NE(message->FindFieldByName(field), nullptr) << message->full_name() << "." << field;
  }
}

TEST(Requests, OfListsAndExportsHaveTheFieldsThatAllShare) {
  const Protos protos;
  int lists = 0;
  for (const MethodDescriptor* method : protos.methods()) {
    if (method->name().starts_with("List")) {
      ExpectFields(method->input_type(), {"page_size", "page_token", "read_options"});
      ExpectFields(method->output_type(), {"next_page_token", "total_size", "read_info"});
    }
    if (ListsRecords(*method)) {
      ++lists;
      ExpectFields(method->input_type(), {"filter", "order_by", "view", "read_mask"});
    } else if (method->name().starts_with("Export")) {
      EXPECT_TRUE(method->server_streaming()) << method->full_name();
      ExpectFields(method->input_type(),
                   {"resume_token", "batch_size", "filter", "view", "read_mask", "read_options"});
      ExpectFields(method->output_type(), {"resume_token", "exported", "total_size", "read_info"});
    }
  }
  EXPECT_GE(lists, 6);
}

// What was listed can be exported and counted by the same filter.
TEST(Requests, OfANounTakeOneFilterMessage) {
  const Protos protos;
  for (const MethodDescriptor* list : protos.methods()) {
    if (!ListsRecords(*list)) continue;
    const auto* filter = list->input_type()->FindFieldByName("filter")->message_type();
    for (const char* verb : {"Export", "Aggregate"}) {
      const MethodDescriptor* twin =
          list->service()->FindMethodByName(verb + list->name().substr(4));
      if (twin == nullptr) {
        EXPECT_STREQ(verb, "Aggregate") << list->full_name() << " has no export";
        continue;
      }
      EXPECT_EQ(twin->input_type()->FindFieldByName("filter")->message_type(), filter)
          << twin->full_name();
    }
  }
}

TEST(Filters, TakeFqlAndADaysOrARange) {
  const Protos protos;
  for (const Descriptor* filter : protos.filters()) {
    ExpectFields(filter, {"fql", "days"});
    const FieldDescriptor* days = filter->FindFieldByName("days");
    const auto* choice = days->real_containing_oneof();
    ASSERT_NE(choice, nullptr) << days->full_name();
    ASSERT_EQ(choice->field_count(), 2) << choice->full_name();
    const FieldDescriptor* range = choice->field(choice->field(0) == days ? 1 : 0);
    EXPECT_EQ(range->message_type()->name(), "TimeRange") << range->full_name();
    EXPECT_EQ(range->options().GetExtension(options::v1::typed_filter).field(),
              days->options().GetExtension(options::v1::typed_filter).field())
        << range->full_name();
  }
  EXPECT_GE(protos.filters().size(), 5U);
}

TEST(Requests, WithAMaskTakeAView) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    EXPECT_EQ(method->input_type()->FindFieldByName("view") != nullptr,
              method->input_type()->FindFieldByName("read_mask") != nullptr)
        << method->full_name();
  }
}

TEST(Requests, ThatReadTakeReadOptions) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    if (method->service()->name() == "GatewayService") continue;
    ExpectFields(method->input_type(), {"read_options"});
  }
}

TEST(Methods, HaveNoSideEffects) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    EXPECT_EQ(method->options().idempotency_level(),
              google::protobuf::MethodOptions::NO_SIDE_EFFECTS)
        << method->full_name();
  }
}

TEST(Requests, BoundEverySize) {
  const Protos protos;
  int sizes = 0;
  for (const MethodDescriptor* method : protos.methods()) {
    for (const char* name : {"page_size", "batch_size", "size", "limit"}) {
      const FieldDescriptor* size = method->input_type()->FindFieldByName(name);
      if (size == nullptr) continue;
      ++sizes;
      EXPECT_GT(size->options().GetExtension(options::v1::bounds).max(), 0) << size->full_name();
    }
  }
  EXPECT_GE(sizes, 15);
}

TEST(Requests, SayWhichFieldsTheyNeed) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    const bool by_key = method->name().starts_with("Get") || method->name().starts_with("BatchGet");
    if (!by_key || method->input_type()->field_count() == 0) continue;
    EXPECT_TRUE(method->input_type()->field(0)->options().GetExtension(options::v1::required))
        << method->full_name();
  }
}

TEST(Enums, HaveOneValueForNotKnowing) {
  const Protos protos;
  int enums = 0;
  for (const FileDescriptor* file : protos.files()) {
    for (int i = 0; i < file->enum_type_count(); ++i) {
      ++enums;
      for (int j = 0; j < file->enum_type(i)->value_count(); ++j) {
        EXPECT_FALSE(file->enum_type(i)->value(j)->name().ends_with("_UNKNOWN"))
            << file->enum_type(i)->full_name();
      }
    }
  }
  EXPECT_GE(enums, 15);
}

// From a row of a list one goes on to the host, and sorts by severity.
TEST(BriefViews, HoldTheIdsThatLeadOn) {
  const Protos protos;
  const std::set<std::string> leads = {"aid", "device_id", "severity_score", "vulnerability_id"};
  for (const MethodDescriptor* method : protos.methods()) {
    if (!ListsRecords(*method)) continue;
    const Descriptor& record = *RecordOf(*method);
    EXPECT_TRUE(record.field(0)->options().GetExtension(options::v1::brief))
        << record.field(0)->full_name();
    for (int i = 0; i < record.field_count(); ++i) {
      const FieldDescriptor& field = *record.field(i);
      if (!leads.contains(field.name())) continue;
      EXPECT_TRUE(field.options().GetExtension(options::v1::brief)) << field.full_name();
    }
  }
}

// Texts and blocks that would make a page of a list many times its size.
TEST(BriefViews, LeaveOutWhatIsLarge) {
  const Protos protos;
  std::set<std::string> large = {"Detection.cmdline", "Incident.description", "Incident.evidence",
                                 "Ioc.metadata"};
  for (const MethodDescriptor* method : protos.methods()) {
    if (!ListsRecords(*method)) continue;
    const Descriptor& record = *RecordOf(*method);
    for (int i = 0; i < record.field_count(); ++i) {
      const FieldDescriptor& field = *record.field(i);
      if (large.erase(record.name() + "." + field.name()) == 0) continue;
      EXPECT_FALSE(field.options().GetExtension(options::v1::brief)) << field.full_name();
    }
  }
  EXPECT_THAT(large, ::testing::IsEmpty()) << "no such field";
}

TEST(Batches, SayWhatIsMissing) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    if (method->name().starts_with("BatchGet")) ExpectFields(method->output_type(), {"missing"});
  }
}

TEST(TypedFilters, PointToFieldsOfTheCatalogueThatCanBeComparedSo) {
  const Protos protos;
  int filters = 0;
  for (const MethodDescriptor* method : protos.methods()) {
    if (!ListsRecords(*method)) continue;
    const fql::Catalogue catalogue(RecordOf(*method));
    const Descriptor& filter = *method->input_type()->FindFieldByName("filter")->message_type();
    for (int i = 0; i < filter.field_count(); ++i) {
      const FieldDescriptor* field = filter.field(i);
      if (!field->options().HasExtension(options::v1::typed_filter)) continue;
      const options::v1::TypedFilter& on = field->options().GetExtension(options::v1::typed_filter);
      EXPECT_NE(catalogue.Find(on.field()), nullptr) << field->full_name() << " -> " << on.field();
      for (const std::string& other : on.or_fields()) {
        EXPECT_NE(catalogue.Find(other), nullptr) << field->full_name() << " -> " << other;
      }
      ++filters;
    }
  }
  EXPECT_GE(filters, 50);
}

}  // namespace
}  // namespace falcon
