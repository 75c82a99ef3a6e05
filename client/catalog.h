// What the gateway offers, read from its descriptor set: nouns, verbs, their messages and their
// comments.
#ifndef FALCON_CLIENT_CATALOG_H_
#define FALCON_CLIENT_CATALOG_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor_database.h>
#include <google/protobuf/dynamic_message.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace falcon::client {

// A proto comment as paragraphs of flowing text.
std::string FlowingText(std::string_view comment);

// The leading comment of a message, field, enum value, method or service; empty if there is none.
template <class Descriptor>
std::string CommentOf(const Descriptor& descriptor) {
  google::protobuf::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return {};
  return FlowingText(location.leading_comments);
}

// The comment's first sentence.
std::string FirstSentence(std::string_view comment);

// Fields that calls are steered by; null where the method has no such field.
struct Shape {
  // The answer's first field, if it holds a message or messages: what was asked for.
  const google::protobuf::FieldDescriptor* records = nullptr;
  const google::protobuf::FieldDescriptor* page_size = nullptr;
  const google::protobuf::FieldDescriptor* page_token = nullptr;
  const google::protobuf::FieldDescriptor* next_page_token = nullptr;
  const google::protobuf::FieldDescriptor* total_size = nullptr;
  const google::protobuf::FieldDescriptor* resume_from = nullptr;
  const google::protobuf::FieldDescriptor* resume_token = nullptr;
  const google::protobuf::FieldDescriptor* exported = nullptr;
  const google::protobuf::FieldDescriptor* missing = nullptr;
  const google::protobuf::FieldDescriptor* read_info = nullptr;
  const google::protobuf::FieldDescriptor* read_mask = nullptr;

  bool pages() const { return page_token != nullptr && next_page_token != nullptr && batch(); }
  bool batch() const { return records != nullptr && records->is_repeated(); }
};

struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  std::string noun;
  std::string verb;
  Shape shape;
};

struct Noun {
  // Empty: its methods stand at top level.
  std::string name;
  // What it is: its service's comment, or its record's where the service has several nouns.
  std::string about;
  std::vector<Method> methods;
};

// Owns all descriptors that it hands out. Any thread may read it.
class Catalog {
 public:
  // From a serialized FileDescriptorSet with source info, which must outlive the catalog. An error
  // says which file does not fit.
  static absl::StatusOr<std::unique_ptr<Catalog>> Load(std::string_view file_descriptor_set);

  // By name; the nameless one, if any, last.
  const std::vector<Noun>& nouns() const { return nouns_; }

  // Null if there is none.
  const Noun* FindNoun(std::string_view noun) const;
  const Method* Find(std::string_view noun, std::string_view verb) const;

  // By full name; null if there is none.
  const google::protobuf::EnumDescriptor* FindEnum(const std::string& name) const;

  // An empty message of that type. Must not outlive the catalog.
  std::unique_ptr<google::protobuf::Message> NewMessage(
      const google::protobuf::Descriptor& type) const;

 private:
  Catalog() = default;

  google::protobuf::EncodedDescriptorDatabase database_;
  std::unique_ptr<google::protobuf::DescriptorPool> pool_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  std::vector<Noun> nouns_;
};

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CATALOG_H_
