// The part of the configuration about Redis: where it may be, and where the password comes from.
#include "config/redis.h"

#include <map>

#include "tests/unit/config/config_fixture.h"

namespace falcon::config {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

class RedisConfigTest : public ConfigFixture {};

TEST_F(RedisConfigTest, NothingIsSharedUnlessItIsAskedFor) {
  const auto config = Load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->redis_address, "");
  EXPECT_EQ(config->redis_user, "");
  EXPECT_TRUE(config->redis_password.empty());
}

TEST_F(RedisConfigTest, TakesAddressesOnLoopbackAndSockets) {
  for (const char* address :
       {"127.0.0.1:6379", "localhost:6379", "[::1]:6379", "127.0.0.1:80", "unix:/run/redis.sock"}) {
    const auto config = Load({"--redis", address});
    ASSERT_THAT(config, IsOk()) << address;
    EXPECT_EQ(config->redis_address, address);
    EXPECT_THAT(config->warnings, IsEmpty());
  }
}

TEST_F(RedisConfigTest, RefusesWhatIsNoAddress) {
  for (const std::string address :
       {"127.0.0.1", "6379", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:99999",
        "redis://127.0.0.1:6379", "user:canary@127.0.0.1:6379", "127.0.0.1:6379/0", "unix:"}) {
    EXPECT_THAT(Complaint("--redis", {"--redis=" + address}), HasSubstr("must")) << address;
  }
  EXPECT_THAT(Complaint("--redis", {"--redis=unix:/" + std::string(107, 'x')}), HasSubstr("107"));
}

TEST_F(RedisConfigTest, PlaintextStaysOnLoopbackUnlessItIsAllowed) {
  for (const char* address : {"10.0.0.7:6379", "redis.example:6379"}) {
    EXPECT_THAT(Complaint("--redis", {"--redis", address}), HasSubstr("--allow-insecure-redis"));
    const auto allowed = Load({"--redis", address, "--allow-insecure-redis"});
    ASSERT_THAT(allowed, IsOk());
    EXPECT_EQ(allowed->redis_address, address);
    EXPECT_THAT(allowed->warnings, Contains(HasSubstr("plaintext")));
  }
}

TEST_F(RedisConfigTest, PasswordComesFromVariableOrFileAndIsErasedFromTheEnvironment) {
  environment_.values["REDIS_PASSWORD"] = "canary";
  EXPECT_EQ(Load({"--redis=127.0.0.1:6379"})->redis_password.Reveal(), "canary");
  EXPECT_FALSE(environment_.values.contains("REDIS_PASSWORD"));
  environment_.values["REDIS_PASSWORD_FILE"] = scratch_.Write("password", "canary-2\n");
  EXPECT_EQ(Load({"--redis=127.0.0.1:6379"})->redis_password.Reveal(), "canary-2");
  environment_.values.erase("REDIS_PASSWORD_FILE");
  const std::string file = scratch_.Write("other", "canary-3\n");
  const auto config =
      Load({"--redis=127.0.0.1:6379", "--redis-user=app", "--redis-password-file", file});
  EXPECT_EQ(config->redis_password.Reveal(), "canary-3");
  EXPECT_EQ(config->redis_user, "app");
}

TEST_F(RedisConfigTest, WithoutARedisThePasswordOfAnotherProgramIsNoProblemAndIsErased) {
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"REDIS_PASSWORD", "two canaries"},
           {"REDIS_PASSWORD_FILE", scratch_.Write("open", "canary\n", 0644)}}) {
    environment_.values[name] = value;
    const auto config = Load();
    ASSERT_THAT(config, IsOk()) << name;
    EXPECT_TRUE(config->redis_password.empty());
    EXPECT_FALSE(environment_.values.contains("REDIS_PASSWORD"));
    environment_.values[name] = value;
    EXPECT_NE(Complaint(name, {"--redis=127.0.0.1:6379"}), "");
    environment_.values.erase(name);
  }
}

TEST_F(RedisConfigTest, SaysTheFirstOfTwoProblemsOfWhichTheOtherFollows) {
  EXPECT_THAT(Complaint("--cache-mib", {"--redis=127.0.0.1:6379", "--cache-mib=x"}),
              HasSubstr("whole number"));
  environment_.values["REDIS_PASSWORD"] = "two canaries";
  EXPECT_THAT(Complaint("REDIS_PASSWORD", {"--redis=127.0.0.1:6379", "--redis-user=app"}),
              HasSubstr("one word"));
}

TEST_F(RedisConfigTest, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(Complaint("--redis", {"--redis=127.0.0.1:6379", "--cache-mib=0"}),
              HasSubstr("--cache-mib 0"));
  EXPECT_THAT(Complaint("--redis-user", {"--redis=127.0.0.1:6379", "--redis-user=app"}),
              HasSubstr("REDIS_PASSWORD"));
  const std::string open = scratch_.Write("open", "canary\n", 0644);
  EXPECT_THAT(Complaint("--redis-password-file", {"--redis-password-file", open}),
              HasSubstr("chmod 600"));
  EXPECT_THAT(Complaint("--redis-password", {"--redis-password=canary"}),
              HasSubstr("--redis-password-file"));
}

}  // namespace
}  // namespace falcon::config
