// Reads the descriptor set: nouns, verbs, comments.
#include "catalog.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/str_split.h"
#include "descriptor_set.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

Shape ShapeOf(const MethodDescriptor& method) {
  const Descriptor& request = *method.input_type();
  const Descriptor& response = *method.output_type();
  const bool has_records = response.field_count() > 0 && !response.field(0)->is_map() &&
                           response.field(0)->message_type() != nullptr;
  return {.records = has_records ? response.field(0) : nullptr,
          .page_size = request.FindFieldByName("page_size"),
          .page_token = request.FindFieldByName("page_token"),
          .next_page_token = response.FindFieldByName("next_page_token"),
          .total_size = response.FindFieldByName("total_size"),
          .resume_from = request.FindFieldByName("resume_token"),
          .resume_token = response.FindFieldByName("resume_token"),
          .exported = response.FindFieldByName("exported"),
          .missing = response.FindFieldByName("missing"),
          .read_info = response.FindFieldByName("read_info"),
          .read_mask = request.FindFieldByName("read_mask")};
}

Noun& NounNamed(std::vector<Noun>& nouns, const std::string& name) {
  const auto found = std::ranges::find(nouns, name, &Noun::name);
  if (found != nouns.end()) return *found;
  return nouns.emplace_back(Noun{.name = name, .about = {}, .methods = {}});
}

std::vector<Noun> NounsOf(const ServiceDescriptor& service) {
  std::vector<Noun> nouns;
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor* method = service.method(i);
    Noun& noun = NounNamed(nouns, NounOf(*method));
    noun.methods.push_back({.descriptor = method,
                            .noun = noun.name,
                            .verb = VerbOf(*method),
                            .shape = ShapeOf(*method)});
  }
  for (Noun& noun : nouns) {
    const FieldDescriptor* records = noun.methods.front().shape.records;
    const bool only = nouns.size() == 1 || records == nullptr;
    noun.about = only ? CommentOf(service) : FirstSentence(CommentOf(*records->message_type()));
  }
  return nouns;
}

}  // namespace

std::string FlowingText(std::string_view comment) {
  std::string out;
  bool gap = false;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(comment), '\n')) {
    const std::vector<std::string> words = Split(ToStd(line), ' ');
    if (!words.empty() && !out.empty()) out.push_back(gap ? '\n' : ' ');
    out.append(Join(words, " "));
    gap = words.empty();
  }
  return out;
}

std::string FirstSentence(std::string_view comment) {
  const size_t line = std::min(comment.find('\n'), comment.size());
  const size_t stop = comment.find(". ");
  return std::string(comment.substr(0, std::min(line, stop == comment.npos ? line : stop + 1)));
}

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Load(std::string_view file_descriptor_set) {
  std::unique_ptr<Catalog> catalog(new Catalog());
  const std::vector<std::string_view> files = EncodedFiles(file_descriptor_set);
  if (files.empty()) return absl::InvalidArgumentError("The descriptor set holds no files.");
  for (const std::string_view file : files) {
    catalog->database_.Add(file.data(), static_cast<int>(file.size()));
  }
  catalog->pool_ = std::make_unique<google::protobuf::DescriptorPool>(&catalog->database_);
  catalog->factory_ =
      std::make_unique<google::protobuf::DynamicMessageFactory>(catalog->pool_.get());
  std::vector<std::string> names;
  catalog->database_.FindAllFileNames(&names);
  for (const std::string& name : names) {
    const FileDescriptor* file = catalog->pool_->FindFileByName(name);
    if (file == nullptr) return absl::InvalidArgumentError(StrCat("No valid descriptor: ", name));
    // gRPC's own services have clients of their own.
    if (!file->package().starts_with("falcon_gateway.")) continue;
    for (int i = 0; i < file->service_count(); ++i) {
      std::vector<Noun> nouns = NounsOf(*file->service(i));
      std::move(nouns.begin(), nouns.end(), std::back_inserter(catalog->nouns_));
    }
  }
  std::sort(catalog->nouns_.begin(), catalog->nouns_.end(), [](const Noun& a, const Noun& b) {
    return std::pair(a.name.empty(), a.name) < std::pair(b.name.empty(), b.name);
  });
  return catalog;
}

const Noun* Catalog::FindNoun(std::string_view noun) const {
  const auto found = std::ranges::find(nouns_, noun, &Noun::name);
  return found == nouns_.end() ? nullptr : &*found;
}

const Method* Catalog::Find(std::string_view noun, std::string_view verb) const {
  const Noun* found = FindNoun(noun);
  if (found == nullptr) return nullptr;
  const auto method = std::ranges::find(found->methods, verb, &Method::verb);
  return method == found->methods.end() ? nullptr : &*method;
}

const google::protobuf::EnumDescriptor* Catalog::FindEnum(const std::string& name) const {
  return pool_->FindEnumTypeByName(name);
}

std::unique_ptr<google::protobuf::Message> Catalog::NewMessage(const Descriptor& type) const {
  return std::unique_ptr<google::protobuf::Message>(factory_->GetPrototype(&type)->New());
}

}  // namespace falcon::client
