// The CPU time of the gateway's loop for the largest and most hostile accepted requests, one RPC
// after the other, as the system counts it for that thread. Prints one JSON line.
#include <google/protobuf/field_mask.pb.h>
#include <grpcpp/create_channel.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/catalog.h"
#include "client/gateway.h"
#include "descriptor_set.h"
#include "tests/support/largest_requests.h"
#include "tests/support/method_requests.h"

namespace falcon::bench {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// CPU time of the loop's thread, in nanoseconds.
class LoopCpu {
 public:
  explicit LoopCpu(int pid) {
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::string name;
      std::ifstream(task.path() / "comm") >> name;
      if (name == "loop") file_ = task.path() / "schedstat";
    }
  }
  double Millis() const {
    double nanoseconds = 0;
    std::ifstream(file_) >> nanoseconds;
    return nanoseconds / 1e6;
  }

 private:
  std::filesystem::path file_;
};

enum class Kind { kLargest, kUnknownPaths, kUnknownNames };
constexpr std::pair<Kind, const char*> kKinds[] = {{Kind::kLargest, "largest"},
                                                   {Kind::kUnknownPaths, "unknown paths"},
                                                   {Kind::kUnknownNames, "unknown names"}};

// Eight KiB of conditions on unknown fields whose names are similar to known ones.
std::string UnknownFilter() {
  std::string filter;
  while (filter.size() < 8000) filter += "created_timestmp.usr_nme.host_nam:'a'+";
  return filter + "z:'a'";
}

void Shape(Kind kind, const client::Method& method, Message& request) {
  const auto& reflection = *request.GetReflection();
  const auto& type = *request.GetDescriptor();
  if (kind == Kind::kLargest) testing::LargestRequest(request).Fill();
  if (kind == Kind::kUnknownPaths && method.shape.read_mask != nullptr) {
    Message& mask = *reflection.MutableMessage(&request, method.shape.read_mask);
    const FieldDescriptor* paths = mask.GetDescriptor()->FindFieldByName("paths");
    std::string path;
    while (path.size() < 510) path += path.size() < 76 ? "zq" : "z.";
    for (int i = 0; i < 199; ++i) mask.GetReflection()->AddString(&mask, paths, path);
    mask.GetReflection()->AddString(&mask, paths, "z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z.z");
  }
  if (kind != Kind::kUnknownNames) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    if (field.name() == "filter") reflection.SetString(&request, &field, UnknownFilter());
    const bool name = field.name() == "order_by" || field.name() == "field";
    if (name) reflection.SetString(&request, &field, std::string(78, 'q'));
  }
}

int Main(int argc, char** argv) {
  CLI::App app;
  std::string address;
  int pid = 0;
  int rounds = 3;
  app.add_option("--address", address)->required();
  app.add_option("--pid", pid)->required();
  app.add_option("--rounds", rounds);
  CLI11_PARSE(app, argc, argv);
  const auto catalog = client::Catalog::Load(DescriptorSet());
  if (!catalog.ok()) return 1;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  client::Invoker invoker(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments), **catalog);
  const testing::MethodRequests requests(**catalog, {{"Host", "0123456789abcdef0123456789abcdef"}},
                                         "0123456789abcdef0123456789abcdef");
  const LoopCpu cpu(pid);
  const client::CallSettings settings{
      .timeout = std::chrono::seconds(60), .stop = {}, .metadata = {}};
  nlohmann::json all = nlohmann::json::array();
  for (const client::Noun& noun : (*catalog)->nouns()) {
    for (const client::Method& method : noun.methods) {
      if (method.descriptor->file()->package() != "falcon_gateway.v1") continue;
      for (const auto& [kind, name] : kKinds) {
        const std::unique_ptr<Message> request = requests.For(method);
        Shape(kind, method, *request);
        double least = 1e9;
        for (int round = 0; round < rounds; ++round) {
          const double before = cpu.Millis();
          if (method.descriptor->server_streaming()) {
            invoker.Stream(method, *request, settings, [](const Message&) { return false; });
          } else {
            invoker.Unary(method, *request, settings);
          }
          least = std::min(least, cpu.Millis() - before);
        }
        all.push_back({{"method", method.descriptor->name()}, {"kind", name}, {"ms", least}});
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a["ms"] > b["ms"]; });
  std::puts(nlohmann::json({{"worst", all.front()}, {"all", all}}).dump().c_str());
  return 0;
}

}  // namespace
}  // namespace falcon::bench

int main(int argc, char** argv) { return falcon::bench::Main(argc, argv); }
