// Reflection in both versions, of a real server.
#include "rpc/server/reflection.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/create_channel.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <unordered_set>
#include <vector>

#include "descriptor_set.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "rpc/server/server.h"
#include "tests/support/status_matchers.h"

namespace falcon::rpc {
namespace {

using google::protobuf::FileDescriptorProto;
using grpc::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Request = ReflectionResponses::Request;
using Response = ReflectionResponses::Response;

constexpr char kHostsFile[] = "falcon_gateway/v1/hosts.proto";
constexpr char kHealthFile[] = "grpc/health/v1/health.proto";
constexpr char kOptionsFile[] = "falcon_gateway/options/v1/options.proto";
constexpr char kFieldOptions[] = "google.protobuf.FieldOptions";

Request ForFile(const std::string& name) {
  Request request;
  request.set_file_by_filename(name);
  return request;
}

Request ForSymbol(const std::string& name) {
  Request request;
  request.set_file_containing_symbol(name);
  return request;
}

Request ForExtension(const std::string& type, int number) {
  Request request;
  request.mutable_file_containing_extension()->set_containing_type(type);
  request.mutable_file_containing_extension()->set_extension_number(number);
  return request;
}

Request ForExtensionNumbers(const std::string& type) {
  Request request;
  request.set_all_extension_numbers_of_type(type);
  return request;
}

std::vector<FileDescriptorProto> FilesIn(const Response& response) {
  std::vector<FileDescriptorProto> files;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    EXPECT_TRUE(files.emplace_back().ParseFromString(bytes));
  }
  return files;
}

// The file that was asked for; the error's code where there is none.
std::string FirstFileIn(const Response& response) {
  const std::vector<FileDescriptorProto> files = FilesIn(response);
  if (!files.empty()) return files.front().name();
  return "error " + std::to_string(response.error_response().error_code());
}

ptrdiff_t CountThreads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

// A stream of a client.
template <class Api>
struct Stream {
  explicit Stream(typename Api::Stub& stub) : wire(stub.ServerReflectionInfo(&context)) {}

  Response Ask(const Request& request) {
    Response response;
    EXPECT_TRUE(wire->Write(request));
    EXPECT_TRUE(wire->Read(&response)) << request.DebugString();
    EXPECT_EQ(response.original_request().SerializeAsString(), request.SerializeAsString());
    return response;
  }
  // How a stream ends whose last request is `request`.
  StatusCode EndOf(const Request& request) {
    EXPECT_TRUE(wire->Write(request));
    Response response;
    EXPECT_FALSE(wire->Read(&response)) << response.ShortDebugString();
    return wire->Finish().error_code();
  }

  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> wire;
};

template <class Api>
class ReflectionTest : public ::testing::Test {
 protected:
  ReflectionTest() {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    auto server = Server::Start(options, {&hosts_, &gateway_}, connections_, log_, metrics_);
    EXPECT_THAT(server.status(), testing::IsOk());
    server_ = *std::move(server);
    stub_ = Api::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                                             grpc::InsecureChannelCredentials()));
  }

  Response Ask(const Request& request) { return Stream<Api>(*stub_).Ask(request); }
  std::vector<std::string> ListServices() {
    Request request;
    request.set_list_services("*");
    const Response response = Ask(request);
    std::vector<std::string> names;
    for (const auto& service : response.list_services_response().service()) {
      names.push_back(service.name());
    }
    return names;
  }

  SystemClock clock_;
  std::ostringstream text_;
  telemetry::Log log_{telemetry::Level::kOff, clock_, text_};
  telemetry::Metrics metrics_;
  ConnectionTable connections_{100, 100, metrics_};
  v1::HostService::CallbackService hosts_;
  v1::GatewayService::CallbackService gateway_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<typename Api::Stub> stub_;
};

using Versions = ::testing::Types<grpc::reflection::v1::ServerReflection,
                                  grpc::reflection::v1alpha::ServerReflection>;
TYPED_TEST_SUITE(ReflectionTest, Versions);

TYPED_TEST(ReflectionTest, ListsTheRegisteredServicesSorted) {
  EXPECT_THAT(this->ListServices(),
              ElementsAre("falcon_gateway.v1.GatewayService", "falcon_gateway.v1.HostService",
                          "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                          "grpc.reflection.v1alpha.ServerReflection"));
}

TYPED_TEST(ReflectionTest, DescribesEachServiceThatItLists) {
  for (const std::string& service : this->ListServices()) {
    EXPECT_FALSE(FilesIn(this->Ask(ForSymbol(service))).empty()) << service;
  }
}

TYPED_TEST(ReflectionTest, FindsAFileByItsNameAndBySymbolsOfEveryKind) {
  Stream<TypeParam> stream(*this->stub_);
  EXPECT_EQ(FirstFileIn(stream.Ask(ForFile(kHostsFile))), kHostsFile);
  EXPECT_EQ(FirstFileIn(stream.Ask(ForSymbol("falcon_gateway.v1.HostService"))), kHostsFile);
  EXPECT_EQ(FirstFileIn(stream.Ask(ForSymbol("falcon_gateway.v1.GatewayService.GetStatus"))),
            "falcon_gateway/v1/gateway.proto");
  for (const char* symbol :
       {"HealthCheckResponse", "HealthCheckRequest.service", "HealthCheckResponse.ServingStatus",
        "HealthCheckResponse.NOT_SERVING", "Health.Watch"}) {
    EXPECT_EQ(FirstFileIn(stream.Ask(ForSymbol(std::string("grpc.health.v1.") + symbol))),
              kHealthFile);
  }
}

TYPED_TEST(ReflectionTest, FindsExtensionsByNameAndByNumber) {
  const Response numbers = this->Ask(ForExtensionNumbers(kFieldOptions));
  const auto& answer = numbers.all_extension_numbers_response();
  EXPECT_EQ(answer.base_type_name(), kFieldOptions);
  const int number = options::v1::json_key.number();
  EXPECT_THAT(answer.extension_number(), Contains(number));
  EXPECT_EQ(FirstFileIn(this->Ask(ForExtension(kFieldOptions, number))), kOptionsFile);
  EXPECT_EQ(FirstFileIn(this->Ask(ForSymbol("falcon_gateway.options.v1.json_key"))), kOptionsFile);
  EXPECT_THAT(this->Ask(ForExtensionNumbers("grpc.health.v1.HealthCheckRequest"))
                  .all_extension_numbers_response()
                  .extension_number(),
              IsEmpty());
}

TYPED_TEST(ReflectionTest, ReportsUnknownNamesAndContinues) {
  Stream<TypeParam> stream(*this->stub_);
  for (const Request& unknown :
       {ForFile("hosts.proto"), ForSymbol("falcon_gateway.v1.NoSuchService"),
        ForSymbol("falcon_gateway.v1.HostService.NoSuchMethod"), ForSymbol(""),
        ForExtension(kFieldOptions, 1), ForExtension("no.such.Type", 1),
        ForExtensionNumbers("no.such.Type")}) {
    const Response response = stream.Ask(unknown);
    EXPECT_EQ(response.error_response().error_code(), StatusCode::NOT_FOUND)
        << response.ShortDebugString();
    EXPECT_NE(response.error_response().error_message(), "");
  }
  EXPECT_EQ(stream.Ask(Request()).error_response().error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(FirstFileIn(stream.Ask(ForFile(kHealthFile))), kHealthFile);
}

TYPED_TEST(ReflectionTest, ReturnsFilesWithComments) {
  const Response response = this->Ask(ForSymbol("grpc.health.v1.Health"));
  google::protobuf::DescriptorPool pool;
  const auto* file = pool.BuildFile(FilesIn(response).at(0));
  ASSERT_NE(file, nullptr);
  google::protobuf::SourceLocation location;
  ASSERT_TRUE(file->FindServiceByName("Health")->GetSourceLocation(&location));
  EXPECT_EQ(location.leading_comments, " Tells whether a server can serve.\n");
}

TYPED_TEST(ReflectionTest, SendsAllImportsOncePerStream) {
  Stream<TypeParam> stream(*this->stub_);
  std::set<std::string> names;
  std::set<std::string> imports;
  const std::vector<FileDescriptorProto> files =
      FilesIn(stream.Ask(ForSymbol("falcon_gateway.v1.HostService")));
  for (const FileDescriptorProto& file : files) {
    EXPECT_TRUE(names.insert(file.name()).second) << file.name();
    imports.insert(file.dependency().begin(), file.dependency().end());
  }
  EXPECT_TRUE(std::includes(names.begin(), names.end(), imports.begin(), imports.end()));
  EXPECT_GT(files.size(), 1U);
  EXPECT_EQ(FilesIn(stream.Ask(ForFile(kHostsFile))).size(), 1U);
  EXPECT_EQ(FilesIn(stream.Ask(ForFile(files.back().name()))).size(), 1U);
  EXPECT_EQ(FilesIn(this->Ask(ForFile(kHostsFile))).size(), files.size());
}

TYPED_TEST(ReflectionTest, EchoesTheHost) {
  Request request = ForFile(kHealthFile);
  request.set_host("gateway.example");
  EXPECT_EQ(this->Ask(request).valid_host(), "gateway.example");
}

TYPED_TEST(ReflectionTest, EndsStreamOnOversizedOrMalformedRequest) {
  Request longest = ForSymbol(std::string(Reflection::kMaxRequestBytes - 3, 'a'));
  ASSERT_EQ(longest.ByteSizeLong(), Reflection::kMaxRequestBytes);
  EXPECT_EQ(FirstFileIn(this->Ask(longest)), "error 5");
  longest.mutable_file_containing_symbol()->push_back('a');
  EXPECT_EQ(Stream<TypeParam>(*this->stub_).EndOf(longest), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Stream<TypeParam>(*this->stub_).EndOf(ForSymbol("\xff")), StatusCode::INVALID_ARGUMENT);
}

TYPED_TEST(ReflectionTest, OpenStreamsAddNoThreads) {
  std::vector<std::unique_ptr<Stream<TypeParam>>> streams;
  const auto open = [&](int count) {
    for (int i = 0; i < count; ++i) {
      streams.push_back(std::make_unique<Stream<TypeParam>>(*this->stub_));
      streams.back()->Ask(ForFile(kHealthFile));
    }
  };
  open(10);  // gRPC's own threads start with the first calls
  const ptrdiff_t before = CountThreads();
  open(200);
  EXPECT_LT(CountThreads(), before + 10);
}

TYPED_TEST(ReflectionTest, EndsOpenStreamsWhenDraining) {
  Stream<TypeParam> stream(*this->stub_);
  stream.Ask(ForFile(kHealthFile));
  this->server_->Drain({.grace = std::chrono::hours(1)});
  Response response;
  EXPECT_FALSE(stream.wire->Read(&response));
  EXPECT_EQ(stream.wire->Finish().error_code(), StatusCode::CANCELLED);
}

TEST(ReflectionResponsesTest, FilesAreNotCopied) {
  const std::string_view set = DescriptorSet();
  const ReflectionResponses answers(set);
  std::unordered_set<const ReflectionResponses::File*> sent;
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(answers.Answer(ForFile(kHostsFile), sent).Dump(&slices).ok());
  ASSERT_GT(slices.size(), 1U);
  EXPECT_LT(slices.front().size(), 200U);  // all but the files
  for (size_t i = 1; i < slices.size(); ++i) {
    const char* begin = reinterpret_cast<const char*>(slices[i].begin());
    EXPECT_TRUE(begin >= set.data() && begin + slices[i].size() <= set.data() + set.size());
  }
}

}  // namespace
}  // namespace falcon::rpc
