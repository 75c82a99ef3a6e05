// The protos as a contract: documented, consistent, and reading only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "descriptor_set.h"
#include "falcon/operation.h"
#include "falcon/v1/detections.pb.h"
#include "falcon/v1/gateway.pb.h"
#include "falcon/v1/hosts.pb.h"
#include "falcon/v1/options.pb.h"
#include "fql/catalogue.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace falcon {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;

// The embedded set, with comments, in a pool of its own.
class Protos {
 public:
  Protos() {
    google::protobuf::FileDescriptorSet set;
    const std::string_view bytes = DescriptorSet();
    EXPECT_TRUE(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    for (const auto& file : set.file()) {
      const FileDescriptor* built = pool_.BuildFile(file);
      EXPECT_NE(built, nullptr) << file.name();
      if (file.package() == "falcon.v1") files_.push_back(built);
    }
  }
  const std::vector<const FileDescriptor*>& files() const { return files_; }

 private:
  google::protobuf::DescriptorPool pool_;
  std::vector<const FileDescriptor*> files_;
};

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

std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const FileDescriptor* file :
       {v1::Detection::descriptor()->file(), v1::ListDetectionsRequest::descriptor()->file(),
        v1::ListHostsRequest::descriptor()->file(), v1::GetStatusRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

TEST(Protos, CommentEverything) {
  const Protos protos;
  std::vector<std::string> missing;
  CommentWalk walk(missing);
  for (const FileDescriptor* file : protos.files()) walk.Walk(file);
  EXPECT_GE(protos.files().size(), 7U);
  EXPECT_THAT(missing, ::testing::IsEmpty());
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

TEST(Operations, AreOnlyReadsOfFalconsOwnList) {
  std::ifstream in(FALCON_READS);
  std::set<std::string> reads;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("#")) reads.insert(line);
  }
  ASSERT_GT(reads.size(), 50U);
  for (const Operation* operation : Operations()) {
    const std::string row = std::string(operation->id) + "\t" +
                            std::string(wire::MethodName(operation->method)) + "\t" +
                            std::string(operation->path) + "\t" + std::string(operation->scope);
    EXPECT_TRUE(reads.contains(row)) << row;
  }
}

TEST(Operations, StandBehindTheMethodsThatNameThemWithTheirScopes) {
  std::set<std::string> used;
  for (const MethodDescriptor* method : Methods()) {
    const v1::Upstream& upstream = method->options().GetExtension(v1::upstream);
    std::set<std::string> scopes;
    for (const std::string& id : upstream.operations()) {
      const Operation* operation = FindOperation(id);
      ASSERT_NE(operation, nullptr) << method->full_name() << " names " << id;
      scopes.insert(std::string(operation->scope));
      used.insert(id);
    }
    EXPECT_EQ(scopes, std::set<std::string>(upstream.scopes().begin(), upstream.scopes().end()))
        << method->full_name();
  }
  for (const Operation* operation : Operations()) {
    EXPECT_TRUE(used.contains(std::string(operation->id))) << operation->id << " serves no method";
  }
}

TEST(Methods, NameAnOperationUnlessTheyStayInTheGateway) {
  for (const MethodDescriptor* method : Methods()) {
    const bool local = method->name() == "GetStatus";
    EXPECT_EQ(method->options().HasExtension(v1::upstream), !local) << method->full_name();
  }
}

// The service code reads these by name.
TEST(Requests, OfListsAndExportsHaveTheFieldsThatAllShare) {
  const auto has = [](const Descriptor* message, std::initializer_list<const char*> fields) {
    for (const char* field : fields) {
      EXPECT_NE(message->FindFieldByName(field), nullptr) << message->full_name() << "." << field;
    }
  };
  for (const MethodDescriptor* method : Methods()) {
    if (method->name().starts_with("List")) {
      has(method->input_type(),
          {"page_size", "page_token", "filter", "order_by", "read_mask", "read_options", "days"});
      has(method->output_type(), {"next_page_token", "total_size", "read_info"});
    } else if (method->name().starts_with("Export")) {
      EXPECT_TRUE(method->server_streaming());
      has(method->input_type(),
          {"resume_token", "batch_size", "filter", "read_mask", "read_options", "days"});
      has(method->output_type(), {"resume_token", "exported", "total_size", "read_info"});
    }
  }
}

TEST(TypedFilters, PointToFieldsOfTheCatalogueThatCanBeComparedSo) {
  const std::map<std::string, const Descriptor*> records = {
      {"DetectionService", v1::Detection::descriptor()}, {"HostService", v1::Host::descriptor()}};
  int filters = 0;
  for (const MethodDescriptor* method : Methods()) {
    const auto record = records.find(method->service()->name());
    if (record == records.end()) continue;
    const fql::Catalogue catalogue(record->second);
    for (int i = 0; i < method->input_type()->field_count(); ++i) {
      const FieldDescriptor* field = method->input_type()->field(i);
      if (!field->options().HasExtension(v1::filters_on)) continue;
      const v1::FiltersOn& on = field->options().GetExtension(v1::filters_on);
      EXPECT_NE(on.operator_(), v1::FILTER_OPERATOR_UNSPECIFIED) << field->full_name();
      EXPECT_NE(catalogue.Find(on.field()), nullptr) << field->full_name() << " -> " << on.field();
      for (const std::string& other : on.or_fields()) {
        EXPECT_NE(catalogue.Find(other), nullptr) << field->full_name() << " -> " << other;
      }
      ++filters;
    }
  }
  EXPECT_GE(filters, 40);
}

}  // namespace
}  // namespace falcon
