// Descriptors found, responses framed by hand so that files are not copied, and streams.
#include "rpc/server/reflection.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/status.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "descriptor_set.h"

namespace falcon::rpc {
namespace {

namespace pb = google::protobuf;
using pb::internal::WireFormatLite;
using Response = ReflectionResponses::Response;

void SetError(grpc::StatusCode code, std::string_view message, Response& response) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(std::string(message));
}

// `response` with `entries` as its file_descriptor_response; without entries as it is. An entry of
// FileDescriptorSet.file is also one of FileDescriptorResponse.file_descriptor_proto: both are field
// 1, and a message is encoded as bytes are.
grpc::ByteBuffer Serialize(const Response& response, const std::vector<std::string_view>& entries) {
  std::string head = response.SerializeAsString();
  if (!entries.empty()) {
    size_t bytes = 0;
    for (const std::string_view entry : entries) bytes += entry.size();
    pb::io::StringOutputStream appended(&head);
    pb::io::CodedOutputStream out(&appended);
    out.WriteTag(WireFormatLite::MakeTag(Response::kFileDescriptorResponseFieldNumber,
                                         WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
    out.WriteVarint64(bytes);
  }
  std::vector<grpc::Slice> slices = {grpc::Slice(head)};
  for (const std::string_view entry : entries) {
    slices.emplace_back(entry.data(), entry.size(), grpc::Slice::STATIC_SLICE);
  }
  return {slices.data(), slices.size()};
}

struct Cancel {
  grpc::CallbackServerContext& context;
  void operator()() const { context.TryCancel(); }
};

// Reads and writes in turn. gRPC owns it until OnDone. A cancelled call fails the read or the write
// that is under way, which finishes it.
class ReflectionStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  ReflectionStream(const ReflectionResponses& answers, grpc::CallbackServerContext& context,
                   const std::stop_token& stop)
      : answers_(answers), cancel_(stop, Cancel{context}) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    ReflectionResponses::Request request;
    const bool fits = request_.Length() <= Reflection::kMaxRequestBytes;
    grpc::ProtoBufferReader bytes(&request_);
    if (!fits || !request.ParseFromZeroCopyStream(&bytes)) {
      return Finish({grpc::StatusCode::INVALID_ARGUMENT,
                     "a ServerReflectionRequest of at most 4096 bytes is expected"});
    }
    response_ = answers_.Answer(std::move(request), sent_);
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    request_.Clear();
    response_.Clear();
    StartRead(&request_);
  }

  void OnDone() override { delete this; }

 private:
  const ReflectionResponses& answers_;
  std::unordered_set<const ReflectionResponses::File*> sent_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  const std::stop_callback<Cancel> cancel_;
};

}  // namespace

ReflectionResponses::ReflectionResponses(std::string_view descriptor_set) {
  const char* entry = descriptor_set.data();
  for (const std::string_view bytes : EncodedFiles(descriptor_set)) {
    pb::FileDescriptorProto file;
    file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    file.clear_source_code_info();
    const char* end = bytes.data() + bytes.size();
    entries_[pool_.BuildFile(file)] = {entry, static_cast<size_t>(end - entry)};
    entry = end;
  }
}

void ReflectionResponses::SetServices(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  services_.Clear();
  for (std::string& name : names) services_.add_service()->set_name(std::move(name));
}

grpc::ByteBuffer ReflectionResponses::Answer(Request request,
                                             std::unordered_set<const File*>& sent) const {
  Response response;
  std::vector<std::string_view> entries;
  switch (request.message_request_case()) {
    case Request::kListServices:
      *response.mutable_list_services_response() = services_;
      break;
    case Request::kAllExtensionNumbersOfType:
      AnswerExtensionNumbers(request.all_extension_numbers_of_type(), response);
      break;
    case Request::MESSAGE_REQUEST_NOT_SET:
      SetError(grpc::StatusCode::UNIMPLEMENTED, "message_request: not set, or unknown", response);
      break;
    default:
      if (const File* file = FindFile(request)) {
        sent.insert(file);
        AddFile(*file, sent, entries);
      } else {
        SetError(grpc::StatusCode::NOT_FOUND, "no such file, symbol or extension", response);
      }
  }
  response.set_valid_host(request.host());
  *response.mutable_original_request() = std::move(request);
  return Serialize(response, entries);
}

const pb::FileDescriptor* ReflectionResponses::FindFile(const Request& request) const {
  if (request.has_file_by_filename()) return pool_.FindFileByName(request.file_by_filename());
  if (request.has_file_containing_symbol()) {
    return pool_.FindFileContainingSymbol(request.file_containing_symbol());
  }
  const auto& wanted = request.file_containing_extension();
  const pb::Descriptor* type = pool_.FindMessageTypeByName(wanted.containing_type());
  if (type == nullptr) return nullptr;
  const auto* extension = pool_.FindExtensionByNumber(type, wanted.extension_number());
  return extension == nullptr ? nullptr : extension->file();
}

void ReflectionResponses::AnswerExtensionNumbers(const std::string& type,
                                                 Response& response) const {
  const pb::Descriptor* extended = pool_.FindMessageTypeByName(type);
  if (extended == nullptr) return SetError(grpc::StatusCode::NOT_FOUND, "no such type", response);
  std::vector<const pb::FieldDescriptor*> extensions;
  pool_.FindAllExtensions(extended, &extensions);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type);
  for (const pb::FieldDescriptor* extension : extensions) {
    numbers.add_extension_number(extension->number());
  }
}

// The file that was asked for comes first, also when it was sent before: clients take the first.
void ReflectionResponses::AddFile(const File& file, std::unordered_set<const File*>& sent,
                                  std::vector<std::string_view>& entries) const {
  entries.push_back(entries_.at(&file));
  for (int i = 0; i < file.dependency_count(); ++i) {
    const File& import = *file.dependency(i);
    if (sent.insert(&import).second) AddFile(import, sent, entries);
  }
}

Reflection::Stream* Reflection::Open(grpc::CallbackServerContext& context) {
  return new ReflectionStream(answers_, context, stop_.get_token());
}

}  // namespace falcon::rpc
