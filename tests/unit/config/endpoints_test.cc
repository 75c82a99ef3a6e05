// The addresses of the configuration: what stays on loopback, where secrets come from, what is
// refused.
#include "config/endpoints.h"

#include <map>

#include "base/text.h"
#include "tests/unit/config/config_fixture.h"

namespace falcon::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

class ListenerConfigTest : public ConfigFixture {};

TEST_F(ListenerConfigTest, PlaintextStaysOnLoopbackUnlessItIsAllowed) {
  for (const char* listen :
       {"127.0.0.1:0", "localhost:50051", "[::1]:50051", "unix:/run/falcon.sock"}) {
    EXPECT_THAT(Load({"--listen", listen}), IsOk()) << listen;
  }
  for (const char* listen : {"0.0.0.0:50051", "[::]:50051", "gateway.example:50051"}) {
    EXPECT_THAT(Problem("--listen", {"--listen", listen}), HasSubstr("--allow-insecure-listen"));
    const auto allowed = Load({"--listen", listen, "--allow-insecure-listen"});
    ASSERT_THAT(allowed, IsOk());
    EXPECT_THAT(allowed->warnings, Contains(HasSubstr("plaintext")));
  }
  for (const char* listen : {"50051", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", "unix:", ""}) {
    EXPECT_FALSE(Load({StrCat("--listen=", listen)}).ok()) << listen;
  }
}

TEST_F(ListenerConfigTest, MetricsListenOnLoopbackUnlessAnAddressIsGiven) {
  for (const auto& [given, meant] : std::map<std::string, std::string>{
           {"9464", "127.0.0.1:9464"}, {"0", "127.0.0.1:0"}, {"[::1]:9", "[::1]:9"}}) {
    const auto config = Load({StrCat("--metrics-listen=", given)});
    ASSERT_THAT(config, IsOk()) << given;
    EXPECT_EQ(config->metrics.listen, meant);
    EXPECT_THAT(config->warnings, IsEmpty());
  }
  const auto open = Load({"--metrics-listen=0.0.0.0:9464"});
  ASSERT_THAT(open, IsOk());
  EXPECT_THAT(open->warnings, Contains(HasSubstr("--metrics-listen")));
  for (const char* wrong : {"x", "127.0.0.1:", "99999", "unix:/x", ":9464"}) {
    EXPECT_THAT(Problem("--metrics-listen", {StrCat("--metrics-listen=", wrong)}),
                HasSubstr("HOST:PORT"));
  }
}

TEST_F(ListenerConfigTest, CertificatesAreReadAndTheKeyIsASecret) {
  const std::string pem = "-----BEGIN CERTIFICATE-----\n";
  const std::string cert = scratch_.Write("cert", pem + "cert", 0644);
  const std::string key = scratch_.Write("key", "-----BEGIN PRIVATE KEY-----\ncanary");
  const std::string authority = scratch_.Write("ca", pem + "ca", 0644);
  auto config = Load({"--listen=0.0.0.0:50051", "--tls-cert", cert, "--tls-key", key,
                      "--tls-client-ca", authority});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->tls_certificate, pem + "cert");
  EXPECT_EQ(config->tls_private_key.Reveal(), "-----BEGIN PRIVATE KEY-----\ncanary");
  EXPECT_EQ(config->tls_client_ca, pem + "ca");
  EXPECT_THAT(config->warnings, ElementsAre(HasSubstr("HAProxy")));

  config = Load({"--listen=0.0.0.0:50051", "--tls-cert", cert, "--tls-key", key});
  EXPECT_THAT(config->warnings, Contains(HasSubstr("--tls-client-ca")));

  const std::string open = scratch_.Write("open", "-----BEGIN PRIVATE KEY-----\ncanary", 0644);
  EXPECT_THAT(Problem("--tls-key", {"--tls-cert", cert, "--tls-key", open}),
              HasSubstr("chmod 600"));
  EXPECT_THAT(
      Problem("--tls-cert", {"--tls-cert", scratch_.Write("text", "hello"), "--tls-key", key}),
      HasSubstr("no PEM"));
}

class RedisConfigTest : public ConfigFixture {};

TEST_F(RedisConfigTest, IsOffByDefault) {
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->redis.access.address, "");
  EXPECT_EQ(config->redis.access.user, "");
  EXPECT_TRUE(config->redis.access.password.empty());
}

TEST_F(RedisConfigTest, TakesAddressesOnLoopbackAndSockets) {
  for (const char* address :
       {"127.0.0.1:6379", "localhost:6379", "[::1]:6379", "127.0.0.1:80", "unix:/run/redis.sock"}) {
    const auto config = Load({"--redis", address});
    ASSERT_THAT(config, IsOk()) << address;
    EXPECT_EQ(config->redis.access.address, address);
    EXPECT_THAT(config->warnings, IsEmpty());
  }
}

TEST_F(RedisConfigTest, RefusesInvalidAddresses) {
  for (const std::string address :
       {"127.0.0.1", "6379", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:99999",
        "redis://127.0.0.1:6379", "user:canary@127.0.0.1:6379", "127.0.0.1:6379/0", "unix:"}) {
    EXPECT_THAT(Problem("--redis", {"--redis=" + address}), HasSubstr("must")) << address;
  }
  EXPECT_THAT(Problem("--redis", {"--redis=unix:/" + std::string(107, 'x')}), HasSubstr("107"));
}

TEST_F(RedisConfigTest, PlaintextStaysOnLoopbackUnlessItIsAllowed) {
  for (const char* address : {"10.0.0.7:6379", "redis.example:6379"}) {
    EXPECT_THAT(Problem("--redis", {"--redis", address}), HasSubstr("--allow-insecure-redis"));
    const auto allowed = Load({"--redis", address, "--allow-insecure-redis"});
    ASSERT_THAT(allowed, IsOk());
    EXPECT_EQ(allowed->redis.access.address, address);
    EXPECT_THAT(allowed->warnings, Contains(HasSubstr("plaintext")));
  }
}

TEST_F(RedisConfigTest, PasswordComesFromVariableOrFileAndIsErasedFromTheEnvironment) {
  Set("REDIS_PASSWORD", "canary");
  EXPECT_EQ(Load({"--redis=127.0.0.1:6379"})->redis.access.password.Reveal(), "canary");
  EXPECT_FALSE(left_.values.contains("REDIS_PASSWORD"));
  Set("REDIS_PASSWORD", "");
  Set("REDIS_PASSWORD_FILE", scratch_.Write("password", "canary-2\n"));
  EXPECT_EQ(Load({"--redis=127.0.0.1:6379"})->redis.access.password.Reveal(), "canary-2");
  variables_.erase("REDIS_PASSWORD_FILE");
  const std::string file = scratch_.Write("other", "canary-3\n");
  const auto config =
      Load({"--redis=127.0.0.1:6379", "--redis-user=app", "--redis-password-file", file});
  EXPECT_EQ(config->redis.access.password.Reveal(), "canary-3");
  EXPECT_EQ(config->redis.access.user, "app");
}

TEST_F(RedisConfigTest, WithoutAnAddressThePasswordVariableIsIgnoredAndErased) {
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"REDIS_PASSWORD", "two canaries"},
           {"REDIS_PASSWORD_FILE", scratch_.Write("open", "canary\n", 0644)}}) {
    Set(name, value);
    const auto config = Load();
    ASSERT_THAT(config, IsOk()) << name;
    EXPECT_TRUE(config->redis.access.password.empty());
    EXPECT_FALSE(left_.values.contains("REDIS_PASSWORD"));
    Set(name, value);
    EXPECT_NE(Problem(name, {"--redis=127.0.0.1:6379"}), "");
    variables_.erase(name);
  }
}

TEST_F(RedisConfigTest, ReportsTheCauseOfTwoRelatedProblems) {
  EXPECT_THAT(Problem("--cache-mib", {"--redis=127.0.0.1:6379", "--cache-mib=x"}),
              HasSubstr("whole number"));
  Set("REDIS_PASSWORD", "two canaries");
  EXPECT_THAT(Problem("REDIS_PASSWORD", {"--redis=127.0.0.1:6379", "--redis-user=app"}),
              HasSubstr("one word"));
}

TEST_F(RedisConfigTest, RefusesContradictoryFlags) {
  EXPECT_THAT(Problem("--redis", {"--redis=127.0.0.1:6379", "--cache-mib=0"}),
              HasSubstr("--cache-mib 0"));
  EXPECT_THAT(Problem("--redis-user", {"--redis=127.0.0.1:6379", "--redis-user=app"}),
              HasSubstr("REDIS_PASSWORD"));
  const std::string open = scratch_.Write("open", "canary\n", 0644);
  EXPECT_THAT(Problem("--redis-password-file", {"--redis-password-file", open}),
              HasSubstr("chmod 600"));
}

class ReputationConfigTest : public ConfigFixture {};

TEST_F(ReputationConfigTest, KeyIsOptional) {
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_TRUE(config->reputation.api_key.empty());
  EXPECT_EQ(config->reputation.base_url, "https://www.virustotal.com");
  EXPECT_EQ(config->reputation.quota.per_minute, 4);
  EXPECT_EQ(config->reputation.quota.per_day, 500);
  EXPECT_FALSE(config->reputation.urls);
}

TEST_F(ReputationConfigTest, KeyComesFromVariableOrFileAndIsErasedFromTheEnvironment) {
  Set("VIRUSTOTAL_API_KEY", "canary");
  EXPECT_EQ(Load()->reputation.api_key.Reveal(), "canary");
  EXPECT_FALSE(left_.values.contains("VIRUSTOTAL_API_KEY"));
  Set("VIRUSTOTAL_API_KEY", "");
  Set("VIRUSTOTAL_API_KEY_FILE", scratch_.Write("variable", "canary-2\n"));
  EXPECT_EQ(Load()->reputation.api_key.Reveal(), "canary-2");
  const std::string file = scratch_.Write("flag", "canary-3\n");
  EXPECT_EQ(Load({"--virustotal-api-key-file=" + file})->reputation.api_key.Reveal(), "canary-3");
  const std::string env_file = scratch_.Write("env", "VIRUSTOTAL_API_KEY=canary-4\n");
  variables_.erase("VIRUSTOTAL_API_KEY_FILE");
  EXPECT_EQ(Load({"--env-file=" + env_file})->reputation.api_key.Reveal(), "canary-4");
}

TEST_F(ReputationConfigTest, KeyIsOneWordInAFileThatNobodyElseReads) {
  const std::string open = scratch_.Write("open", "canary", 0644);
  EXPECT_THAT(Problem("--virustotal-api-key-file", {"--virustotal-api-key-file=" + open}),
              HasSubstr("chmod 600"));
  const std::string words = scratch_.Write("words", "canary and more");
  EXPECT_THAT(Problem("--virustotal-api-key-file", {"--virustotal-api-key-file=" + words}),
              HasSubstr("one word"));
}

TEST_F(ReputationConfigTest, KeyGoesToHttpsOrLoopbackOnly) {
  EXPECT_EQ(Load({"--virustotal-base-url=http://127.0.0.1:8443/"})->reputation.base_url,
            "http://127.0.0.1:8443");
  EXPECT_EQ(Load({"--virustotal-base-url=https://vt.example"})->reputation.base_url,
            "https://vt.example");
  for (const char* url : {"http://www.virustotal.com", "www.virustotal.com",
                          "https://vt.example/api", "https://user:canary@vt.example"}) {
    EXPECT_THAT(Problem("--virustotal-base-url", {std::string("--virustotal-base-url=") + url}),
                HasSubstr("https://www.virustotal.com"))
        << url;
  }
}

TEST_F(ReputationConfigTest, QuotasAreWholeNumbersFromOne) {
  const auto config =
      Load({"--virustotal-per-minute=1000", "--virustotal-per-day=20000", "--virustotal-urls"});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->reputation.quota.per_minute, 1000);
  EXPECT_EQ(config->reputation.quota.per_day, 20000);
  EXPECT_TRUE(config->reputation.urls);
  for (const char* number : {"0", "-1", "4.5", "many", "100001"}) {
    EXPECT_THAT(
        Problem("--virustotal-per-minute", {std::string("--virustotal-per-minute=") + number}),
        HasSubstr("whole number from 1"))
        << number;
  }
}

class ProxyConfigTest : public ConfigFixture {};

TEST_F(ProxyConfigTest, UsableProxiesPass) {
  for (const char* const value :
       {"http://proxy.example:3128", "http://user:canary@proxy.example:3128/", "proxy.example:3128",
        "proxy.example", "user:canary%40%23@proxy.example", "socks5h://127.0.0.1:1080",
        "socks://127.0.0.1:1080", "https://[2001:db8::1]:443", "HTTP://proxy.example:80"}) {
    Set("HTTPS_PROXY", value);
    EXPECT_THAT(Load(), IsOk()) << value;
  }
}

TEST_F(ProxyConfigTest, ProblemNamesTheVariableAndNeverTheValue) {
  for (const char* const value :
       {"http://user:canary@:3128", "http://user:canary#1@proxy.example:3128",
        "http://user:12#canary@proxy.example:3128", "http://user:1/canary@proxy.example:3128",
        "http://user:1?canary@proxy.example:3128", "http://user:canary@proxy.example:99999",
        "http://user:canary@proxy.example:port", "http://user:canary@proxy .example",
        "http://user:canary%0a@proxy.example", "http://proxy.example/canary",
        "ftp://user:canary@proxy.example", "canary://proxy.example", "http://"}) {
    for (const char* const name :
         {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy"}) {
      variables_[name] = value;
      EXPECT_THAT(Problem(name), HasSubstr("must ")) << value;
      variables_.erase(name);
    }
  }
}

TEST_F(ProxyConfigTest, ChecksOnlyTheVariablesThatLibcurlUses) {
  Set("https_proxy", "http://127.0.0.1:3128");
  Set("http_proxy", "http://127.0.0.1:3128");
  Set("HTTPS_PROXY", "canary://nonsense");
  Set("ALL_PROXY", "canary://nonsense");
  Set("HTTP_PROXY", "canary://nonsense");
  EXPECT_THAT(Load(), IsOk());
}

}  // namespace
}  // namespace falcon::config
