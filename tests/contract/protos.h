// All protos of falcon_gateway.v1 as they ship: the embedded set, with comments, in a pool of its own.
#ifndef FALCON_TESTS_CONTRACT_PROTOS_H_
#define FALCON_TESTS_CONTRACT_PROTOS_H_

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "descriptor_set.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace falcon::testing {

class Protos {
 public:
  Protos() {
    google::protobuf::FileDescriptorSet set;
    const std::string_view bytes = DescriptorSet();
    EXPECT_TRUE(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    for (const auto& file : set.file()) {
      const auto* built = pool_.BuildFile(file);
      EXPECT_NE(built, nullptr) << file.name();
      if (file.package() == "falcon_gateway.v1") files_.push_back(built);
    }
  }

  const std::vector<const google::protobuf::FileDescriptor*>& files() const { return files_; }
  // Of all services.
  std::vector<const google::protobuf::MethodDescriptor*> methods() const {
    std::vector<const google::protobuf::MethodDescriptor*> methods;
    for (const auto* file : files_) {
      for (int s = 0; s < file->service_count(); ++s) {
        for (int m = 0; m < file->service(s)->method_count(); ++m) {
          methods.push_back(file->service(s)->method(m));
        }
      }
    }
    return methods;
  }

  // The messages that requests take as their `filter`, each once.
  std::set<const google::protobuf::Descriptor*> filters() const {
    std::set<const google::protobuf::Descriptor*> filters;
    for (const auto* method : methods()) {
      const auto* field = method->input_type()->FindFieldByName("filter");
      if (field != nullptr) filters.insert(field->message_type());
    }
    return filters;
  }

 private:
  google::protobuf::DescriptorPool pool_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
};

// Of records; others list ids.
inline bool ListsRecords(const google::protobuf::MethodDescriptor& method) {
  return method.name().starts_with("List") &&
         method.output_type()->field(0)->message_type() != nullptr;
}

// The only kind of record in a List or Export answer.
inline const google::protobuf::Descriptor* RecordOf(
    const google::protobuf::MethodDescriptor& method) {
  return method.output_type()->field(0)->message_type();
}

}  // namespace falcon::testing

#endif  // FALCON_TESTS_CONTRACT_PROTOS_H_
