// One export of any method, through a gateway or as a libcurl and simdjson loop over the same pages
// of Falcon. Prints one JSON line.
#include <curl/curl.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discover.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"

namespace falcon::bench {
namespace {

using Clock = std::chrono::steady_clock;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Options {
  std::string mode = "gateway";
  std::string address;             // of the gateway
  std::string method;              // /falcon_gateway.v1.VulnerabilityService/ExportVulnerabilities
  std::string request = "{}";      // as JSON
  std::string falcon_url;          // of Falcon, for the bare loop
  std::string path;                // of its pages
  std::vector<std::string> query;  // name=value, without the cursor
  std::string id = "id";           // identifies a record
  int most = 0;                    // stop after this many pages; 0: read to the end
};

// Ids by their hashes, since a million strings would use more memory than the measured program.
class Ids {
 public:
  void Add(std::string_view id) { hashes_.push_back(std::hash<std::string_view>()(id)); }
  size_t count() const { return hashes_.size(); }
  size_t Distinct() {
    std::sort(hashes_.begin(), hashes_.end());
    return static_cast<size_t>(std::unique(hashes_.begin(), hashes_.end()) - hashes_.begin());
  }

 private:
  std::vector<size_t> hashes_;
};

struct Tally {
  Ids ids;
  int64_t pages = 0;
  int64_t bytes = 0;  // of the pages
  double seconds = 0;
  std::string error;

  nlohmann::json Json() {
    const size_t count = ids.count();
    return {{"records", count}, {"distinct", ids.Distinct()}, {"pages", pages},
            {"bytes", bytes},   {"seconds", seconds},         {"error", error}};
  }
};

std::unique_ptr<Message> New(const Descriptor* descriptor) {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<Message>(factory->GetPrototype(descriptor)->New());
}

// The stream of one call, read synchronously by one thread.
class Pages {
 public:
  Pages(const std::string& address, const std::string& method, const Message& request)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {
    call_ = stub_.PrepareCall(&context_, method, &queue_);
    call_->StartCall(this);
    Wait();
    grpc::ByteBuffer bytes;
    bool own = false;
    grpc::SerializationTraits<Message>::Serialize(request, &bytes, &own);
    call_->WriteLast(bytes, grpc::WriteOptions(), this);
    Wait();
  }
  ~Pages() {
    queue_.Shutdown();
    void* tag = nullptr;
    for (bool ok = false; queue_.Next(&tag, &ok);) continue;
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  // The bytes of the next message; 0 at the end.
  size_t Next(Message& page) {
    grpc::ByteBuffer bytes;
    call_->Read(&bytes, this);
    if (!Wait()) return 0;
    const size_t length = bytes.Length();
    return grpc::SerializationTraits<Message>::Deserialize(&bytes, &page).ok() ? length : 0;
  }
  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, this);
    Wait();
    return status;
  }
  void Cancel() { context_.TryCancel(); }

 private:
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

// The request or response type of an Export method, which has the method's name.
const Descriptor* TypeOf(const std::string& method, std::string_view suffix) {
  // The linker would drop files that are only found by name.
  v1::ExportVulnerabilitiesRequest::descriptor();
  v1::ExportDiscoveredHostsRequest::descriptor();
  return google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      "falcon_gateway.v1." + method.substr(method.rfind('/') + 1) + std::string(suffix));
}

Tally ThroughGateway(const Options& options) {
  Tally tally;
  const Descriptor* takes = TypeOf(options.method, "Request");
  const Descriptor* answers = TypeOf(options.method, "Response");
  if (takes == nullptr || answers == nullptr) {
    tally.error = "no such method: " + options.method;
    return tally;
  }
  const auto request = New(takes);
  if (!google::protobuf::util::JsonStringToMessage(options.request, request.get()).ok()) {
    tally.error = "--request is none of " + options.method;
    return tally;
  }
  const FieldDescriptor* records = answers->field(0);
  const FieldDescriptor* id = records->message_type()->FindFieldByName(options.id);
  const auto page = New(answers);
  const auto start = Clock::now();
  Pages pages(options.address, options.method, *request);
  while (const size_t bytes = pages.Next(*page)) {
    ++tally.pages;
    tally.bytes += static_cast<int64_t>(bytes);
    const auto& reflection = *page->GetReflection();
    for (int i = 0; i < reflection.FieldSize(*page, records); ++i) {
      const Message& record = reflection.GetRepeatedMessage(*page, records, i);
      std::string scratch;
      tally.ids.Add(record.GetReflection()->GetStringReference(record, id, &scratch));
    }
    if (tally.pages == options.most) pages.Cancel();
  }
  const grpc::Status status = pages.Finish();
  tally.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (!status.ok() && options.most == 0) tally.error = status.error_message();
  return tally;
}

size_t Take(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

// One connection, one page after the other: the minimum that a reader of all pages does.
class BareLoop {
 public:
  explicit BareLoop(const Options& options)
      : options_(options), curl_(curl_easy_init(), &curl_easy_cleanup) {
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEFUNCTION, &Take);
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEDATA, &answer_);
  }
  ~BareLoop() { curl_slist_free_all(headers_); }
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;

  Tally Run() {
    LogIn();
    const std::string first = FirstUrl();
    const auto start = Clock::now();
    std::string after;
    do {
      answer_.clear();
      const std::string url = after.empty() ? first : first + "&after=" + Escaped(after);
      curl_easy_setopt(curl_.get(), CURLOPT_URL, url.c_str());
      if (curl_easy_perform(curl_.get()) != CURLE_OK) {
        tally_.error = "the transfer failed";
        break;
      }
      after = ReadPage();
    } while (!after.empty() && tally_.error.empty());
    tally_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(tally_);
  }

 private:
  std::string Escaped(const std::string& text) const {
    char* escaped = curl_easy_escape(curl_.get(), text.c_str(), static_cast<int>(text.size()));
    std::string copy(escaped);
    curl_free(escaped);
    return copy;
  }

  void LogIn() {
    curl_easy_setopt(curl_.get(), CURLOPT_URL, (options_.falcon_url + "/oauth2/token").c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS,
                     "client_id=simulator-client&client_secret=simulator-secret");
    curl_easy_perform(curl_.get());
    const std::string token = nlohmann::json::parse(answer_).at("access_token");
    headers_ = curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPGET, 1L);
  }

  std::string FirstUrl() const {
    std::string url = options_.falcon_url + options_.path;
    char separator = '?';
    for (const std::string& pair : options_.query) {
      const size_t equals = pair.find('=');
      url += separator + pair.substr(0, equals + 1) + Escaped(pair.substr(equals + 1));
      separator = '&';
    }
    return url;
  }

  // Counts the page's records; returns the cursor to the next page, if there is one.
  std::string ReadPage() {
    ++tally_.pages;
    tally_.bytes += static_cast<int64_t>(answer_.size());
    simdjson::dom::element page;
    if (parser_.parse(answer_).get(page) != simdjson::SUCCESS) {
      tally_.error = "no JSON";
      return "";
    }
    simdjson::dom::array records;
    if (page["resources"].get(records) != simdjson::SUCCESS) {
      tally_.error = answer_.substr(0, 500);
      return "";
    }
    for (const simdjson::dom::element record : records) {
      std::string_view id;
      if (record[options_.id].get(id) == simdjson::SUCCESS) tally_.ids.Add(id);
    }
    std::string_view after;
    const auto found = page["meta"]["pagination"]["after"].get(after);
    return found == simdjson::SUCCESS ? std::string(after) : "";
  }

  const Options& options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_;
  curl_slist* headers_ = nullptr;
  std::string answer_;
  simdjson::dom::parser parser_;
  Tally tally_;
};

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("One export through a gateway, or from Falcon itself.");
  app.add_option("--mode", options.mode, "gateway, or bare: libcurl and simdjson")
      ->check(CLI::IsMember({"gateway", "bare"}));
  app.add_option("--address", options.address, "the gateway, host:port");
  app.add_option("--method", options.method,
                 "such as /falcon_gateway.v1.VulnerabilityService/ExportVulnerabilities");
  app.add_option("--request", options.request, "as JSON");
  app.add_option("--falcon-url", options.falcon_url, "Falcon, for --mode bare");
  app.add_option("--path", options.path, "of the pages, for --mode bare");
  app.add_option("--query", options.query, "name=value, for --mode bare; without the cursor")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--id", options.id, "field that identifies a record");
  app.add_option("--most", options.most, "stop after this many messages; 0: read to the end");
  CLI11_PARSE(app, argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Tally tally = options.mode == "bare" ? BareLoop(options).Run() : ThroughGateway(options);
  std::puts(tally.Json().dump().c_str());
  return tally.error.empty() ? 0 : 1;
}

}  // namespace
}  // namespace falcon::bench

int main(int argc, char** argv) { return falcon::bench::Main(argc, argv); }
