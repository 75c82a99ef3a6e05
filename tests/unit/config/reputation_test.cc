// The part of the configuration about VirusTotal: where the key may come from, and what is refused.
#include "config/reputation.h"

#include "tests/unit/config/config_fixture.h"

namespace falcon::config {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

class ReputationConfigTest : public ConfigFixture {};

TEST_F(ReputationConfigTest, WithoutAKeyTheGatewayStartsAllTheSame) {
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_TRUE(config->virustotal_api_key.empty());
  EXPECT_EQ(config->virustotal_base_url, "https://www.virustotal.com");
  EXPECT_EQ(config->virustotal_per_minute, 4);
  EXPECT_EQ(config->virustotal_per_day, 500);
  EXPECT_FALSE(config->virustotal_urls);
}

TEST_F(ReputationConfigTest, KeyComesFromVariableOrFileAndIsErasedFromTheEnvironment) {
  environment_.values["VIRUSTOTAL_API_KEY"] = "canary";
  EXPECT_EQ(Load()->virustotal_api_key.Reveal(), "canary");
  EXPECT_FALSE(environment_.values.contains("VIRUSTOTAL_API_KEY"));
  environment_.values["VIRUSTOTAL_API_KEY_FILE"] = scratch_.Write("variable", "canary-2\n");
  EXPECT_EQ(Load()->virustotal_api_key.Reveal(), "canary-2");
  const std::string file = scratch_.Write("flag", "canary-3\n");
  EXPECT_EQ(Load({"--virustotal-api-key-file=" + file})->virustotal_api_key.Reveal(), "canary-3");
  const std::string env_file = scratch_.Write("env", "VIRUSTOTAL_API_KEY=canary-4\n");
  environment_.values.erase("VIRUSTOTAL_API_KEY_FILE");
  EXPECT_EQ(Load({"--env-file=" + env_file})->virustotal_api_key.Reveal(), "canary-4");
}

TEST_F(ReputationConfigTest, KeyIsOneWordInAFileThatNobodyElseReads) {
  const std::string open = scratch_.Write("open", "canary", 0644);
  EXPECT_THAT(Complaint("--virustotal-api-key-file", {"--virustotal-api-key-file=" + open}),
              HasSubstr("chmod 600"));
  const std::string words = scratch_.Write("words", "canary and more");
  EXPECT_THAT(Complaint("--virustotal-api-key-file", {"--virustotal-api-key-file=" + words}),
              HasSubstr("one word"));
  EXPECT_THAT(Complaint("--virustotal-api-key", {"--virustotal-api-key=canary"}),
              HasSubstr("--virustotal-api-key-file"));
}

TEST_F(ReputationConfigTest, KeyGoesToHttpsOrLoopbackOnly) {
  EXPECT_EQ(Load({"--virustotal-base-url=http://127.0.0.1:8443/"})->virustotal_base_url,
            "http://127.0.0.1:8443");
  EXPECT_EQ(Load({"--virustotal-base-url=https://vt.example"})->virustotal_base_url,
            "https://vt.example");
  for (const char* url : {"http://www.virustotal.com", "www.virustotal.com",
                          "https://vt.example/api", "https://user:canary@vt.example"}) {
    EXPECT_THAT(Complaint("--virustotal-base-url", {std::string("--virustotal-base-url=") + url}),
                HasSubstr("https://www.virustotal.com"))
        << url;
  }
}

TEST_F(ReputationConfigTest, QuotasAreWholeNumbersFromOne) {
  const auto config =
      Load({"--virustotal-per-minute=1000", "--virustotal-per-day=20000", "--virustotal-urls"});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->virustotal_per_minute, 1000);
  EXPECT_EQ(config->virustotal_per_day, 20000);
  EXPECT_TRUE(config->virustotal_urls);
  for (const char* number : {"0", "-1", "4.5", "many", "100001"}) {
    EXPECT_THAT(
        Complaint("--virustotal-per-minute", {std::string("--virustotal-per-minute=") + number}),
        HasSubstr("whole number from 1"))
        << number;
  }
}

}  // namespace
}  // namespace falcon::config
