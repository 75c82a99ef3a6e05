// Requests and answers of all nouns have the same shape, which the service code reads by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/catalogue.h"
#include "tests/contract/protos.h"

namespace falcon {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
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
      ++lists;
      ExpectFields(method->input_type(), {"page_size", "page_token", "filter", "order_by",
                                          "read_mask", "read_options", "days"});
      ExpectFields(method->output_type(), {"next_page_token", "total_size", "read_info"});
    } else if (method->name().starts_with("Export")) {
      EXPECT_TRUE(method->server_streaming()) << method->full_name();
      ExpectFields(method->input_type(),
                   {"resume_token", "batch_size", "filter", "read_mask", "read_options", "days"});
      ExpectFields(method->output_type(), {"resume_token", "exported", "total_size", "read_info"});
    }
  }
  EXPECT_GE(lists, 12);
}

// An export takes the filters of its list, so that what was listed can be exported.
TEST(Requests, OfAnExportFilterAsThoseOfItsList) {
  const Protos protos;
  for (const MethodDescriptor* list : protos.methods()) {
    if (!list->name().starts_with("List")) continue;
    const MethodDescriptor* twin =
        list->service()->FindMethodByName("Export" + list->name().substr(4));
    ASSERT_NE(twin, nullptr) << list->full_name() << " has no export";
    for (int i = 0; i < list->input_type()->field_count(); ++i) {
      const FieldDescriptor* field = list->input_type()->field(i);
      if (!field->options().HasExtension(options::v1::typed_filter)) continue;
      const FieldDescriptor* same = twin->input_type()->FindFieldByName(field->name());
      ASSERT_NE(same, nullptr) << twin->input_type()->full_name() << "." << field->name();
      EXPECT_EQ(same->options().SerializeAsString(), field->options().SerializeAsString())
          << same->full_name();
    }
  }
}

TEST(Batches, SayWhatIsMissing) {
  const Protos protos;
  for (const MethodDescriptor* method : protos.methods()) {
    if (method->name().starts_with("BatchGet")) ExpectFields(method->output_type(), {"missing"});
  }
}

// Of a method, or of the list of its service, where it answers no records itself.
const Descriptor* FilteredRecord(const MethodDescriptor& method) {
  if (method.name().starts_with("List") || method.name().starts_with("Export")) {
    return RecordOf(method);
  }
  for (int i = 0; i < method.service()->method_count(); ++i) {
    const MethodDescriptor& other = *method.service()->method(i);
    if (other.name().starts_with("List")) return RecordOf(other);
  }
  return nullptr;
}

TEST(TypedFilters, PointToFieldsOfTheCatalogueThatCanBeComparedSo) {
  const Protos protos;
  int filters = 0;
  for (const MethodDescriptor* method : protos.methods()) {
    for (int i = 0; i < method->input_type()->field_count(); ++i) {
      const FieldDescriptor* field = method->input_type()->field(i);
      if (!field->options().HasExtension(options::v1::typed_filter)) continue;
      const Descriptor* record = FilteredRecord(*method);
      ASSERT_NE(record, nullptr) << field->full_name();
      const fql::Catalogue catalogue(record);
      const options::v1::TypedFilter& on = field->options().GetExtension(options::v1::typed_filter);
      EXPECT_NE(on.operator_(), options::v1::FILTER_OPERATOR_UNSPECIFIED) << field->full_name();
      EXPECT_NE(catalogue.Find(on.field()), nullptr) << field->full_name() << " -> " << on.field();
      for (const std::string& other : on.or_fields()) {
        EXPECT_NE(catalogue.Find(other), nullptr) << field->full_name() << " -> " << other;
      }
      ++filters;
    }
  }
  EXPECT_GE(filters, 150);
}

}  // namespace
}  // namespace falcon
