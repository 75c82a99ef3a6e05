// A world for end-to-end tests: the real simulator over TLS and the real gateway before it, each on
// a port of its own.
#ifndef FALCON_TESTS_E2E_WORLD_H_
#define FALCON_TESTS_E2E_WORLD_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "tests/e2e/program.h"

namespace falcon::e2e {

using Json = nlohmann::json;

inline constexpr char kClientId[] = "simulator-client";
// Stand for real secrets: no log line, error or answer may ever hold them.
inline constexpr char kClientSecret[] = "simulator-secret";
inline constexpr char kVirusTotalKey[] = "simulator-vt-key";

// Values that the simulator's intrusion leaves behind: see tests/simulator/data/story.h.
inline constexpr char kStoryHash[] =
    "9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a";
inline constexpr char kStorySha1[] = "8c1f4e7a2b5d9036c8e1f4a7b2d5c8e9f0a3b6d1";
inline constexpr char kStoryDomain[] = "malicious-domain.com";
inline constexpr char kStoryAddress[] = "203.0.113.42";

struct WorldOptions {
  std::vector<std::string> simulator = {};  // further flags
  std::vector<std::string> gateway = {};
  std::map<std::string, std::string> environment = {};  // of the gateway
  bool start_gateway = true;
  std::string ca_file = {};        // that the gateway trusts; empty: the simulator's own
  std::string simulator_url = {};  // of another world's simulator; empty: one of its own
};

class World {
 public:
  explicit World(const WorldOptions& options = {});
  ~World();

  // The simulator's control endpoints.
  void Fault(const Json& rule);
  void ClearFaults();
  Json Ledger();
  void ResetLedger();
  // Calls to "METHOD /path" since the last reset; all data calls (no token) for "".
  int Calls(const std::string& what = "");
  int Logins() { return Calls("POST /oauth2/token"); }
  Json Control(const std::string& method, const std::string& path, const std::string& body = "");

  // Kills the simulator at once, or starts it again at the same port.
  void KillSimulator();
  void StartSimulator();
  // For worlds without one yet, or whose gateway has ended: then at the same port. `further` flags
  // come after those of the options.
  void StartGateway(const std::vector<std::string>& further = {});

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  Program& gateway_program() { return *gateway_program_; }
  // HOST:PORT of the gateway.
  const std::string& address() const { return address_; }
  const std::string& folder() const { return folder_; }
  std::string simulator_url() const { return simulator_url_; }
  std::map<std::string, std::string> GatewayEnvironment() const;

 private:
  WorldOptions options_;
  std::string folder_;
  std::string simulator_url_;
  std::string simulator_listen_ = "127.0.0.1:0";
  std::string address_;
  std::unique_ptr<Program> simulator_;
  std::unique_ptr<Program> gateway_program_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The details of a failed call; empty messages where it carries none.
struct Details {
  explicit Details(const grpc::Status& status);
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  google::rpc::RetryInfo retry;
  bool has_retry = false;
};

struct HttpReply {
  int status = 0;
  std::string body;
};
// One request, without a proxy and without checks of the server's certificate, which some worlds
// have flawed. An empty `body` is none; `headers` as "Name: value". Throws when no reply comes.
HttpReply Fetch(const std::string& method, const std::string& url, const std::string& body = "",
                const std::vector<std::string>& headers = {});

// The status that grpc.health.v1.Health/Check answers: "SERVING"; the error's message if it fails.
std::string Health(World& world);

// GET of an endpoint of the gateway, such as "/readyz"; for worlds with `--metrics-listen=0`.
HttpReply GetEndpoint(World& world, const std::string& path);
// The value of `series` ("name" or "name{label=\"value\"}") now; 0 where there is none.
double Metric(World& world, const std::string& series);

// One world for all tests of a suite. It starts with the first test that asks for it, as
// `Suite::Options()` says.
template <class Suite, class Test = testing::Test>
class SharedWorld : public Test {
 public:
  static void TearDownTestSuite() { Slot().reset(); }

 protected:
  static World& world() {
    if (Slot() == nullptr) Slot() = std::make_unique<World>(Suite::Options());
    return *Slot();
  }

 private:
  static std::unique_ptr<World>& Slot() {
    static std::unique_ptr<World> world;
    return world;
  }
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_WORLD_H_
