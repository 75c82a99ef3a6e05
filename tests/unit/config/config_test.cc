// From command line, environment and files to one Config: what wins, what is refused, and that all
// of it is said at once.
#include "config/config.h"

#include <fstream>
#include <iterator>

#include "base/text.h"
#include "tests/unit/config/config_fixture.h"

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
using ::testing::Pair;
using ::testing::SizeIs;

auto Wrong(std::string_view where, std::string_view what) {
  return Contains(
      AllOf(Field("field", &FieldViolation::field, std::string(where)),
            Field("description", &FieldViolation::description, HasSubstr(std::string(what)))));
}

constexpr char kCid[] = "0123456789abcdef0123456789abcdef";

class ConfigTest : public ConfigFixture {};

TEST_F(ConfigTest, TwoVariablesAreEnough) {
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "id");
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
  EXPECT_EQ(config->credentials.member_cid, "");
  EXPECT_EQ(config->oauth.region, "us-1");
  EXPECT_EQ(config->oauth.base_url, "");
  EXPECT_EQ(config->listen, "127.0.0.1:50051");
  EXPECT_EQ(config->admission.permits, 48u);
  EXPECT_EQ(config->cache_bytes, size_t{64} << 20);
  EXPECT_TRUE(config->batching);
  EXPECT_EQ(config->circuit_breaker_min_calls, 20);
  EXPECT_EQ(config->memory_limit_bytes, std::nullopt);
  EXPECT_EQ(config->http.max_body_bytes, size_t{64} << 20);
  EXPECT_EQ(config->http.stall_time, seconds(20));
  EXPECT_EQ(config->drain, seconds(25));
  EXPECT_EQ(config->drain_delay, seconds(5));
  EXPECT_EQ(config->log_level, telemetry::Level::kInfo);
  EXPECT_TRUE(config->page_token_key.empty());
  EXPECT_THAT(config->warnings, IsEmpty());
  EXPECT_EQ(config->print, "");
}

TEST_F(ConfigTest, MemoryLimitOfZeroMeansNone) {
  const auto none = Load({"--memory-limit-mib=0"});
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->memory_limit_bytes, 0U);
  const auto some = Load({"--memory-limit-mib=512"});
  ASSERT_THAT(some, IsOk());
  EXPECT_EQ(some->memory_limit_bytes, size_t{512} << 20);
}

TEST_F(ConfigTest, ErasesEverySecretFromTheEnvironmentWhateverTheOutcome) {
  Set("FALCON_CLIENT_SECRET", "canary");
  Set("REDIS_PASSWORD", "canary");
  Set("VIRUSTOTAL_API_KEY", "canary");
  for (const char* listen : {"--listen=127.0.0.1:0", "--listen=nonsense"}) {
    Load({listen}).status().IgnoreError();
    EXPECT_THAT(left_.values, ElementsAre(Pair("CROWDSTRIKE_CLIENT_ID", "id"))) << listen;
  }
}

TEST_F(ConfigTest, TheNamesOfOtherFalconToolsWorkToo) {
  variables_ = {{"FALCON_CLIENT_ID", "other"},
                {"FALCON_CLIENT_SECRET", "canary"},
                {"FALCON_MEMBER_CID", kCid},
                {"FALCON_BASE_URL", "https://api.us-2.crowdstrike.com/"}};
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "other");
  EXPECT_EQ(config->credentials.member_cid, kCid);
  EXPECT_EQ(config->oauth.region, "us-2") << "the address of a known cloud is its region";
  EXPECT_EQ(config->oauth.base_url, "");
}

TEST_F(ConfigTest, FalconBaseUrlMayBeARegionOrAnAddressOfItsOwn) {
  Set("FALCON_BASE_URL", "EU1");
  EXPECT_EQ(Load()->oauth.region, "eu-1");
  Set("FALCON_BASE_URL", "http://127.0.0.1:8443");
  EXPECT_EQ(Load()->oauth.base_url, "http://127.0.0.1:8443");
}

TEST_F(ConfigTest, TwoNamesWithTheSameMeaningMayAgree) {
  Set("FALCON_CLIENT_ID", "id");
  Set("CROWDSTRIKE_API_REGION", "US-2");
  Set("FALCON_BASE_URL", "https://api.us-2.crowdstrike.com");
  EXPECT_EQ(Load()->oauth.region, "us-2");
}

TEST_F(ConfigTest, TwoNamesThatDisagreeAreBothNamed) {
  Set("FALCON_CLIENT_ID", "other");
  Set("FALCON_CLIENT_SECRET", "canary2");
  Set("CROWDSTRIKE_API_REGION", "us-1");
  Set("FALCON_BASE_URL", "eu-1");
  const auto problems = Problems();
  EXPECT_THAT(problems, SizeIs(3));
  EXPECT_THAT(problems, Wrong("FALCON_CLIENT_ID", "differs from CROWDSTRIKE_CLIENT_ID"));
  EXPECT_THAT(problems, Wrong("FALCON_CLIENT_SECRET", "differs from CROWDSTRIKE_CLIENT_SECRET"));
  EXPECT_THAT(problems, Wrong("FALCON_BASE_URL", "differs from CROWDSTRIKE_API_REGION"));
}

TEST_F(ConfigTest, EveryVariableMayNameAFile) {
  variables_ = {{"CROWDSTRIKE_CLIENT_ID_FILE", scratch_.Write("id", "from-file\n")},
                {"FALCON_CLIENT_SECRET_FILE", scratch_.Write("secret", "canary\n")},
                {"CROWDSTRIKE_API_REGION_FILE", scratch_.Write("region", "us-gov-1\n")},
                {"FALCON_MEMBER_CID_FILE", scratch_.Write("cid", StrCat(kCid, "\n"))}};
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "from-file");
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
  EXPECT_EQ(config->oauth.region, "us-gov-1");
  EXPECT_EQ(config->credentials.member_cid, kCid);
}

TEST_F(ConfigTest, SecretFileThatOthersMayReadIsRefused) {
  variables_ = {{"CROWDSTRIKE_CLIENT_ID", "id"},
                {"CROWDSTRIKE_CLIENT_SECRET_FILE", scratch_.Write("s", "canary", 0644)}};
  const auto problems = Problems();
  EXPECT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems, Wrong("CROWDSTRIKE_CLIENT_SECRET_FILE", "chmod 600"));
}

TEST_F(ConfigTest, FlagsComeBeforeTheEnvironmentAndThatBeforeTheEnvFile) {
  variables_ = {{"CROWDSTRIKE_CLIENT_ID", "from-environment"},
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
  EXPECT_EQ(config->oauth.region, "us-2");
  EXPECT_EQ(Load({"--env-file", file, "--region", "eu-1"})->oauth.region, "eu-1");
}

TEST_F(ConfigTest, TheSecretsFileByFlagComesFirst) {
  const std::string file = scratch_.Write("secret", "canary-by-flag\n");
  const auto config = Load({"--client-id=by-flag", "--client-secret-file=" + file});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->credentials.client_id, "by-flag");
  EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary-by-flag");
}

TEST_F(ConfigTest, EnvFileThatIsOpenToAllOrMalformedIsRefused) {
  EXPECT_THAT(Problem("--env-file", {"--env-file", scratch_.Write("a", "A=1", 0644)}),
              HasSubstr("chmod 640"));
  EXPECT_THAT(Problem("--env-file", {"--env-file", scratch_.Write("b", "A=1\ncanary\n")}),
              HasSubstr("line 2"));
  EXPECT_THAT(Problem("--env-file", {"--env-file", scratch_.folder() + "/none"}),
              HasSubstr("No such file"));
}

TEST_F(ConfigTest, ReportsAllProblemsAtOnce) {
  variables_ = {{"CROWDSTRIKE_API_REGION", "us-7"}};
  const auto problems =
      Problems({"--listen=nowhere", "--max-in-flight=0", "--drain-seconds=soon", "--log-level=loud",
                "--upstream-max-body-mib=-1", "--tls-cert=/none", "--ca-file=/none",
                "--max-wating=3", "--page-token-key-file", scratch_.Write("key", "short"),
                "--loopback-redirect=evil.example:1"});
  EXPECT_THAT(problems, SizeIs(14));
  EXPECT_THAT(problems, Wrong("CROWDSTRIKE_CLIENT_ID", "is not set"));
  EXPECT_THAT(problems, Wrong("CROWDSTRIKE_CLIENT_SECRET", "--client-secret-file"));
  EXPECT_THAT(problems, Wrong("CROWDSTRIKE_API_REGION", "Known: us-1, us-2"));
  EXPECT_THAT(problems, Wrong("--listen", "HOST:PORT"));
  EXPECT_THAT(problems, Wrong("--max-in-flight", "from 1 to 1000"));
  EXPECT_THAT(problems, Wrong("--drain-seconds", "whole number"));
  EXPECT_THAT(problems, Wrong("--log-level", "debug, info"));
  EXPECT_THAT(problems, Wrong("--upstream-max-body-mib", "from 1 to 1024"));
  EXPECT_THAT(problems, Wrong("--tls-cert", "No such file"));
  EXPECT_THAT(problems, Wrong("--tls-key", "go together"));
  EXPECT_THAT(problems, Wrong("--ca-file", "No such file"));
  EXPECT_THAT(problems, Wrong("--max-wating", "did you mean --max-waiting?"));
  EXPECT_THAT(problems, Wrong("--page-token-key-file", "openssl rand"));
  EXPECT_THAT(problems, Wrong("--loopback-redirect", "loopback"));
}

TEST_F(ConfigTest, RefusesASecretOnTheCommandLineAndDoesNotRepeatIt) {
  for (const std::string flag : {"--client-secret", "--virustotal-api-key", "--redis-password"}) {
    EXPECT_THAT(Problem(flag, {flag + "=canary"}),
                HasSubstr(StrCat("did you mean ", flag, "-file?")));
  }
  EXPECT_THAT(Problems({"--client-secret", "canary"}), Wrong("command line", "belongs to no flag"));
}

TEST_F(ConfigTest, RegionAndBaseUrlByFlagMustAgree) {
  EXPECT_EQ(Load({"--region=us-2", "--base-url=https://api.us-2.crowdstrike.com"})->oauth.region,
            "us-2");
  EXPECT_THAT(Problem("--region", {"--region=us-2", "--base-url=https://relay.example"}),
              HasSubstr("differs from --base-url"));
}

TEST_F(ConfigTest, OddCharactersInAnIdAreRefused) {
  Set("CROWDSTRIKE_CLIENT_ID", "i d");
  EXPECT_THAT(Problem("CROWDSTRIKE_CLIENT_ID"), HasSubstr("one word"));
}

TEST_F(ConfigTest, BlankVariableIsUnset) {
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
TEST_F(ConfigTest, WhiteSpaceAroundAValueIsRemoved) {
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
      variables_.clear();
      for (const auto& [name, value] : values) {
        Set(by_file ? name + "_FILE" : name, by_file ? scratch_.Write(name, value) : value);
      }
      const auto config = Load();
      ASSERT_THAT(config, IsOk()) << around;
      EXPECT_EQ(config->credentials.client_id, "id");
      EXPECT_EQ(config->credentials.client_secret.Reveal(), "canary");
      EXPECT_EQ(config->credentials.member_cid, kCid);
      EXPECT_EQ(config->oauth.region, "us-2");
      EXPECT_EQ(config->reputation.api_key.Reveal(), "canary-vt");
      EXPECT_THAT(config->warnings, IsEmpty());
    }
  }
}

TEST_F(ConfigTest, QuotationMarksAroundAValueAreRemovedWithAWarning) {
  const std::string file = scratch_.Write("env",
                                          "FALCON_CLIENT_ID='\"id\"'\r\n"
                                          "FALCON_CLIENT_SECRET=\"'canary'\"\r\n");
  variables_.clear();
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
  EXPECT_EQ(config->reputation.api_key.Reveal(), "canary-vt");
}

TEST_F(ConfigTest, AmbiguousSecretsAreRefused) {
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
    EXPECT_THAT(Problem("CROWDSTRIKE_CLIENT_SECRET"), HasSubstr(what)) << value;
  }
  variables_.erase("CROWDSTRIKE_CLIENT_SECRET");
  const std::string utf16("c\0a\0n\0", 6);
  Set("CROWDSTRIKE_CLIENT_SECRET_FILE", scratch_.Write("utf16", utf16));
  EXPECT_THAT(Problem("CROWDSTRIKE_CLIENT_SECRET_FILE"), HasSubstr("UTF-16"));
}

TEST_F(ConfigTest, CustomerIdIsReadAsTheConsoleShowsIt) {
  for (const char* cid :
       {"0123456789ABCDEF0123456789ABCDEF-1A", "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdef-1a", " \"0123456789abcdef0123456789ABCDEF-1a\"\n"}) {
    Set("FALCON_MEMBER_CID", cid);
    const auto config = Load();
    ASSERT_THAT(config, IsOk()) << cid;
    EXPECT_EQ(config->credentials.member_cid, kCid);
  }
  for (const char* cid :
       {"child", "0123456789abcdef", "0123456789abcdef0123456789abcdeg",
        "0123456789abcdef0123456789abcdef-123", "0123456789abcdef0123456789abcdef1a",
        "01234567-89ab-cdef-0123-456789abcdef"}) {
    Set("FALCON_MEMBER_CID", cid);
    EXPECT_THAT(Problem("FALCON_MEMBER_CID"), HasSubstr("32 hexadecimal digits")) << cid;
  }
}

TEST_F(ConfigTest, OtherFlagsAreRead) {
  const auto config =
      Load({"--max-in-flight=7", "--max-waiting=8", "--upstream-max-body-mib=9",
            "--upstream-stall-seconds=40", "--drain-seconds=0", "--log-level=WARN",
            "--drain-delay-seconds=3", "--max-connections=20", "--max-connections-per-address=10",
            "--loopback-redirect=127.0.0.1:8081", "--loopback-redirect=127.0.0.1:8082",
            "--page-token-key-file", scratch_.Write("key", std::string(32, 'k'))});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->admission.permits, 7u);
  EXPECT_EQ(config->admission.max_waiting, 8u);
  EXPECT_EQ(config->http.max_body_bytes, size_t{9} << 20);
  EXPECT_EQ(config->http.stall_time, seconds(40));
  EXPECT_EQ(config->drain, seconds(0));
  EXPECT_EQ(config->drain_delay, seconds(3));
  EXPECT_EQ(config->max_connections, 20);
  EXPECT_EQ(config->max_connections_per_address, 10);
  EXPECT_EQ(config->log_level, telemetry::Level::kWarning);
  EXPECT_EQ(config->oauth.loopback_redirects,
            (std::vector<std::string>{"127.0.0.1:8081", "127.0.0.1:8082"}));
  EXPECT_EQ(config->page_token_key.Reveal().size(), 32u);
}

TEST_F(ConfigTest, HelpAndVersionNeedNothingElse) {
  variables_.clear();
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

}  // namespace
}  // namespace falcon::config
