// From command line, environment and files to one Config: what wins, what is refused, and that all
// of it is said at once.
#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "base/text.h"
#include "tests/support/temp_dir.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/config/fake_environment.h"

namespace falcon::config {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

auto Problem(std::string_view where, std::string_view what) {
  return Contains(
      AllOf(Field("field", &FieldViolation::field, std::string(where)),
            Field("description", &FieldViolation::description, HasSubstr(std::string(what)))));
}

constexpr char kCid[] = "0123456789abcdef0123456789abcdef";

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    Set("CROWDSTRIKE_CLIENT_ID", "id");
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  }
  void Set(const std::string& name, const std::string& value) { environment_.values[name] = value; }

  absl::StatusOr<Config> Load(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "falcon-gateway");
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    auto config = LoadConfig(static_cast<int>(argv.size()), argv.data(), environment_);
    EXPECT_THAT(config.status().ToString(), Not(HasSubstr("canary"))) << "the secret got out";
    return config;
  }
  std::vector<FieldViolation> Complaints(std::vector<std::string> arguments = {}) {
    const auto config = Load(std::move(arguments));
    EXPECT_THAT(config, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_CONFIG"));
    return Violations(config.status());
  }

  falcon::testing::TempDir scratch_;
  FakeEnvironment environment_;
};

TEST_F(ConfigTest, TwoVariablesAreEnough) {
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "id");
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
  EXPECT_EQ(config->credentials.member_cid, "");
  EXPECT_EQ(config->region, "us-1");
  EXPECT_EQ(config->base_url, "");
  EXPECT_EQ(config->listen, "127.0.0.1:50051");
  EXPECT_EQ(config->max_in_flight, 48u);
  EXPECT_EQ(config->cache_bytes, size_t{64} << 20);
  EXPECT_TRUE(config->batching);
  EXPECT_EQ(config->circuit_breaker_min_calls, 20);
  EXPECT_EQ(config->memory_limit_bytes, std::nullopt);
  EXPECT_EQ(config->upstream_max_body_bytes, size_t{64} << 20);
  EXPECT_EQ(config->upstream_stall, seconds(20));
  EXPECT_EQ(config->drain, seconds(25));
  EXPECT_EQ(config->drain_delay, seconds(5));
  EXPECT_EQ(config->log_level, telemetry::Level::kInfo);
  EXPECT_TRUE(config->page_token_key.empty());
  EXPECT_THAT(config->warnings, IsEmpty());
  EXPECT_EQ(config->print, "");
}

TEST_F(ConfigTest, AMemoryLimitOfZeroIsNoneRatherThanTheControlGroups) {
  const auto none = Load({"--memory-limit-mib=0"});
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->memory_limit_bytes, 0U);
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  const auto some = Load({"--memory-limit-mib=512"});
  ASSERT_THAT(some, IsOk());
  EXPECT_EQ(some->memory_limit_bytes, size_t{512} << 20);
}

TEST_F(ConfigTest, TheSecretIsErasedFromTheEnvironmentWhateverTheOutcome) {
  Set("FALCON_CLIENT_SECRET", "canary");
  EXPECT_THAT(Load(), IsOk());
  EXPECT_FALSE(environment_.values.contains("CROWDSTRIKE_CLIENT_SECRET"));
  EXPECT_FALSE(environment_.values.contains("FALCON_CLIENT_SECRET"));
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  EXPECT_FALSE(Load({"--listen=nonsense"}).ok());
  EXPECT_FALSE(environment_.values.contains("CROWDSTRIKE_CLIENT_SECRET"));
}

TEST_F(ConfigTest, TheNamesOfOtherFalconToolsWorkToo) {
  environment_.values = {{"FALCON_CLIENT_ID", "other"},
                         {"FALCON_CLIENT_SECRET", "canary"},
                         {"FALCON_MEMBER_CID", kCid},
                         {"FALCON_BASE_URL", "https://api.us-2.crowdstrike.com/"}};
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "other");
  EXPECT_EQ(config->credentials.member_cid, kCid);
  EXPECT_EQ(config->region, "us-2") << "the address of a known cloud is its region";
  EXPECT_EQ(config->base_url, "");
}

TEST_F(ConfigTest, FalconBaseUrlMayBeARegionOrAnAddressOfItsOwn) {
  Set("FALCON_BASE_URL", "EU1");
  EXPECT_EQ(Load()->region, "eu-1");
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  Set("FALCON_BASE_URL", "http://127.0.0.1:8443");
  EXPECT_EQ(Load()->base_url, "http://127.0.0.1:8443");
}

TEST_F(ConfigTest, TwoNamesWithTheSameMeaningMayAgree) {
  Set("FALCON_CLIENT_ID", "id");
  Set("CROWDSTRIKE_API_REGION", "US-2");
  Set("FALCON_BASE_URL", "https://api.us-2.crowdstrike.com");
  EXPECT_EQ(Load()->region, "us-2");
}

TEST_F(ConfigTest, TwoNamesThatDisagreeAreBothNamed) {
  Set("FALCON_CLIENT_ID", "other");
  Set("FALCON_CLIENT_SECRET", "canary2");
  Set("CROWDSTRIKE_API_REGION", "us-1");
  Set("FALCON_BASE_URL", "eu-1");
  const auto complaints = Complaints();
  EXPECT_THAT(complaints, SizeIs(3));
  EXPECT_THAT(complaints, Problem("FALCON_CLIENT_ID", "differs from CROWDSTRIKE_CLIENT_ID"));
  EXPECT_THAT(complaints,
              Problem("FALCON_CLIENT_SECRET", "differs from CROWDSTRIKE_CLIENT_SECRET"));
  EXPECT_THAT(complaints, Problem("FALCON_BASE_URL", "differs from CROWDSTRIKE_API_REGION"));
}

TEST_F(ConfigTest, EveryVariableMayNameAFile) {
  environment_.values = {{"CROWDSTRIKE_CLIENT_ID_FILE", scratch_.Write("id", "from-file\n")},
                         {"FALCON_CLIENT_SECRET_FILE", scratch_.Write("secret", "canary\n")},
                         {"CROWDSTRIKE_API_REGION_FILE", scratch_.Write("region", "us-gov-1\n")},
                         {"FALCON_MEMBER_CID_FILE", scratch_.Write("cid", StrCat(kCid, "\n"))}};
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "from-file");
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
  EXPECT_EQ(config->region, "us-gov-1");
  EXPECT_EQ(config->credentials.member_cid, kCid);
}

TEST_F(ConfigTest, ASecretFileThatOthersMayReadIsRefusedByItsVariable) {
  environment_.values = {{"CROWDSTRIKE_CLIENT_ID", "id"},
                         {"CROWDSTRIKE_CLIENT_SECRET_FILE", scratch_.Write("s", "canary", 0644)}};
  const auto complaints = Complaints();
  EXPECT_THAT(complaints, SizeIs(1));
  EXPECT_THAT(complaints, Problem("CROWDSTRIKE_CLIENT_SECRET_FILE", "chmod 600"));
}

TEST_F(ConfigTest, FlagsComeBeforeTheEnvironmentAndThatBeforeTheEnvFile) {
  environment_.values = {{"CROWDSTRIKE_CLIENT_ID", "from-environment"},
                         {"FALCON_MEMBER_CID", std::string(32, 'e')}};
  const std::string file = scratch_.Write("env",
                                          "FALCON_CLIENT_ID=from-file\n"
                                          "export CROWDSTRIKE_CLIENT_SECRET='canary'\n"
                                          "CROWDSTRIKE_API_REGION=us-2 # ours\n",
                                          0640);
  const auto config = Load({"--env-file", file, "--member-cid", kCid});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "from-environment");
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
  EXPECT_EQ(config->credentials.member_cid, kCid);
  EXPECT_EQ(config->region, "us-2");
  EXPECT_EQ(Load({"--env-file", file, "--region", "eu-1"})->region, "eu-1");
}

TEST_F(ConfigTest, TheSecretsFileByFlagComesFirst) {
  const std::string file = scratch_.Write("secret", "canary-by-flag\n");
  const auto config = Load({"--client-id=by-flag", "--client-secret-file=" + file});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "by-flag");
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary-by-flag");
}

TEST_F(ConfigTest, AnEnvFileOpenToAllOrMalformedIsRefused) {
  EXPECT_THAT(Complaints({"--env-file", scratch_.Write("a", "A=1", 0644)}),
              Problem("--env-file", "chmod 640"));
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  EXPECT_THAT(Complaints({"--env-file", scratch_.Write("b", "A=1\ncanary\n")}),
              Problem("--env-file", "line 2"));
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  EXPECT_THAT(Complaints({"--env-file", scratch_.folder() + "/none"}),
              Problem("--env-file", "No such file"));
}

TEST_F(ConfigTest, EverythingThatIsWrongIsSaidAtOnce) {
  environment_.values = {{"CROWDSTRIKE_API_REGION", "us-7"}};
  const auto complaints =
      Complaints({"--listen=nowhere", "--max-in-flight=0", "--drain-seconds=soon",
                  "--log-level=loud", "--upstream-max-body-mib=-1", "--tls-cert=/none",
                  "--ca-file=/none", "--max-wating=3", "--page-token-key-file",
                  scratch_.Write("key", "short"), "--loopback-redirect=evil.example:1"});
  EXPECT_THAT(complaints, SizeIs(14));
  EXPECT_THAT(complaints, Problem("CROWDSTRIKE_CLIENT_ID", "is not set"));
  EXPECT_THAT(complaints, Problem("CROWDSTRIKE_CLIENT_SECRET", "--client-secret-file"));
  EXPECT_THAT(complaints, Problem("CROWDSTRIKE_API_REGION", "Known: us-1, us-2"));
  EXPECT_THAT(complaints, Problem("--listen", "HOST:PORT"));
  EXPECT_THAT(complaints, Problem("--max-in-flight", "from 1 to 1000"));
  EXPECT_THAT(complaints, Problem("--drain-seconds", "whole number"));
  EXPECT_THAT(complaints, Problem("--log-level", "debug, info"));
  EXPECT_THAT(complaints, Problem("--upstream-max-body-mib", "from 1 to 1024"));
  EXPECT_THAT(complaints, Problem("--tls-cert", "No such file"));
  EXPECT_THAT(complaints, Problem("--tls-key", "go together"));
  EXPECT_THAT(complaints, Problem("--ca-file", "No such file"));
  EXPECT_THAT(complaints, Problem("--max-wating", "did you mean --max-waiting?"));
  EXPECT_THAT(complaints, Problem("--page-token-key-file", "openssl rand"));
  EXPECT_THAT(complaints, Problem("--loopback-redirect", "loopback"));
}

TEST_F(ConfigTest, ASecretOnTheCommandLineIsRefusedAndNotRepeated) {
  const auto joined = Complaints({"--client-secret=canary"});
  EXPECT_THAT(joined, SizeIs(1));
  EXPECT_THAT(joined, Problem("--client-secret", "did you mean --client-secret-file?"));
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  EXPECT_THAT(Complaints({"--client-secret", "canary"}),
              Problem("command line", "belongs to no flag"));
}

TEST_F(ConfigTest, RegionAndBaseUrlByFlagMustAgree) {
  EXPECT_EQ(Load({"--region=us-2", "--base-url=https://api.us-2.crowdstrike.com"})->region, "us-2");
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  EXPECT_THAT(Complaints({"--region=us-2", "--base-url=https://relay.example"}),
              Problem("--region", "differs from --base-url"));
}

TEST_F(ConfigTest, OddCharactersInAnIdAreRefused) {
  Set("CROWDSTRIKE_CLIENT_ID", "i d");
  EXPECT_THAT(Complaints(), Problem("CROWDSTRIKE_CLIENT_ID", "one word"));
}

TEST_F(ConfigTest, ABlankVariableIsAnUnsetOne) {
  for (const char* blank : {"", " \n", "\"\"", "' '"}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", blank);
    Set("FALCON_CLIENT_SECRET", "canary");
    Set("FALCON_MEMBER_CID", blank);
    const auto config = Load();
    ASSERT_THAT(config, IsOk()) << blank;
    EXPECT_EQ(config->credentials.member_cid, "") << blank;
  }
}

// The same values by variable, by file and by env file.
TEST_F(ConfigTest, WhatCopyingAddsAroundAValueIsLeftOut) {
  for (const char* around : {"%\n", "%\r\n", " \t%  ", "\n%\n", "\xEF\xBB\xBF%"}) {
    const auto wrapped = [&](std::string_view value) {
      const std::string text = around;
      const size_t at = text.find('%');
      return StrCat(text.substr(0, at), value, text.substr(at + 1));
    };
    const std::map<std::string, std::string> values = {
        {"FALCON_CLIENT_ID", wrapped("id")},
        {"FALCON_CLIENT_SECRET", wrapped("canary")},
        {"FALCON_MEMBER_CID", wrapped(kCid)},
        {"FALCON_BASE_URL", wrapped("us-2")},
        {"VIRUSTOTAL_API_KEY", wrapped("canary-vt")}};
    for (const bool by_file : {false, true}) {
      environment_.values.clear();
      for (const auto& [name, value] : values) {
        Set(by_file ? name + "_FILE" : name, by_file ? scratch_.Write(name, value) : value);
      }
      const auto config = Load();
      ASSERT_THAT(config, IsOk()) << around;
      EXPECT_EQ(config->credentials.client_id, "id");
      EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
      EXPECT_EQ(config->credentials.member_cid, kCid);
      EXPECT_EQ(config->region, "us-2");
      EXPECT_EQ(config->virustotal_api_key.Reveal(), "canary-vt");
      EXPECT_THAT(config->warnings, IsEmpty());
    }
  }
}

TEST_F(ConfigTest, QuotationMarksAroundAValueAreLeftOutWithAWarning) {
  const std::string file = scratch_.Write("env",
                                          "FALCON_CLIENT_ID='\"id\"'\r\n"
                                          "FALCON_CLIENT_SECRET=\"'canary'\"\r\n");
  environment_.values.clear();
  const auto by_env_file = Load({"--env-file", file});
  ASSERT_THAT(by_env_file, IsOk());
  EXPECT_EQ(by_env_file->credentials.client_id, "id");
  EXPECT_EQ(by_env_file->credentials.client_secret.Reveal(), "canary");
  EXPECT_THAT(by_env_file->warnings, SizeIs(2));
  EXPECT_THAT(by_env_file->warnings,
              Contains(HasSubstr("FALCON_CLIENT_SECRET stands in quotation marks")));
  Set("CROWDSTRIKE_CLIENT_ID", "id");
  Set("CROWDSTRIKE_CLIENT_SECRET", "\"canary\"");
  Set("VIRUSTOTAL_API_KEY_FILE", scratch_.Write("vt", "'canary-vt'\n"));
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
  EXPECT_EQ(config->virustotal_api_key.Reveal(), "canary-vt");
}

TEST_F(ConfigTest, WhatIsNotCertainlyMeantIsSaidAtTheStart) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\"canary", "quotation mark"},
      {"can'ary", "quotation mark"},
      {"canary canary", "one word"},
      {"canary\ncanary", "one word"},
      {"\xE2\x80\x9C"
       "canary\xE2\x80\x9D",
       "outside ASCII"},
      {"canary\xC2\xA0", "outside ASCII"}};
  for (const auto& [value, what] : cases) {
    Set("CROWDSTRIKE_CLIENT_SECRET", value);
    EXPECT_THAT(Complaints(), Problem("CROWDSTRIKE_CLIENT_SECRET", what)) << value;
  }
  environment_.values.erase("CROWDSTRIKE_CLIENT_SECRET");
  const std::string utf16("c\0a\0n\0", 6);
  Set("CROWDSTRIKE_CLIENT_SECRET_FILE", scratch_.Write("utf16", utf16));
  EXPECT_THAT(Complaints(), Problem("CROWDSTRIKE_CLIENT_SECRET_FILE", "UTF-16"));
}

TEST_F(ConfigTest, ACustomersIdMayBeWrittenAsTheConsoleShowsIt) {
  for (const char* cid :
       {"0123456789ABCDEF0123456789ABCDEF-1A", "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdef-1a", " \"0123456789abcdef0123456789ABCDEF-1a\"\n"}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    Set("FALCON_MEMBER_CID", cid);
    const auto config = Load();
    ASSERT_THAT(config, IsOk()) << cid;
    EXPECT_EQ(config->credentials.member_cid, kCid);
  }
  for (const char* cid :
       {"child", "0123456789abcdef", "0123456789abcdef0123456789abcdeg",
        "0123456789abcdef0123456789abcdef-123", "0123456789abcdef0123456789abcdef1a",
        "01234567-89ab-cdef-0123-456789abcdef"}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    Set("FALCON_MEMBER_CID", cid);
    EXPECT_THAT(Complaints(), Problem("FALCON_MEMBER_CID", "32 hexadecimal digits")) << cid;
  }
}

TEST_F(ConfigTest, PlaintextStaysOnLoopbackUnlessItIsAllowed) {
  for (const char* listen :
       {"127.0.0.1:0", "localhost:50051", "[::1]:50051", "unix:/run/falcon.sock"}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    EXPECT_THAT(Load({"--listen", listen}), IsOk()) << listen;
  }
  for (const char* listen : {"0.0.0.0:50051", "[::]:50051", "gateway.example:50051"}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    EXPECT_THAT(Complaints({"--listen", listen}), Problem("--listen", "--allow-insecure-listen"));
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    const auto allowed = Load({"--listen", listen, "--allow-insecure-listen"});
    ASSERT_THAT(allowed, IsOk());
    EXPECT_THAT(allowed->warnings, Contains(HasSubstr("plaintext")));
  }
  for (const char* listen : {"50051", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", "unix:", ""}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    EXPECT_FALSE(Load({StrCat("--listen=", listen)}).ok()) << listen;
  }
}

TEST_F(ConfigTest, MetricsListenOnLoopbackUnlessAnAddressIsGiven) {
  for (const auto& [given, meant] : std::map<std::string, std::string>{
           {"9464", "127.0.0.1:9464"}, {"0", "127.0.0.1:0"}, {"[::1]:9", "[::1]:9"}}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    const auto config = Load({StrCat("--metrics-listen=", given)});
    ASSERT_THAT(config, IsOk()) << given;
    EXPECT_EQ(config->metrics_listen, meant);
    EXPECT_THAT(config->warnings, IsEmpty());
  }
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  const auto open = Load({"--metrics-listen=0.0.0.0:9464"});
  ASSERT_THAT(open, IsOk());
  EXPECT_THAT(open->warnings, Contains(HasSubstr("--metrics-listen")));
  for (const char* wrong : {"x", "127.0.0.1:", "99999", "unix:/x", ":9464"}) {
    Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
    EXPECT_THAT(Complaints({StrCat("--metrics-listen=", wrong)}),
                Problem("--metrics-listen", "HOST:PORT"));
  }
}

TEST_F(ConfigTest, CertificatesAreReadAndTheKeyIsASecret) {
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

  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  config = Load({"--listen=0.0.0.0:50051", "--tls-cert", cert, "--tls-key", key});
  EXPECT_THAT(config->warnings, Contains(HasSubstr("--tls-client-ca")));

  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  const std::string open = scratch_.Write("open", "-----BEGIN PRIVATE KEY-----\ncanary", 0644);
  EXPECT_THAT(Complaints({"--tls-cert", cert, "--tls-key", open}),
              Problem("--tls-key", "chmod 600"));
  Set("CROWDSTRIKE_CLIENT_SECRET", "canary");
  EXPECT_THAT(Complaints({"--tls-cert", scratch_.Write("text", "hello"), "--tls-key", key}),
              Problem("--tls-cert", "no PEM"));
}

TEST_F(ConfigTest, TheRestOfTheFlagsArrives) {
  const auto config =
      Load({"--max-in-flight=7", "--max-waiting=8", "--upstream-max-body-mib=9",
            "--upstream-stall-seconds=40", "--drain-seconds=0", "--log-level=WARN",
            "--drain-delay-seconds=3", "--max-connections=20", "--max-connections-per-address=10",
            "--loopback-redirect=127.0.0.1:8081", "--loopback-redirect=127.0.0.1:8082",
            "--page-token-key-file", scratch_.Write("key", std::string(32, 'k'))});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->max_in_flight, 7u);
  EXPECT_EQ(config->max_waiting, 8u);
  EXPECT_EQ(config->upstream_max_body_bytes, size_t{9} << 20);
  EXPECT_EQ(config->upstream_stall, seconds(40));
  EXPECT_EQ(config->drain, seconds(0));
  EXPECT_EQ(config->drain_delay, seconds(3));
  EXPECT_EQ(config->max_connections, 20);
  EXPECT_EQ(config->max_connections_per_address, 10);
  EXPECT_EQ(config->log_level, telemetry::Level::kWarning);
  EXPECT_EQ(config->loopback_redirects,
            (std::vector<std::string>{"127.0.0.1:8081", "127.0.0.1:8082"}));
  EXPECT_EQ(config->page_token_key.Reveal().size(), 32u);
}

TEST_F(ConfigTest, HelpAndVersionNeedNothingElse) {
  environment_.values.clear();
  EXPECT_THAT(Load({"--help"})->print,
              AllOf(HasSubstr("--client-secret-file"), HasSubstr("CROWDSTRIKE_CLIENT_SECRET"),
                    HasSubstr("127.0.0.1:50051")));
  EXPECT_THAT(Load({"--version"})->print, HasSubstr("falcon-gateway "));
}

TEST_F(ConfigTest, TheExampleFileIsAValidEnvFile) {
  std::ifstream example(FALCON_ENV_EXAMPLE);
  const std::string text((std::istreambuf_iterator<char>(example)),
                         std::istreambuf_iterator<char>());
  ASSERT_FALSE(text.empty());
  EXPECT_THAT(Load({"--env-file", scratch_.Write("env", text)}), IsOk());
}

TEST(ProcessEnvironment, OverwritesTheBytesBeforeItForgetsThem) {
  std::string entry = "FALCON_TEST_SECRET=canary";
  ASSERT_EQ(putenv(entry.data()), 0);  // putenv keeps our own bytes, so that they can be looked at
  ProcessEnvironment environment;
  EXPECT_EQ(environment.Get("FALCON_TEST_SECRET").Reveal(), "canary");
  environment.Erase("FALCON_TEST_SECRET");
  EXPECT_TRUE(environment.Get("FALCON_TEST_SECRET").empty());
  EXPECT_THAT(entry, Not(HasSubstr("canary")));
  environment.Erase("FALCON_TEST_SECRET");
}

}  // namespace
}  // namespace falcon::config
