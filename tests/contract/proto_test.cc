// The protos as documents: everything is commented, enums are regular.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "tests/contract/protos.h"

namespace falcon {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;
using testing::Protos;

// Calls `visit` with each documented thing: its name and whether it has a comment.
class CommentWalk {
 public:
  explicit CommentWalk(std::vector<std::string>& missing) : missing_(missing) {}

  template <class D>
  void See(const D* thing) {
    SourceLocation location;
    if (!thing->GetSourceLocation(&location) || location.leading_comments.size() < 4) {
      missing_.push_back(thing->full_name());
    }
  }
  void Walk(const Descriptor* message) {
    See(message);
    for (int i = 0; i < message->field_count(); ++i) See(message->field(i));
    for (int i = 0; i < message->enum_type_count(); ++i) Walk(message->enum_type(i));
    for (int i = 0; i < message->nested_type_count(); ++i) {
      if (!message->nested_type(i)->options().map_entry()) Walk(message->nested_type(i));
    }
  }
  void Walk(const EnumDescriptor* enumeration) {
    See(enumeration);
    for (int i = 0; i < enumeration->value_count(); ++i) See(enumeration->value(i));
  }
  void Walk(const ServiceDescriptor* service) {
    See(service);
    for (int i = 0; i < service->method_count(); ++i) See(service->method(i));
  }
  void Walk(const FileDescriptor* file) {
    for (int i = 0; i < file->message_type_count(); ++i) Walk(file->message_type(i));
    for (int i = 0; i < file->enum_type_count(); ++i) Walk(file->enum_type(i));
    for (int i = 0; i < file->service_count(); ++i) Walk(file->service(i));
    for (int i = 0; i < file->extension_count(); ++i) See(file->extension(i));
  }

 private:
  std::vector<std::string>& missing_;
};

TEST(Protos, CommentEverything) {
  const Protos protos;
  std::vector<std::string> missing;
  CommentWalk walk(missing);
  for (const FileDescriptor* file : protos.files()) walk.Walk(file);
  EXPECT_GE(protos.files().size(), 10U);
  EXPECT_THAT(missing, ::testing::IsEmpty());
}

TEST(Protos, SayWhatFieldsOfFiltersAloneAre) {
  const Protos protos;
  int fields = 0;
  for (const FileDescriptor* file : protos.files()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const auto& options = file->message_type(i)->options();
      for (int only = 0; only < options.ExtensionSize(options::v1::filter_only); ++only) {
        const options::v1::FqlField& field = options.GetExtension(options::v1::filter_only, only);
        EXPECT_GE(field.about().size(), 10U) << field.name();
        ++fields;
      }
    }
  }
  EXPECT_GE(fields, 10);
}

TEST(Protos, EveryEnumBeginsWithUnspecifiedAndPrefixesItsValues) {
  const Protos protos;
  for (const FileDescriptor* file : protos.files()) {
    for (int i = 0; i < file->enum_type_count(); ++i) {
      const EnumDescriptor* enumeration = file->enum_type(i);
      EXPECT_EQ(enumeration->value(0)->number(), 0);
      EXPECT_TRUE(std::string_view(enumeration->value(0)->name()).ends_with("_UNSPECIFIED"))
          << enumeration->full_name();
    }
  }
}

}  // namespace
}  // namespace falcon
